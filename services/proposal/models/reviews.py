"""Reviews of proposals, and the tenant's policy that says how many there must be."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.domain.review_policy import USUAL, Asked, Tier
from shared.kernel.base import AppendOnly, Resource
from shared.kernel.problems import Problem
from shared.kernel.revisions import Revised


class OwnProposal(Problem):
    status = 403
    title = ("Four eyes are needed", "须由他人审批")
    en = "{author} sent this proposal to review, so somebody else must approve or return it."
    zh = "该方案由 {author} 提交评审，须由其他人审批。"


class OwnPart(Problem):
    status = 403
    title = ("Four eyes are needed", "须由他人审批")
    en = "{author} settled a part of this proposal, so somebody else must approve it."
    zh = "{author} 参与编写了该方案，须由其他人审批。"


class ReviewedAlready(Problem):
    status = 409
    title = ("Approved by you already", "您已批准")
    en = "{reviewer} has approved this proposal as {role}; each reviewer counts once."
    zh = "{reviewer} 已以 {role} 身份批准该方案，每位评审人只计一次。"


class ReviewNotAsked(Problem):
    status = 403
    title = ("This review is not asked for", "不需要该角色评审")
    en = "Approval is still asked of: {asked}; you are {roles}."
    zh = "仍需以下角色批准：{asked}；您的角色为 {roles}。"


class ReviewMissing(Problem):
    status = 409
    title = ("A review is missing", "缺少评审")
    en = "{count} approval(s) by {role} are missing; policy revision {policy} asks for them."
    zh = "还缺 {count} 个 {role} 的批准（评审政策第 {policy} 版要求）。"


class Review(AppendOnly, Resource):
    """What one reviewer said of one proposal, for exactly the content that was there."""

    __tablename__ = "proposal_review"

    opportunity_id: Mapped[UUID]
    proposal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("proposal.id"), index=True)
    round: Mapped[int]
    """Counts how often the proposal was sent to review; only the approvals of the last round count."""
    reviewer: Mapped[str]
    role: Mapped[str | None]
    """In which role it was approved; None for a return."""
    decision: Mapped[str]
    """approved or returned."""
    comment: Mapped[str | None]
    content_hash: Mapped[str]


class ReviewPolicy(Revised):
    """Who must review, by amount, and which sections must be whole. A change is a new revision."""

    __tablename__ = "review_policy"

    usual: Mapped[list[Any]]
    """Asked where no tier is reached: `role` and `count`."""
    tiers: Mapped[list[Any]]
    """Each with `currency`, `from_amount` as text, and `reviews`."""
    required_sections: Mapped[list[Any]]
    """Sections in which what is advised elsewhere is a must."""
    note: Mapped[str | None]

    @property
    def parsed_tiers(self) -> list[Tier]:
        return [Tier(one["currency"], Decimal(one["from_amount"]), asked(one["reviews"])) for one in self.tiers]


def asked(rows: Sequence[dict[str, Any]]) -> tuple[Asked, ...]:
    """Reviews as they are kept: `role` and `count`."""
    return tuple(Asked(one["role"], one["count"]) for one in rows)


def usual_of(policy: ReviewPolicy | None) -> tuple[Asked, ...]:
    """What is asked where no tier is reached."""
    return asked(policy.usual) if policy else USUAL
