"""A requirement's history, and everything that is tied to it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.changes import ChangeRequest
from services.requirements.models.interviews import Confirmation
from services.requirements.models.requirements import Requirement
from services.requirements.queries.baselines import baselines_with
from services.requirements.queries.fit import fits_about
from services.requirements.queries.projections import questions_of
from services.requirements.queries.requirements import needing, worrying_about
from shared.kernel.audit import AuditEntry


async def confirmations_of(session: AsyncSession, requirement: Requirement) -> Sequence[Confirmation]:
    """Every time that the client was asked to confirm a requirement, oldest first."""
    statement = sa.select(Confirmation).where(
        Confirmation.opportunity_id == requirement.opportunity_id,
        Confirmation.requirement_ids.contains([requirement.id]),
    )
    return (await session.scalars(statement.order_by(Confirmation.id))).all()


async def history_of(session: AsyncSession, requirement: Requirement) -> list[dict[str, Any]]:
    """Every change of a requirement, oldest first."""
    entries = await session.scalars(
        sa.select(AuditEntry).where(AuditEntry.resource_id == requirement.id).order_by(AuditEntry.id)
    )
    shown = []
    for entry in entries:
        before, after = entry.before or {}, entry.after or {}
        fields = [
            {"field": name, "before": before.get(name), "after": after.get(name)}
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ]
        shown.append({"at": entry.at, "actor": entry.actor, "action": entry.action, "fields": fields})
    return shown


async def links_of(session: AsyncSession, requirement: Requirement) -> list[dict[str, Any]]:
    """Everything that this service knows to be tied to a requirement."""
    above = await session.scalars(
        sa.select(Requirement).where(Requirement.id.in_(requirement.depends_on)).order_by(Requirement.code)
    )
    changed = {UUID(mark["requirement_id"]) for mark in requirement.suspects}
    below = await session.scalars(needing([requirement]))
    concerns = await session.scalars(worrying_about([requirement]))
    questions = await questions_of(session, requirement)
    changes = await session.scalars(
        sa.select(ChangeRequest)
        .where(ChangeRequest.requirement_ids.contains([requirement.id]))
        .order_by(ChangeRequest.code)
    )
    found = [
        *(_link("depends_on", row, row.status, is_suspect=row.id in changed) for row in above),
        *(_link("needed_by", row, row.status, is_suspect=_is_marked(row, requirement)) for row in below),
        *(_link("concern", row, None, is_suspect=_is_marked(row, requirement)) for row in concerns),
        *(_link("clarification", row, row.status) for row in questions),
        *(_link("change_request", row, row.status) for row in changes),
    ]
    for asked in await confirmations_of(session, requirement):
        said: dict[str, Any] = next((one for one in asked.outcome if one["requirement_id"] == str(requirement.id)), {})
        label = ": ".join(filter(None, (asked.recipient_name, said.get("answer"), said.get("comment"))))
        found.append(_link("confirmation", asked, asked.status, label=label))
    is_ahead = requirement.status in {"changed", "withdrawn"}
    for baseline in await baselines_with(session, requirement):
        label = f"{baseline.number} {baseline.title}"
        is_behind = is_ahead and baseline.status == "approved"
        found.append(_link("baseline", baseline, baseline.status, label=label, is_suspect=is_behind))
    fit = await session.scalar(fits_about([requirement]))
    if fit:
        found.append(
            _link("fit_assessment", fit, fit.status, label=fit.verdict, is_suspect=_is_marked(fit, requirement))
        )
    if requirement.origin:
        origin = {"kind": "origin", "id": requirement.origin["id"], "label": requirement.origin["kind"]}
        found.append({**origin, "status": None, "is_suspect": False})
    return found


def _link(
    kind: str, row: Any, status: str | None, *, label: str | None = None, is_suspect: bool = False
) -> dict[str, Any]:
    named = label or f"{row.code} {getattr(row, 'title', None) or getattr(row, 'statement', None) or row.question}"
    return {"kind": kind, "id": row.id, "label": named, "status": status, "is_suspect": is_suspect}


def _is_marked(row: Any, requirement: Requirement) -> bool:
    return any(mark["requirement_id"] == str(requirement.id) for mark in row.suspects)
