"""What a person judges an effort to be, beside what was computed."""

from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.estimation.domain.leading import Choice
from shared.kernel.base import Resource
from shared.kernel.problems import Problem

TOTAL = "total"


class NoSuchLine(Problem):
    status = 422
    title = ("There is no such line", "没有该工作项")
    en = "The estimate has no line {line}; its lines are listed at `/v1/estimates/{estimate}/lines`."
    zh = "该估算没有工作项 {line}；工作项见 `/v1/estimates/{estimate}/lines`。"


class NoStandingOverride(Problem):
    status = 409
    title = ("There is nothing to withdraw", "没有可撤销的专家估计")
    en = "Nobody's judgement stands for {target}."
    zh = "{target} 当前没有生效的专家估计。"


class NoModelToLead(Problem):
    status = 409
    title = ("There is no calibrated method to lead", "没有可作为主估算方法的校准模型")
    en = "The estimate has no calibrated method: activate a productivity model and recompute, or count function points."
    zh = "该估算没有校准模型的结果：请启用生产率模型并重新计算，或补充功能点计数。"


class OverrideStatus(StrEnum):
    STANDING = "standing"
    REPLACED = "replaced"
    """By a later judgement of the same."""
    WITHDRAWN = "withdrawn"


class EffortOverride(Resource):
    """A judgement of a line's or the whole effort: it stands in every estimate of its opportunity until withdrawn."""

    __tablename__ = "effort_override"

    opportunity_id: Mapped[UUID]
    target: Mapped[str]
    """Id of the line, which stays from baseline to baseline, or `total`."""
    line_code: Mapped[str | None]
    line_name: Mapped[str | None]
    """As they were when it was judged."""
    effort: Mapped[dict[str, Any]]
    """Days: optimistic, most_likely, pessimistic with absolute bounds, and `is_assumed` for a single figure."""
    computed_days: Mapped[float]
    """What stood there before."""
    reason: Mapped[str]
    baseline_number: Mapped[int]
    """Of the estimate that the judge saw."""
    status: Mapped[str] = mapped_column(default=OverrideStatus.STANDING)
    withdrawn_reason: Mapped[str | None]
    client_visibility: Mapped[str] = mapped_column(server_default="internal", default="internal")
    """`client`: offers say the wording among their assumptions, never the reason."""
    client_wording: Mapped[str | None]
    client_wording_zh: Mapped[str | None]

    __table_args__ = (
        sa.Index(
            "uq_effort_override_standing",
            "tenant_id",
            "opportunity_id",
            "target",
            unique=True,
            postgresql_where=sa.text("status = 'standing'"),
        ),
        sa.Index("ix_effort_override_opportunity", "tenant_id", "opportunity_id", "id"),
    )


class LeadingMethodChoice(Resource):
    """Which method a person chose to lead in the estimates of an opportunity; the newest counts, none is changed."""

    __tablename__ = "leading_method_choice"

    opportunity_id: Mapped[UUID]
    method: Mapped[str]
    """three_point, productivity_model, or by_record: as if nobody had chosen."""
    reason: Mapped[str]
    baseline_number: Mapped[int]
    """Of the estimate that was seen."""

    __table_args__ = (sa.Index("ix_leading_method_choice_opportunity", "tenant_id", "opportunity_id", "id"),)

    def as_choice(self) -> Choice:
        """The choice as the domain has it."""
        return Choice(self.method, self.reason)
