"""Past projects and productivity models."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.domain.history import LEAST
from services.estimation.domain.history_methods import History
from services.estimation.domain.leading import Choice
from services.estimation.domain.parameters import AFTER_DELIVERY
from services.estimation.models.estimates import Estimate
from services.estimation.models.history import ModelStatus, PastProject, ProductivityModel
from services.estimation.models.overrides import EffortOverride, LeadingMethodChoice, OverrideStatus
from services.estimation.schemas.productivity_models import CALIBRATION

_MOST = 2_000
"""The newest that a model is fitted on: within some seconds."""
_MOST_ANALOGOUS = 500
"""The newest that an estimate looks for analogies among."""


async def projects_with_ids(session: AsyncSession, keys: Sequence[UUID]) -> Mapping[UUID, PastProject]:
    """Those of these projects that there are."""
    rows = await session.scalars(sa.select(PastProject).where(PastProject.id.in_(keys))) if keys else ()
    return {row.id: row for row in rows}


async def all_projects(session: AsyncSession) -> Sequence[PastProject]:
    """Every past project, by name."""
    return (await session.scalars(sa.select(PastProject).order_by(PastProject.name, PastProject.id))).all()


async def chosen_projects(
    session: AsyncSession, size_unit: str, filters: Mapping[str, Any] | None = None, most: int = _MOST
) -> Sequence[PastProject]:
    """The newest past projects of a unit that calibration may use; categories whatever their case."""
    statement = sa.select(PastProject).where(PastProject.size_unit == size_unit, PastProject.is_excluded.is_(False))
    for name in ("industry", "organisation", "technology"):
        if wanted := (filters or {}).get(name):
            statement = statement.where(sa.func.lower(getattr(PastProject, name)) == wanted.lower())
    if after := (filters or {}).get("finished_after"):
        statement = statement.where(PastProject.finished_on > after)
    return (await session.scalars(statement.order_by(PastProject.id.desc()).limit(most))).all()


async def active_model(session: AsyncSession, size_unit: str) -> ProductivityModel | None:
    """The model that estimates of this unit of size use, locked."""
    statement = sa.select(ProductivityModel).where(
        ProductivityModel.size_unit == size_unit, ProductivityModel.status == ModelStatus.ACTIVE
    )
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def active_model_id(session: AsyncSession) -> UUID | None:
    """The model that estimates by function points use."""
    return await session.scalar(
        sa.select(ProductivityModel.id).where(
            ProductivityModel.size_unit == "fp", ProductivityModel.status == ModelStatus.ACTIVE
        )
    )


async def bottom_up_days(session: AsyncSession, rows: Sequence[PastProject]) -> dict[UUID, float]:
    """What had been estimated of projects, without the warranty that their effort does not have, by id.

    Of a project that was estimated here it is what bottom-up said, whatever led; else what was recorded with it.
    """
    keys = [row.estimate_id for row in rows if row.estimate_id]
    found = {
        key: _bottom_up(figures)
        for key, figures in await session.execute(sa.select(Estimate.id, Estimate.figures).where(Estimate.id.in_(keys)))
        if figures
    }
    days = ((row.id, found.get(row.estimate_id) if row.estimate_id else row.estimated_effort_days) for row in rows)
    return {key: value for key, value in days if value}


def _bottom_up(figures: Mapping[str, Any]) -> float:
    warranty: float = sum(phase["effort_days"] for phase in figures["phases"] if phase["phase"] == AFTER_DELIVERY)
    whole: float = figures["methods"][0]["effort_days"]
    estimated: float = figures["effort_days"]
    return whole * (1 - warranty / estimated)


async def days_per_ucp(session: AsyncSession) -> tuple[float, int] | None:
    """Median person-days per use-case point of one's own projects, and of how many; None for fewer than three."""
    rates = [row.effort_days / row.size for row in await chosen_projects(session, "ucp")]
    return (median(rates), len(rates)) if len(rates) >= LEAST else None


async def history_of(session: AsyncSession, hours_per_day: float) -> History:
    """What estimates take of the past: the active model for function points, and the past projects in them."""
    model = await session.scalar(
        sa.select(ProductivityModel).where(
            ProductivityModel.size_unit == "fp", ProductivityModel.status == ModelStatus.ACTIVE
        )
    )
    projects = [row.as_history(hours_per_day) for row in await chosen_projects(session, "fp", most=_MOST_ANALOGOUS)]
    if model is None:
        return History(projects=projects)
    found = CALIBRATION.validate_python(model.calibration)
    return History(model.id, found, projects, model_hours_per_day=model.prior["hours_per_day"])


async def standing_overrides(session: AsyncSession, opportunity_id: UUID) -> Sequence[EffortOverride]:
    """What persons judged of an opportunity's effort, and did not withdraw; oldest first."""
    statement = sa.select(EffortOverride).where(
        EffortOverride.opportunity_id == opportunity_id, EffortOverride.status == OverrideStatus.STANDING
    )
    return (await session.scalars(statement.order_by(EffortOverride.id))).all()


async def choice_of(session: AsyncSession, opportunity_id: UUID) -> Choice | None:
    """Which method a person last chose to lead; None where nobody did."""
    statement = sa.select(LeadingMethodChoice).where(LeadingMethodChoice.opportunity_id == opportunity_id)
    row = await session.scalar(statement.order_by(LeadingMethodChoice.id.desc()).limit(1))
    return row.as_choice() if row else None


async def overrides_of_opportunity(session: AsyncSession, opportunity_id: UUID) -> Sequence[EffortOverride]:
    """Every judgement of an opportunity's effort, newest first."""
    statement = sa.select(EffortOverride).where(EffortOverride.opportunity_id == opportunity_id)
    return (await session.scalars(statement.order_by(EffortOverride.id.desc()))).all()


async def project_of(session: AsyncSession, opportunity_id: UUID) -> PastProject | None:
    """The past project that an opportunity became."""
    return await session.scalar(sa.select(PastProject).where(PastProject.opportunity_id == opportunity_id))
