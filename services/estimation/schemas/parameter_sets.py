"""Parameter sets over HTTP. Terms of business (margin, interest) are shown to callers with `cost:read` only."""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from services.estimation.models.estimates import ParameterSet
from shared.kernel.auth import Principal
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Line, Text, rule

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,59}$", examples=["house-2027"])]

rule("shares_do_not_sum", "has shares that do not add up to 1", "各份额之和不为 1")
rule(
    "days_or_default_size",
    "needs either days or a default_size for requirements without a size",
    "未给规模的需求须在 days 与 default_size 中二选一",
)
rule("default_size_without_points", "has a default_size that counts no function point", "default_size 的功能点数为零")
rule(
    "unknown_rating",
    "names a factor, driver or rating that COCOMO II does not have",
    "含有 COCOMO II 不存在的因子或等级",
)
rule("duplicate_code", "has a code twice", "代码重复")
rule("general_benchmark_missing", "needs a benchmark without words", "须有一条不含关键词的全行业基准")
rule("margin_or_markup", "needs either margin_rate or markup_rate", "须在 margin_rate 与 markup_rate 中二选一")
rule("advance_and_retention", "has an advance and a retention of more than the price", "预付款与质保金之和超过价格")
rule("own_exchange_rate", "needs the exchange rate 1 for its own currency", "本位币汇率须为 1")


class ProvenanceIn(In):
    """Where a part of the set is from."""

    part: Line
    source: Text
    standing: Literal["measured", "calibrated", "published", "second_hand", "assumed"]


class ParameterSetIn(In):
    """A new version: what changes against another set."""

    name: Name
    title: Line
    title_zh: Line | None = None
    based_on: Annotated[Name | None, Field(description="name of another set; the one in force, if left out")] = None
    provenance: Annotated[list[ProvenanceIn], Field(min_length=1, max_length=50)]
    changes: Annotated[
        dict[str, Any],
        Field(
            description="JSON merge patch (RFC 7396) of the parameters",
            examples=[{"commerce": {"margin_rate": "0.18"}}],
        ),
    ]

    @model_validator(mode="after")
    def _storable(self) -> Self:
        text = json.dumps(self.changes, ensure_ascii=False)
        if "\\u0000" in text:
            raise ValueError("null_character")
        text.encode()  # raises a ValueError for half a character, which no database stores
        return self


class ProvenanceOut(BaseModel):
    part: str
    source: str
    standing: str


class ParameterSetItem(ResourceOut):
    """A set of parameters in a list."""

    name: str
    title: str
    title_zh: str
    is_shipped: bool
    based_on: str | None


class ParameterSetOut(ParameterSetItem):
    provenance: list[ProvenanceOut]


class ParameterSetDetailOut(ParameterSetOut):
    parameters: dict[str, Any]

    @classmethod
    def of(cls, row: ParameterSet, caller: Principal) -> Self:
        """As much as `caller` may see: `commerce` is null without `cost:read`."""
        shown = cls.model_validate(row)
        return (
            shown
            if caller.may("cost:read")
            else shown.model_copy(update={"parameters": {**shown.parameters, "commerce": None}})
        )


class ParameterSetQuery(PageQuery):
    name: Annotated[str | None, Field(max_length=60)] = None
    is_shipped: bool | None = None
