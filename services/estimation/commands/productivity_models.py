"""Productivity models: fitted on request, used when somebody says so, and never changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands.parameter_sets import set_in_force
from services.estimation.commands.staleness import mark_outdated
from services.estimation.domain.analogy import by_analogy
from services.estimation.domain.benchmark import benchmark_of
from services.estimation.domain.calibration import Calibration, calibrated
from services.estimation.domain.estimate import ENGINE_VERSION
from services.estimation.domain.history import LEAST, PastProject
from services.estimation.domain.parameters import Parameters, parameters_of
from services.estimation.domain.productivity import Prior
from services.estimation.models.history import ProductivityModel
from services.estimation.queries.history import active_model, bottom_up_days, chosen_projects, days_per_ucp
from services.estimation.schemas.productivity_models import (
    CALIBRATION,
    PredictionIn,
    PredictionOut,
    ProductivityModelIn,
)
from shared.kernel.context import new_id
from shared.kernel.db import find, load


async def fit_productivity_model(session: AsyncSession, wish: ProductivityModelIn) -> ProductivityModel:
    """Fit the tenant's past projects. Raises `CalibrationInsufficient` for a unit that has no benchmark."""
    parameters = await _parameters(session)
    rows = await chosen_projects(session, wish.size_unit, wish.filters.model_dump())
    estimated = await bottom_up_days(session, rows)
    projects = [row.as_history(parameters.effort.hours_per_day, estimated.get(row.id)) for row in rows]
    prior = prior_of(parameters, wish.size_unit, wish.industry)
    found, trial = await asyncio.to_thread(_fitted, projects, prior, wish)
    row = ProductivityModel(
        id=new_id(),
        name=wish.name,
        size_unit=wish.size_unit,
        group_by=wish.group_by,
        filters=wish.filters.model_dump(mode="json"),
        basis=found.basis,
        project_count=len(projects),
        project_ids=sorted(project.key for project in projects),
        prior={**asdict(prior), "hours_per_day": parameters.effort.hours_per_day},
        calibration=asdict(found),
        analogy_trial=trial,
        engine_version=ENGINE_VERSION,
    )
    session.add(row)
    await session.flush()
    return row


def _fitted(
    projects: Sequence[PastProject], prior: Prior, wish: ProductivityModelIn
) -> tuple[Calibration, dict[str, Any] | None]:
    found = calibrated(projects, prior, wish.group_by, size_unit=wish.size_unit)
    trial = asdict(by_analogy(projects[0], projects).trial) if len(projects) > LEAST else None
    return found, trial


def prior_of(parameters: Parameters, size_unit: str, industry: str | None) -> Prior:
    """What is known before any own project: the benchmark of the industry, for function points."""
    own = parameters.calibrating
    if size_unit != "fp":
        return Prior(None, own_sigma=own.own_sigma, slope=own.slope)
    benchmark = benchmark_of(industry, parameters.benchmarking.benchmarks)
    return Prior(benchmark.p50_hours_per_fp, benchmark.sigma, own_sigma=own.own_sigma, slope=own.slope)


async def activate_productivity_model(session: AsyncSession, key: UUID, *, version: int) -> ProductivityModel:
    """Use a model for the estimates that are made from now on, in place of the one of its unit that was used.

    Estimates that would come out otherwise with it are marked.
    """
    before = await active_model(session, (await find(session, ProductivityModel, key)).size_unit)
    row = await load(session, ProductivityModel, key, version=version)
    status = row.machine.next(row.status, "activate")
    if before:
        before.status = before.machine.next(before.status, "retire")
        await session.flush()  # two must never be active, not even between two statements
    row.status = status
    await mark_outdated(session)
    return row


async def retire_productivity_model(session: AsyncSession, key: UUID, *, version: int) -> ProductivityModel:
    """Use it no longer; estimates that were made with it are marked."""
    row = await load(session, ProductivityModel, key, version=version)
    row.status = row.machine.next(row.status, "retire")
    await mark_outdated(session)
    return row


async def predict(session: AsyncSession, key: UUID, wish: PredictionIn) -> PredictionOut:
    """What a model expects of a size, with the hours per day that it was fitted with."""
    row = await find(session, ProductivityModel, key)
    found = CALIBRATION.validate_python(row.calibration)
    return PredictionOut.of(found.predict(wish.size, wish.group), found.basis, row.prior["hours_per_day"])


async def _parameters(session: AsyncSession) -> Parameters:
    return parameters_of((await set_in_force(session)).parameters)


async def own_hours_per_ucp(session: AsyncSession) -> tuple[float, int] | None:
    """Median person-hours per use-case point of one's own past projects, and of how many; None for fewer than three."""
    found = await days_per_ucp(session)
    return found and (found[0] * (await _parameters(session)).effort.hours_per_day, found[1])
