"""Quantitative analyses: simulated at once when that is quick, else by a timer that shows how far it is."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import budget_model
from services.risk.commands.budgets import project_of
from services.risk.commands.simulation_threads import in_turn, soon
from services.risk.domain import analysis, monte_carlo
from services.risk.domain.analysis import Subject
from services.risk.models.analyses import RiskAnalysis
from services.risk.models.budgets import RiskBudget, RunTooLarge
from services.risk.queries import projections
from services.risk.schemas.analyses import AnalysisIn, OptionsIn
from services.risk.schemas.analysis_models import ModelIn
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load
from shared.kernel.problems import FieldError, Invalid, Problem
from shared.kernel.timers import Due, set_timer
from shared.quant import correlation, network

ANALYSE = "risk-analysis"
"""The kind of work that takes a while."""
SOON_SAMPLES = 20_000
SOON_CELLS = 6_000_000
"""Up to so many samples, and samples x parts, the caller waits."""
_LOOK_SECONDS = 0.5
_REFUSALS: Mapping[type[Exception], tuple[str, str, str]] = {
    correlation.CorrelationOutOfRange: ("/model/correlation", "corr_out_of_range", "相关系数超出可行范围"),
    correlation.NotPositive: ("/model/correlation", "corr_not_psd", "相关矩阵不可行，且修正幅度过大"),
    correlation.TooManyPaired: ("/model/correlation/pairs", "too_many_pairs", "成对相关涉及的变量过多"),
    network.Cycle: ("/model/activities", "cycle", "活动之间存在循环依赖"),
    network.UnknownPredecessor: ("/model/activities", "unknown_predecessor", "前置活动不存在"),
    network.DuplicateId: ("/model", "duplicate_id", "标识重复"),
}


async def analyse_risks(session: AsyncSession, wish: AnalysisIn) -> RiskAnalysis:
    """Simulate a model, or the project of a budget. Raises `Invalid`, `RunTooLarge`, `NotFound`."""
    model, row = await _asked(session, wish)
    options = wish.options
    row.inputs = {
        "model": model.model_dump(mode="json", exclude_defaults=True),
        "options": options.model_copy(update={"seed": row.seed}).model_dump(mode="json"),
    }
    subject = _refusing(lambda: _subject(model, options.samples))
    session.add(row)
    if is_large(model, options):
        await session.flush()
        await set_timer(session, ANALYSE, row.id, now())
    else:
        row.finish(await _figures(model, subject, options, row.seed, _unseen))
    await session.flush()
    return row


def is_large(model: ModelIn, options: OptionsIn) -> bool:
    """Whether it takes more than a second or two."""
    parts = len(model.items) + len(model.risks) + len(model.drivers) + len(model.activities)
    return options.samples > SOON_SAMPLES or options.samples * parts > SOON_CELLS


async def _asked(session: AsyncSession, wish: AnalysisIn) -> tuple[ModelIn, RiskAnalysis]:
    """The model to analyse, and a new row for it without figures."""
    row = RiskAnalysis(
        name=wish.name,
        opportunity_id=wish.opportunity_id,
        status="queued",
        progress=0.0,
        samples=wish.options.samples,
        seed=secrets.randbits(48) if wish.options.seed is None else wish.options.seed,
        engine_version=monte_carlo.ENGINE_VERSION,
    )
    if wish.opportunity_id is not None:
        await projections.known_head(session, wish.opportunity_id)
    model = wish.model
    if model is None:
        budget = await find(session, RiskBudget, wish.risk_budget_id or row.id)
        baseline, estimate = await projections.basis_of(session, budget)
        model = budget_model.model_of(budget, project_of(baseline.facts, estimate.facts), wish.mode or "events")
        if wish.correlation:
            model = model.model_copy(update={"correlation": wish.correlation})
        row.opportunity_id, row.risk_budget_id = budget.opportunity_id, budget.id
        if wish.options.seed is None:
            row.seed = budget.policy["seed"]
    row.currency = model.currency
    return model, row


async def run_queued(session: AsyncSession, due: Due) -> None:
    """Simulate what was too large to wait for; a refusal is kept."""
    waiting = await find(session, RiskAnalysis, due.subject)
    model, options = _inputs(waiting)

    async def show(share: float) -> None:
        async with due.database.transaction(context_of(session)) as other:
            seen = {"progress": round(share, 3), "status": "running"}
            await other.execute(sa.update(RiskAnalysis).where(RiskAnalysis.id == due.subject).values(**seen))

    try:
        subject = _refusing(lambda: _subject(model, options.samples))
        figures = await _figures(model, subject, options, waiting.seed, show)
    except Problem as refused:
        (await load(session, RiskAnalysis, due.subject)).fail(refused)
    else:
        (await load(session, RiskAnalysis, due.subject)).finish(figures)
    await session.flush()


async def repeat_analysis(session: AsyncSession, key: UUID) -> RiskAnalysis:
    """Run it again; nothing is stored. Raises `RunNotReproducible` when not every byte is the same."""
    row = await find(session, RiskAnalysis, key)
    row.refuse_repeating()
    model, options = _inputs(row)
    subject = _subject(model, options.samples)
    row.compare(await _figures(model, subject, options, row.seed, _unseen))
    return row


def _inputs(row: RiskAnalysis) -> tuple[ModelIn, OptionsIn]:
    return ModelIn.model_validate(row.inputs["model"]), OptionsIn.model_validate(row.inputs["options"])


def _subject(model: ModelIn, samples: int) -> Subject:
    """What the domain analyses. Raises its refusals."""
    made = model.made()
    made.refuse_beyond_limits(samples)
    has_before = any(risk.inherent for risk in model.risks)
    before = tuple((risk.inherent or risk).made(risk.id, risk.activity_ids) for risk in model.risks)
    phases = {one.id: one.phases for one in model.items} | {one.id: one.phases for one in model.risks}
    return Subject(made, model.currency, model.planned_days, before if has_before else None, phases, model.phases)


Shown = Callable[[float], Awaitable[None]]


async def _unseen(_share: float) -> None:
    pass


async def _figures(model: ModelIn, subject: Subject, options: OptionsIn, seed: int, show: Shown) -> dict[str, Any]:
    """Simulate, and tell `show` now and then how far it is."""
    reached = 0.0

    def watch(share: float) -> None:
        nonlocal reached
        reached = share

    def run() -> dict[str, Any]:
        return analysis.analyse(subject, options.questions(), seed=seed, samples=options.samples, watch=watch)

    where = in_turn if is_large(model, options) else soon
    working = where(_refusing, run)
    while not (await asyncio.wait({working}, timeout=_LOOK_SECONDS))[0]:
        await show(reached)
    figures: dict[str, Any] = working.result()
    return figures


def _refusing(run: Callable[[], Any]) -> Any:
    """`run()`, whose refusals in the words of the domain become those of the API."""
    try:
        return run()
    except monte_carlo.RunTooLarge as refused:
        raise RunTooLarge.of(refused) from None
    except tuple(_REFUSALS) as refused:
        pointer, code, zh = _REFUSALS[type(refused)]
        raise Invalid([FieldError(pointer, code, str(refused), f"{zh}（{refused}）")]) from None
