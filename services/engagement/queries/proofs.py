"""Demos and proofs of concept, read."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.proofs import ProofOfConcept
from services.engagement.queries.projections import closed_ones, requirements_by_id
from services.engagement.schemas.interactions import LinkedRequirement
from services.engagement.schemas.proofs import ProofOut, ProofQuery
from shared.kernel.pages import Page, paginate

_LINKED = {"criteria", "requirements", "is_suspect", "allowed_actions"}
_OWN = [name for name in ProofOut.model_fields if name not in _LINKED]


async def proofs(session: AsyncSession, query: ProofQuery) -> Page[ProofOut]:
    """One page of demos and proofs of concept."""
    statement = sa.select(ProofOfConcept)
    if query.requirement_id:
        statement = statement.where(ProofOfConcept.requirement_ids.contains([query.requirement_id]))
    found = await paginate(session, ProofOfConcept, query, statement)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[ProofOfConcept]) -> list[ProofOut]:
    """Proofs with what they are about, what has become suspect, and what can be done with them."""
    known = await requirements_by_id(session, [key for row in rows for key in row.requirement_ids])
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    answers = []
    for row in rows:
        suspect = row.suspect(known)
        own = {
            **{name: getattr(row, name) for name in _OWN},
            "criteria": [{**one, "is_suspect": one["number"] in suspect} for one in row.criteria],
            "requirements": [
                LinkedRequirement.model_validate(known[key]) for key in row.requirement_ids if key in known
            ],
            "is_suspect": bool(suspect),
            "allowed_actions": row.actions(known, closed.get(row.opportunity_id)),
        }
        answers.append(ProofOut.model_validate(own))
    return answers
