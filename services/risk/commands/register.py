"""The risk register: what baselines propose, and what persons make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import staleness
from services.risk.commands.bilingual import said_once
from services.risk.commands.drawdown import release_share
from services.risk.commands.publishing_register import publish_expired, publish_passed, publish_risk
from services.risk.domain.matrix import Matrix
from services.risk.domain.risk import Risk, Scale
from services.risk.models.projections import Head
from services.risk.models.proposed import Proposed
from services.risk.models.responses import RiskResponse, columns_of
from services.risk.models.risks import NotInBaseline, OtherCurrency, RegisteredRisk
from services.risk.queries import projections as queries
from services.risk.queries.register import Register, count_of_persons, measures_of, register_of
from services.risk.queries.settings import matrix_for, rules_for
from services.risk.schemas.responses import MeasureIn
from services.risk.schemas.risks import AcceptIn, EscalateIn, RiskIn, RiskPatch
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.db import context_of, find, load
from shared.kernel.problems import NotFound
from shared.kernel.timers import Due, clear_timer, set_timer
from shared.kernel.validation import whole
from shared.language import business_day
from shared.language.business_day import end_of_day
from shared.language.roster import assignable, with_assignee

EXPIRED, PASSED = "acceptance-expired", "risk-passed"
"""Kinds of timer."""


async def merge(
    session: AsyncSession, head: Head, proposed: Sequence[Risk], order: int, scale: Scale, matrix: Matrix
) -> list[Risk]:
    """Take what a basis proposes into the register; returns the risks that its budget counts.

    `order` ranks the bases of an opportunity; `matrix` rates its risks. An older basis that comes late adds what is
    new, but takes nothing back, so that the register ends the same in any order. What persons decided wins everywhere.
    """
    register = await register_of(session, head.opportunity_id)
    is_newest = order >= head.merged
    if is_newest:
        head.merged, head.scale = order, asdict(scale)
    for risk in proposed:
        if risk.id not in register:
            register[risk.id] = (_new_row(head, risk, order), [])
        row, measures = register[risk.id]
        row.propose(risk, order)
        _merge_measures(row, measures, risk, order)
    if is_newest:
        _note_proposed(register, proposed)
    for row, measures in register.values():
        row.assess(measures, scale_of(head), matrix)
    session.add_all(row for row, _ in register.values())
    await session.flush()
    session.add_all(measure for _, measures in register.values() for measure in measures)
    await session.flush()
    return counted_with(register, proposed)


def _new_row(head: Head, risk: Risk, order: int) -> RegisteredRisk:
    return RegisteredRisk.of(
        risk, opportunity_id=head.opportunity_id, currency=head.currency, is_proposed=False, decided=[],
        status="candidate", basis_order=order,
    )  # fmt: skip


def _merge_measures(row: RegisteredRisk, measures: list[RiskResponse], risk: Risk, order: int) -> None:
    known = {measure.id: measure for measure in measures}
    for response in risk.responses:
        if response.id not in known:
            known[response.id] = RiskResponse.of(
                response, opportunity_id=row.opportunity_id, risk_id=row.id, currency=row.currency,
                origin=risk.origin, is_proposed=False, decided=[], basis_order=order, secondary_risk_ids=[],
            )  # fmt: skip
        known[response.id].take_over(columns_of(response), order)
    measures[:] = sorted(known.values(), key=lambda one: one.code)


def _note_proposed(register: Register, proposed: Sequence[Risk]) -> None:
    """Mark what the newest basis gives cause for."""
    ids = {risk.id for risk in proposed} | {response.id for risk in proposed for response in risk.responses}
    for row, measures in register.values():
        rows: list[Proposed] = [row, *measures]
        for one in rows:
            if one.origin != "person":
                one.is_proposed = one.id in ids


def counted_with(register: Register, proposed: Sequence[Risk]) -> list[Risk]:
    """What a budget counts: what its basis proposes with what persons decided, and the risks that persons recorded."""
    ids = {risk.id for risk in proposed}
    counted: list[Risk | None] = []
    for risk in proposed:
        row, measures = register.get(risk.id, (None, []))
        counted.append(row.counted(measures, risk) if row else risk)
    counted += [row.counted(own) for row, own in register.values() if row.id not in ids and row.is_a_persons]
    return [risk for risk in counted if risk]


async def record_risk(session: AsyncSession, wish: RiskIn) -> RegisteredRisk:
    """Record a risk that a person sees, with its responses; it counts from the start."""
    head = await open_register(session, wish.opportunity_id)
    actor = context_of(session).actor
    columns = await _columns(session, head, wish.model_dump(exclude={"opportunity_id", "responses"}))
    row = RegisteredRisk(
        **columns,
        opportunity_id=head.opportunity_id,
        currency=head.currency,
        code=f"RSK-{await count_of_persons(session, head.opportunity_id) + 1:03d}",
        origin="person",
        status="identified",
        decided=[],
        explanation=f"Recorded by {actor}.",
        explanation_zh=f"由 {actor} 登记。",
    )
    row.id = new_id()
    measures = [await new_measure(session, head, row, wish, number) for number, wish in enumerate(wish.responses, 1)]
    row.assess(measures, scale_of(head), await matrix_for(session, head.opportunity_id))
    session.add(row)
    await session.flush()
    session.add_all(measures)
    await reckon(session, head, None, row, measures)
    await publish_change(session, row)
    return row


async def new_measure(
    session: AsyncSession, head: Head, row: RegisteredRisk, wish: MeasureIn, number: int
) -> RiskResponse:
    """A measure that a person wants, not stored yet. Raises as `measure_columns`."""
    return RiskResponse(
        **await measure_columns(session, head, wish.model_dump(exclude={"risk_id"})),
        opportunity_id=row.opportunity_id,
        risk_id=row.id,
        currency=row.currency,
        code=f"{row.code}-{number:02d}",
        origin="person",
        is_proposed=True,
        decided=[],
        status="planned",
    )


async def measure_columns(session: AsyncSession, head: Head, wish: Mapping[str, Any]) -> dict[str, Any]:
    """What a person sent of a measure, as the columns hold it. Raises `OtherCurrency`, `ColleagueIsInactive`."""
    columns = said_once(await with_assignee(session, wish), "statement", "trigger")
    if "cost" in columns:
        refuse_foreign(head, columns["cost"]["currency"])
        columns["cost"] = columns["cost"]["amount"]
    return columns


async def change_risk(session: AsyncSession, risk_id: UUID, patch: RiskPatch, *, version: int) -> RegisteredRisk:
    """Set fields of a risk; from then on no baseline overwrites them."""
    head, row = await load_risk(session, risk_id, version=version)
    if row.closing:
        raise row.closing
    measures = (await measures_of(session, [row.id]))[row.id]
    before = row.counted(measures)
    changes = patch.changes()
    whole(RiskIn, {**checked(row), **changes})
    row.decide(await _columns(session, head, changes))
    await reckon(session, head, before, row, measures)
    await publish_change(session, row, seen=version)
    return row


async def move_risk(
    session: AsyncSession,
    risk_id: UUID,
    action: str,
    *,
    version: int,
    reason: str | None = None,
    outcome: str | None = None,
) -> RegisteredRisk:
    """Identify, analyse, treat, monitor, reconsider, take back, materialise, close or reopen."""
    head, row = await load_risk(session, risk_id, version=version)
    measures = (await measures_of(session, [row.id]))[row.id]
    before, stated, was = row.counted(measures), row.as_risk(measures).residual.probability, row.status
    row.act(action, measures)
    row.status_reason = reason
    if action == "reopen":
        row.forget_outcome()
    elif row.status in {"materialised", "closed"}:
        ended = "happened" if row.status == "materialised" else None
        usual = "was_no_risk" if was == "candidate" else "did_not_happen"
        row.note_outcome(ended or outcome or usual, stated, now())
    await reckon(session, head, before, row, measures)
    if row.status == "closed":
        await release_share(session, row, reason or "")
    await publish_change(session, row, seen=version)
    return row


async def escalate_risk(session: AsyncSession, risk_id: UUID, wish: EscalateIn, *, version: int) -> RegisteredRisk:
    """Hand it to somebody above the project; it counts on until it is closed."""
    _head, row = await load_risk(session, risk_id, version=version)
    row.act("escalate", (await measures_of(session, [row.id]))[row.id])
    row.escalated_to, row.status_reason = await assignable(session, wish.to), wish.reason
    await publish_change(session, row, seen=version)
    return row


async def accept_risk(session: AsyncSession, risk_id: UUID, wish: AcceptIn, *, version: int) -> RegisteredRisk:
    """Live with it until a day; then it is looked at again. Raises `OwnersAcceptance`, `AcceptedTooLong`."""
    _head, row = await load_risk(session, risk_id, version=version)
    measures = (await measures_of(session, [row.id]))[row.id]
    rules = await rules_for(session, row.opportunity_id)
    by, today = context_of(session).actor, business_day.today(session)
    row.accept(measures, rules, by=by, at=now(), today=today, until=wish.until, reason=wish.reason)
    row.status_reason = None
    await publish_change(session, row, seen=version)
    return row


async def note_expired(session: AsyncSession, due: Due) -> None:
    """The acceptance of a risk is over: it waits for a decision again."""
    row = await _due(session, due.subject)
    if row is None or row.accepted_until is None:
        return
    if end_of_day(session, row.accepted_until) > due.at:
        await _watch(session, row)
        return
    by, until = row.accepted_by or "", row.accepted_until
    row.act("reconsider", [])
    row.status_reason = f"{by}: {until.isoformat()}"
    await session.flush()
    await publish_expired(session, row, by, until)


async def note_passed(session: AsyncSession, due: Due) -> None:
    """The time in which a risk could happen is over; that is told once."""
    row = await _due(session, due.subject)
    if row is None or row.near_until is None or row.passed_at:
        return
    if end_of_day(session, row.near_until) > due.at:
        await _watch(session, row)
        return
    if row.status not in {"materialised", "closed"}:
        row.passed_at = due.at
        await session.flush()
        await publish_passed(session, row, row.near_until)


async def _due(session: AsyncSession, risk_id: UUID) -> RegisteredRisk | None:
    """The risk that a timer is about, with the head of its opportunity; None when nothing is to be done any more."""
    row = await session.get(RegisteredRisk, risk_id)
    if row is None or (await queries.known_head(session, row.opportunity_id)).is_closed:
        return None
    return await load(session, RegisteredRisk, risk_id)


async def publish_change(session: AsyncSession, row: RegisteredRisk, *, seen: int = 0) -> None:
    """Say what a person did, if anything changed, and have looked at it when its days are over."""
    await session.flush()
    if row.version == seen:
        return
    if row.near_until is None or now() < end_of_day(session, row.near_until):
        row.passed_at = None
        await session.flush()
    await _watch(session, row)
    await publish_risk(session, row)


async def _watch(session: AsyncSession, row: RegisteredRisk) -> None:
    """Have a risk looked at when its days are over where the tenant works, which may change meanwhile."""
    for kind, day in ((EXPIRED, row.accepted_until), (PASSED, row.near_until)):
        if day and row.status != "closed":
            await set_timer(session, kind, row.id, end_of_day(session, day))
        else:
            await clear_timer(session, kind, row.id)


async def open_register(session: AsyncSession, opportunity_id: UUID) -> Head:
    """The head of an opportunity whose register can change, locked. Raises `NotFound`, `RegisterIsClosed`."""
    head = await queries.known_head(session, opportunity_id)
    if head.currency is None:
        raise NotFound(kind="opportunity", id=opportunity_id)
    head.refuse_if_closed()
    return head


async def load_risk(session: AsyncSession, risk_id: UUID, *, version: int | None = None) -> tuple[Head, RegisteredRisk]:
    """The risk and the head of its opportunity, both locked, the head first: as those do who merge."""
    opportunity_id = (await find(session, RegisteredRisk, risk_id)).opportunity_id
    head = await open_register(session, opportunity_id)
    return head, await load(session, RegisteredRisk, risk_id, version=version)


async def reckon(
    session: AsyncSession, head: Head, before: Risk | None, row: RegisteredRisk, measures: Sequence[RiskResponse]
) -> None:
    """Assess a risk that changed anew; budgets are stale when it counts otherwise than before."""
    with session.no_autoflush:  # what a person did and what follows from it are one change of the row
        matrix = await matrix_for(session, head.opportunity_id)
    row.assess(measures, scale_of(head), matrix)
    await session.flush()
    if row.counted(measures) != before:
        head.register_revision += 1
        await staleness.settle(session, head)


def scale_of(head: Head) -> Scale | None:
    """What impacts of an opportunity are measured against; None before there is an estimate."""
    return Scale(**head.scale) if head.scale else None


async def _columns(session: AsyncSession, head: Head, wish: dict[str, Any]) -> dict[str, Any]:
    """What a person sent, as the columns hold it. Raises `OtherCurrency`, `NotInBaseline`, `ColleagueIsInactive`."""
    columns = said_once(await with_assignee(session, wish), "title", "cause", "effect", "client_wording")
    if "impact_cost" in columns:
        refuse_foreign(head, columns["impact_cost"].pop("currency"))
        columns["impact_cost"] = {name: float(point) for name, point in columns["impact_cost"].items()}
    if columns.get("requirement_codes"):
        await _refuse_unknown(session, head, columns["requirement_codes"])
    return columns


def refuse_foreign(head: Head, currency: str) -> None:
    """Raises `OtherCurrency` when money is not in the currency of the opportunity."""
    if currency != head.currency:
        raise OtherCurrency(wanted=head.currency, given=currency)


async def _refuse_unknown(session: AsyncSession, head: Head, codes: Sequence[str]) -> None:
    baseline = await queries.newest_baseline(session, head.opportunity_id)
    known = {need["code"] for need in baseline.facts["requirements"]} if baseline else set()
    unknown = sorted(set(codes) - known)
    if unknown:
        raise NotInBaseline(codes=", ".join(unknown))


_KEPT = (
    "opportunity_id", "title", "category", "kind", "cause", "effect", "probability", "impact_days", "knowledge",
    "knowledge_why", "near_from", "near_until", "client_visibility", "client_wording", "client_wording_zh",
)  # fmt: skip


def checked(row: RegisteredRisk) -> Mapping[str, Any]:
    """What the rules between fields look at, as a person would have sent it."""
    cost = {name: str(point) for name, point in row.impact_cost.items()}
    return {**{name: getattr(row, name) for name in _KEPT}, "impact_cost": {**cost, "currency": row.currency}}
