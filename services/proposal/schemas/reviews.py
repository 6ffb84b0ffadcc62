"""Reviews and review policies over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.proposal.domain.sections import BY_CODE
from services.proposal.schemas.fields import REVIEWERS, TWICE, UNKNOWN_ROLE, UNKNOWN_SECTION
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Text, rule
from shared.language.money import Money, NonNegativeMoney

ONE_OF_BOTH = rule("one_of_both", "needs either an amount or a proposal", "须填写金额或方案之一")


def _reviewer(role: str) -> str:
    if role not in REVIEWERS:
        raise ValueError(UNKNOWN_ROLE)
    return role


def _section(code: str) -> str:
    if code not in BY_CODE:
        raise ValueError(UNKNOWN_SECTION)
    return code


Role = Annotated[str, Field(max_length=40, examples=["approver"]), AfterValidator(_reviewer)]


class AskedReview(In):
    """So many different persons who hold that role."""

    role: Role
    count: Annotated[int, Field(ge=1, le=9)] = 1


def _each_role_once(reviews: list[AskedReview]) -> list[AskedReview]:
    if len({one.role for one in reviews}) < len(reviews):
        raise ValueError(TWICE)
    return reviews


Asked = Annotated[list[AskedReview], Field(min_length=1, max_length=8), AfterValidator(_each_role_once)]


class TierIn(In):
    from_amount: Annotated[NonNegativeMoney, Field(description="price with tax")]
    reviews: Asked


def _each_limit_once(tiers: list[TierIn]) -> list[TierIn]:
    if len({(one.from_amount.currency, one.from_amount.amount) for one in tiers}) < len(tiers):
        raise ValueError(TWICE)
    return tiers


class ReviewPolicyIn(In):
    """Who must approve a proposal, by its price with tax; the highest tier of its currency that it reaches counts."""

    usual: Annotated[Asked, Field(description="where no tier is reached")] = [AskedReview(role="approver")]
    tiers: Annotated[list[TierIn], Field(max_length=30), AfterValidator(_each_limit_once)] = []
    required_sections: Annotated[
        list[Annotated[str, Field(max_length=40), AfterValidator(_section)]],
        Field(max_length=30, description="sections in which what is advised elsewhere keeps a proposal back"),
    ] = []
    note: Annotated[Text | None, Field(description="why")] = None


class TierOut(BaseModel):
    from_amount: Money
    reviews: list[AskedReview]


class ReviewPolicyOut(ResourceOut):
    revision: int
    usual: list[AskedReview]
    tiers: list[TierOut]
    required_sections: list[str]
    note: str | None
    superseded_at: datetime | None

    @model_validator(mode="before")
    @classmethod
    def _of_row(cls, row: object) -> object:
        if not hasattr(row, "parsed_tiers"):
            return row
        shown = {name: getattr(row, name) for name in cls.model_fields}
        tiers = [
            {"from_amount": {"amount": one["from_amount"], "currency": one["currency"]}, "reviews": one["reviews"]}
            for one in shown["tiers"]
        ]
        return {**shown, "tiers": tiers}


class ReviewPolicyQuery(PageQuery):
    sortable = ("created_at", "updated_at", "revision")

    is_in_force: bool | None = None


class PolicyQuestion(In):
    """Would this need a review, and whose?"""

    price_incl_tax: NonNegativeMoney | None = None
    proposal_id: UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.price_incl_tax is None) is (self.proposal_id is None):
            raise ValueError(ONE_OF_BOTH)
        return self


class Evaluation(BaseModel):
    price_incl_tax: Money
    policy_revision: Annotated[int, Field(description="0: nobody has made a policy")]
    reviews: list[AskedReview]
    missing: Annotated[
        list[AskedReview] | None,
        Field(description="of a proposal that was sent to review: what it still lacks under the policy of that day"),
    ]
    reason: str
    reason_zh: str


class ReviewOut(BaseModel):
    """What one reviewer said, for the content with that hash."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    round: int
    reviewer: str
    role: str | None
    decision: str
    comment: str | None
    content_hash: str
    created_at: datetime
