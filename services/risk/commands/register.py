"""The risk register: what baselines propose, and what persons make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk import queries
from services.risk.commands import standing
from services.risk.domain.risk import Risk, Scale
from services.risk.models.heard import Head
from services.risk.models.risks import NotInBaseline, OtherCurrency, RegisteredRisk, RiskIsClosed
from services.risk.schemas.risks import RiskIn, RiskPatch
from shared.db import context_of, find, load
from shared.problems import NotFound
from shared.validation import whole


async def merge(session: AsyncSession, head: Head, proposed: Sequence[Risk], order: int, scale: Scale) -> list[Risk]:
    """Take what a basis proposes into the register; returns the risks that its budget counts.

    `order` ranks the bases of an opportunity. An older one that comes late adds what is new, but takes nothing back,
    so that the register ends the same in any order. What persons decided wins everywhere.
    """
    rows = {row.id: row for row in await queries.register_of(session, head.opportunity_id)}
    is_newest = order >= head.merged
    for risk in proposed:
        if risk.id not in rows:
            rows[risk.id] = RegisteredRisk.of(
                risk, opportunity_id=head.opportunity_id, currency=head.currency, is_proposed=False, decided=[],
                status="candidate", basis_order=order,
            )  # fmt: skip
            session.add(rows[risk.id])
        rows[risk.id].propose(risk, order)
    ids = {risk.id for risk in proposed}
    if is_newest:
        head.merged, head.scale = order, asdict(scale)
    for row in rows.values():
        if is_newest and row.origin != "person":
            row.is_proposed = row.id in ids
        row.assess(_scale(head))
    await session.flush()
    return counted_with(rows, proposed)


def counted_with(register: Mapping[UUID, RegisteredRisk], proposed: Sequence[Risk]) -> list[Risk]:
    """What a budget counts: what its basis proposes with what persons decided, and the risks that persons recorded."""
    ids = {risk.id for risk in proposed}
    counted = [register[risk.id].counted(risk) if risk.id in register else risk for risk in proposed]
    counted += [row.counted() for row in register.values() if row.id not in ids and row.is_a_persons]
    return [risk for risk in counted if risk]


async def record_risk(session: AsyncSession, wish: RiskIn) -> RegisteredRisk:
    """Record a risk that a person sees; it counts from the start."""
    head = await _open(session, wish.opportunity_id)
    actor = context_of(session).actor
    columns = await _columns(session, head, wish.model_dump(exclude={"opportunity_id"}))
    row = RegisteredRisk(
        **columns,
        opportunity_id=head.opportunity_id,
        currency=head.currency,
        code=f"RSK-{await queries.count_of_persons(session, head.opportunity_id) + 1:03d}",
        origin="person",
        status="identified",
        decided=[],
        explanation=f"Recorded by {actor}.",
        explanation_zh=f"由 {actor} 登记。",
    )
    row.assess(_scale(head))
    session.add(row)
    await _note(session, head, None, row)
    return row


async def change_risk(session: AsyncSession, risk_id: UUID, patch: RiskPatch, *, version: int) -> RegisteredRisk:
    """Set fields of a risk; from then on no baseline overwrites them."""
    head, row = await _load(session, risk_id, version=version)
    if row.status == "closed":
        raise RiskIsClosed(code=row.code)
    before = row.counted()
    changes = patch.model_dump(include=patch.model_fields_set)
    whole(RiskIn, {**_checked(row), **changes})
    row.decide(await _columns(session, head, changes))
    row.assess(_scale(head))
    await _note(session, head, before, row)
    return row


async def move_risk(
    session: AsyncSession, risk_id: UUID, action: str, *, version: int, reason: str | None = None
) -> RegisteredRisk:
    """Identify, analyse, treat, monitor, materialise, close or reopen."""
    head, row = await _load(session, risk_id, version=version)
    before = row.counted()
    row.act(action)
    row.status_reason = reason
    await _note(session, head, before, row)
    return row


async def _open(session: AsyncSession, opportunity_id: UUID) -> Head:
    head = await queries.known_head(session, opportunity_id)
    if head.currency is None:
        raise NotFound(kind="opportunity", id=opportunity_id)
    head.refuse_if_closed()
    return head


async def _load(session: AsyncSession, risk_id: UUID, *, version: int) -> tuple[Head, RegisteredRisk]:
    """The risk and the head of its opportunity, both locked, the head first: as those do who merge."""
    opportunity_id = (await find(session, RegisteredRisk, risk_id)).opportunity_id
    head = await _open(session, opportunity_id)
    return head, await load(session, RegisteredRisk, risk_id, version=version)


async def _note(session: AsyncSession, head: Head, before: Risk | None, row: RegisteredRisk) -> None:
    """Budgets are stale when a risk counts otherwise than before."""
    await session.flush()
    if row.counted() != before:
        head.register_revision += 1
        await standing.settle(session, head)


def _scale(head: Head) -> Scale | None:
    return Scale(**head.scale) if head.scale else None


_TWINS = {"title": "title_zh", "cause": "cause_zh", "effect": "effect_zh"}


async def _columns(session: AsyncSession, head: Head, wish: dict[str, Any]) -> dict[str, Any]:
    """What a person sent, as the columns hold it. Raises `OtherCurrency`, `NotInBaseline`."""
    columns = dict(wish)
    for name, twin in _TWINS.items():
        if name in columns and columns.get(twin) is None:
            columns[twin] = columns[name]
    if "impact_cost" in columns:
        _refuse_foreign(head, columns["impact_cost"].pop("currency"))
        columns["impact_cost"] = {name: float(point) for name, point in columns["impact_cost"].items()}
    if columns.get("response"):
        response = columns["response"]
        _refuse_foreign(head, response["cost"]["currency"])
        columns["response"] = {
            **response,
            "preventive_zh": response["preventive_zh"] or response["preventive"],
            "contingency_zh": response["contingency_zh"] or response["contingency"],
            "cost": str(response["cost"]["amount"]),
        }
    if columns.get("requirement_codes"):
        await _refuse_unknown(session, head, columns["requirement_codes"])
    return columns


def _refuse_foreign(head: Head, currency: str) -> None:
    if currency != head.currency:
        raise OtherCurrency(wanted=head.currency, given=currency)


async def _refuse_unknown(session: AsyncSession, head: Head, codes: Sequence[str]) -> None:
    baseline = await queries.newest_baseline(session, head.opportunity_id)
    known = {need["code"] for need in baseline.facts["requirements"]} if baseline else set()
    unknown = sorted(set(codes) - known)
    if unknown:
        raise NotInBaseline(codes=", ".join(unknown))


def _checked(row: RegisteredRisk) -> Mapping[str, Any]:
    """What the rules between fields look at, as a person would have sent it."""
    money = {"currency": row.currency}
    return {
        **{name: getattr(row, name) for name in ("opportunity_id", "title", "category", "kind", "cause", "effect")},
        "probability": row.probability,
        "impact_cost": {**{name: str(point) for name, point in row.impact_cost.items()}, **money},
        "impact_days": row.impact_days,
        "response": row.response and {**row.response, "cost": {"amount": row.response["cost"], **money}},
    }
