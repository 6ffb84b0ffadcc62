"""Past projects, and what was learnt of them."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.estimation.domain import history
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.money import Money

Cost = sa.Numeric(20, 4)


class ActualsAlreadyRecorded(Problem):
    status = 409
    title = ("The actuals are recorded already", "实际数据已登记")
    en = "The actuals of this opportunity are past project {name}; correct them there."
    zh = "该商机的实际数据已登记为历史项目 {name}；请在该历史项目中更正。"


class NothingWasEstimated(Problem):
    status = 409
    title = ("There is no estimate to compare with", "没有可对比的估算")
    en = "The estimate failed and has no figures; record the actuals of one that has."
    zh = "该估算计算失败，没有数值；请选择有结果的估算登记实际数据。"


class SizeIsMissing(Problem):
    status = 422
    title = ("The size is missing", "缺少规模")
    en = "Nothing in the estimate has function points: say the size and its unit."
    zh = "该估算没有功能点数，请给出规模及其单位。"


class UnreadableProjects(Problem):
    status = 422
    title = ("Some rows cannot be read", "部分行无法读取")
    en = "{count} rows cannot be read, first {places}; nothing was imported. `errors` names each."
    zh = "有 {count} 行无法读取，首先是 {places}；未导入任何内容。`errors` 逐一指明。"


class NoProjectsInFile(Problem):
    status = 422
    title = ("No past projects", "没有历史项目")
    en = "{name} has no table with columns for name, size and effort; their headings are named in `columns`."
    zh = "{name} 中没有含名称、规模与工作量列的表格；可用 `columns` 指明列标题。"


class Origin(StrEnum):
    ENTERED = "entered"
    IMPORTED = "imported"
    DELIVERED = "delivered"
    """Of an opportunity that was won, with what had been estimated."""


class PastProject(Resource):
    """A project that is over: what it was, took and cost, and what was estimated before."""

    __tablename__ = "past_project"

    name: Mapped[str]
    industry: Mapped[str | None]
    organisation: Mapped[str | None]
    technology: Mapped[str | None]
    size: Mapped[float]
    size_unit: Mapped[str]
    size_variant: Mapped[str | None]
    """How it was counted."""
    effort_days: Mapped[float]
    """From the start until acceptance, deployment and training included, warranty not."""
    duration_months: Mapped[float | None]
    currency: Mapped[str | None]
    """Of all amounts."""
    cost_amount: Mapped[Decimal | None] = mapped_column(Cost)
    estimated_effort_days: Mapped[float | None]
    estimated_effort_p80_days: Mapped[float | None]
    estimated_cost_amount: Mapped[Decimal | None] = mapped_column(Cost)
    estimated_cost_p80_amount: Mapped[Decimal | None] = mapped_column(Cost)
    started_on: Mapped[date | None]
    finished_on: Mapped[date | None]
    origin: Mapped[str]
    source: Mapped[str]
    """Where the figures are from."""
    note: Mapped[str | None]
    is_excluded: Mapped[bool]
    """Whether calibration leaves it out; `exclusion_reason` says why."""
    exclusion_reason: Mapped[str | None]
    opportunity_id: Mapped[UUID | None]
    estimate_id: Mapped[UUID | None]

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id"),
        sa.Index("ix_past_project_unit", "tenant_id", "size_unit", "id"),
    )

    @property
    def cost(self) -> Money | None:
        return _money(self.cost_amount, self.currency)

    @property
    def estimated_cost(self) -> Money | None:
        return _money(self.estimated_cost_amount, self.currency)

    @property
    def estimated_cost_p80(self) -> Money | None:
        return _money(self.estimated_cost_p80_amount, self.currency)

    def as_history(self, hours_per_day: float, estimated_days: float | None = None) -> history.PastProject:
        """The project as calibration reads it; `estimated_days` were estimated before, bottom-up."""
        return history.PastProject(
            key=str(self.id),
            size=self.size,
            effort_hours=self.effort_days * hours_per_day,
            technology=self.technology,
            industry=self.industry,
            organisation=self.organisation,
            estimated_hours=estimated_days and estimated_days * hours_per_day,
        )


def _money(amount: Decimal | None, currency: str | None) -> Money | None:
    return Money.of(amount, currency) if amount is not None and currency else None


class ModelStatus(StrEnum):
    FITTED = "fitted"
    ACTIVE = "active"
    RETIRED = "retired"


class ProductivityModel(Resource):
    """What past projects say of productivity: fitted once, and never changed but for whether it is used."""

    __tablename__ = "productivity_model"

    name: Mapped[str]
    size_unit: Mapped[str]
    group_by: Mapped[str | None]
    filters: Mapped[dict[str, Any]]
    """What the projects had to be: industry, organisation, technology, finished_after."""
    basis: Mapped[str]
    """calibrated, median_productivity (it did better) or prior (too few projects)."""
    project_count: Mapped[int]
    project_ids: Mapped[list[Any]]
    prior: Mapped[dict[str, Any]]
    """What was known before, and `hours_per_day` of the efforts."""
    calibration: Mapped[dict[str, Any]]
    """As the domain has it."""
    analogy_trial: Mapped[dict[str, Any] | None]
    engine_version: Mapped[str]
    status: Mapped[str] = mapped_column(default=ModelStatus.FITTED)

    __table_args__ = (
        sa.Index(
            "uq_productivity_model_active",
            "tenant_id",
            "size_unit",
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
        ),
    )

    machine = StateMachine(
        "productivity_model",
        (
            Transition("activate", ("fitted", "retired"), "active"),
            Transition("retire", ("active",), "retired"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)
