"""Risk budgets: computed from a baseline and its estimate as soon as both are there, and anew on request."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import publishing, register, staleness
from services.risk.commands.simulation_threads import soon
from services.risk.commands.staleness import basis_of, settle
from services.risk.domain import budget, monte_carlo
from services.risk.domain.budget import Budget, Policy
from services.risk.domain.candidates import propose
from services.risk.domain.matrix import PMBOK, Matrix
from services.risk.domain.project import Baseline, Estimate, Project
from services.risk.domain.risk import Risk
from services.risk.domain.rule import Rule
from services.risk.models.budgets import RiskBudget, RunTooLarge, UnusableEstimate
from services.risk.models.catalogue import catalogue_of
from services.risk.models.projections import Head, KnownBaseline, KnownEstimate
from services.risk.models.settings import matrix_of, stored_matrix
from services.risk.queries import projections as queries
from services.risk.queries.calibration import recalibrations
from services.risk.queries.catalogue import catalogue_in_force
from services.risk.queries.settings import matrix_for
from services.risk.schemas.budgets import Recompute
from shared.kernel.db import find, load
from shared.kernel.messaging import publish, publish_of
from shared.kernel.problems import Problem
from shared.kernel.timers import Due
from shared.language.events.risk import RiskBudgetFailed
from shared.language.events.values import Reason
from shared.quant.correlation import Correlation
from shared.quant.recalibration import Recalibration

_BASELINE = TypeAdapter(Baseline)
_ESTIMATE = TypeAdapter(Estimate)
_REVISIONS = 10_000
"""More than anybody makes of one estimate, or of the budgets of one."""


async def catch_up(session: AsyncSession, head: Head, baseline_id: UUID) -> None:
    """Give each estimate of a baseline its first budget, once both were heard; then see what still counts."""
    bases = [] if head.is_won else await queries.bases_to_budget(session, baseline_id)
    for baseline, estimate in bases:
        row, rules = await row_of(session, head, estimate, revision=1)
        try:
            await _compute(session, head, baseline, estimate, row, rules)
        except (RunTooLarge, UnusableEstimate) as refused:
            await _fail(session, row, refused)
    await settle(session, head)


async def recompute_budget(session: AsyncSession, budget_id: UUID, wish: Recompute, *, version: int) -> RiskBudget:
    """The next revision of a budget, with the register as it is now. Refused when the budget no longer counts."""
    head = await queries.known_head(session, (await find(session, RiskBudget, budget_id)).opportunity_id)
    before = await load(session, RiskBudget, budget_id, version=version)
    before.refuse_recomputing()
    return await _next(session, head, before, wish.model_dump(mode="json", exclude_none=True))


async def follow_register(session: AsyncSession, due: Due) -> None:
    """The next revision of the newest budget, when the register or the policy has moved on since."""
    head = await queries.known_head(session, due.subject)
    for newest in (await queries.budgets_of(session, due.subject))[-1:]:
        if newest.is_recomputable:
            before = await load(session, RiskBudget, newest.id)
            try:
                await _next(session, head, before, {})
            except (RunTooLarge, UnusableEstimate) as refused:
                before.freshness, before.reason = "stale", _reason(refused).model_dump(mode="json")


async def _next(session: AsyncSession, head: Head, before: RiskBudget, wish: dict[str, Any]) -> RiskBudget:
    baseline, estimate = await queries.basis_of(session, before)
    row, rules = await row_of(session, head, estimate, revision=before.revision + 1)
    row.policy |= {**_own(before.policy), **wish}
    await _compute(session, head, baseline, estimate, row, rules)
    await settle(session, head)
    return row


def project_of(baseline: Mapping[str, Any], estimate: Mapping[str, Any]) -> Project:
    """The data of both events as the domain reads them. Raises `UnusableEstimate`."""
    try:
        return Project(_BASELINE.validate_python(baseline), _ESTIMATE.validate_python(estimate))
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnusableEstimate(where=where, why=first["msg"]) from None


async def row_of(
    session: AsyncSession, head: Head, estimate: KnownEstimate, *, revision: int
) -> tuple[RiskBudget, tuple[Rule, ...]]:
    """A new budget of an estimate by the matrix and the policy in force, without figures, and the rules in force."""
    basis = estimate.facts["basis"]
    matrix = await matrix_for(session, head.opportunity_id)
    catalogue = await catalogue_in_force(session)
    policy = await staleness.policy_for(session, head.opportunity_id, matrix, catalogue)
    corrects = policy.get("corrects_risks", True)
    corrected = {kind: asdict(one) for kind, one in (await recalibrations(session)).items()} if corrects else {}
    head.policy = policy
    row = RiskBudget(
        id=uuid5(estimate.estimate_id, f"risk-budget:{revision}"),
        opportunity_id=head.opportunity_id,
        baseline_id=estimate.baseline_id,
        baseline_number=basis["baseline_number"],
        epoch=basis["epoch"],
        content_hash=basis["content_hash"],
        estimate_id=estimate.estimate_id,
        estimate_revision=estimate.revision,
        revision=revision,
        position=_order(estimate) * _REVISIONS + revision,
        register_revision=head.register_revision,
        status="calculated",
        currency=estimate.facts["currency"],
        policy={
            **policy,
            "seed": _seed(head.opportunity_id),
            "tenant": policy,
            **({"recalibration": corrected} if corrected else {}),
        },
        matrix=stored_matrix(matrix),
        contributions=[],
    )
    return row, catalogue_of(catalogue)


def _seed(opportunity_id: UUID) -> int:
    """It belongs to the opportunity and is small enough to be exact in JSON.

    All budgets of an opportunity share it, so that they differ by what was changed and not by chance.
    """
    return int.from_bytes(hashlib.sha256(opportunity_id.bytes).digest()[:6])


def _own(policy: Mapping[str, Any]) -> dict[str, Any]:
    """What a person asked for beside the policy in force: it holds for later revisions too."""
    decided = policy.get("tenant", {})
    others = {"tenant", "recalibration"}
    return {name: value for name, value in policy.items() if name not in others and decided.get(name) != value}


def _order(estimate: KnownEstimate) -> int:
    epoch: int = estimate.facts["basis"]["epoch"]
    return epoch * _REVISIONS + estimate.revision


async def _compute(
    session: AsyncSession,
    head: Head,
    baseline: KnownBaseline,
    estimate: KnownEstimate,
    row: RiskBudget,
    rules: tuple[Rule, ...],
) -> None:
    """Fill `row` with the figures, and say them."""
    project = project_of(baseline.facts, estimate.facts)
    with session.no_autoflush:  # the head is written once, with what is merged
        proposed = propose(project, head.opportunity_id, rules)
        risks = await register.merge(session, head, proposed, _order(estimate), budget.scale_of(project), _matrix(row))
    figures = await simulate(project, risks, row)
    event = publishing.calculated(row, figures, project)
    row.facts, row.contributions = event.model_dump(mode="json"), publishing.contributions(project, figures)
    session.add(row)
    await publish(session, event, about=row)


async def simulate(project: Project, risks: Sequence[Risk], row: RiskBudget) -> Budget:
    """The figures of a budget. Raises `RunTooLarge`."""
    policy = row.policy
    wanted = Policy(
        policy["confidence"],
        Decimal(policy["management_reserve_rate"]),
        policy["samples"],
        Correlation(policy["correlation_within"], policy["correlation_across"]),
    )
    corrected = {kind: Recalibration(**one) for kind, one in policy.get("recalibration", {}).items()}
    risks = [replace(risk, recalibration=corrected.get(risk.kind)) for risk in risks]
    try:
        return await soon(budget.calculate, project, risks, wanted, seed=policy["seed"], matrix=_matrix(row))
    except monte_carlo.RunTooLarge as refused:
        raise RunTooLarge.of(refused) from None


def _matrix(row: RiskBudget) -> Matrix:
    return matrix_of(row.matrix) if row.matrix else PMBOK


async def _fail(session: AsyncSession, row: RiskBudget, refused: Problem) -> None:
    """Keep and say why an estimate has no budget."""
    reason = _reason(refused)
    row.status, row.freshness, row.reason = "failed", "stale", reason.model_dump(mode="json")
    session.add(row)
    await publish_of(session, RiskBudgetFailed, row, basis=basis_of(row), reason=reason)


def _reason(refused: Problem) -> Reason:
    return Reason(code=refused.code, message=refused.detail("en"), message_zh=refused.detail("zh"))
