"""Lists by what a row holds; that of requirements as plain rows: it is read most, and is the longest there is."""

from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from fastapi import Response
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.discovery import Invitation, Questionnaire
from services.requirements.models.interviews import Confirmation
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Requirement
from services.requirements.queries import guards
from services.requirements.schemas.discovery import AnswersQuery
from services.requirements.schemas.interviews import ConfirmationQuery
from services.requirements.schemas.opportunities import SuspectOut
from services.requirements.schemas.requirements import RequirementOut, RequirementQuery
from shared.kernel.auth import CALLER, Principal
from shared.kernel.pages import paginate_plain, plain_page
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction

_NAMES = [name for name in RequirementOut.model_fields if name != "allowed_actions"]
_IS_CLOSED = sa.select(Opportunity.stage == "closed").where(Opportunity.id == Requirement.opportunity_id)
_ROWS = sa.select(*(getattr(Requirement, name) for name in _NAMES), _IS_CLOSED.scalar_subquery().label("is_closed"))
_ACTIONS = TypeAdapter(list[AllowedAction])


async def requirements_page(session: AsyncSession, query: RequirementQuery) -> Response:
    """A page of requirements that reads as `Page[RequirementOut]` does."""
    statement = _ROWS
    if query.is_suspect is not None:
        is_marked = sa.func.jsonb_array_length(Requirement.suspects) > 0
        statement = statement.where(is_marked if query.is_suspect else ~is_marked)
    if query.has_remarks is not None:
        is_remarked = sa.func.jsonb_array_length(Requirement.remarks) > 0
        statement = statement.where(is_remarked if query.has_remarks else ~is_remarked)
    rows = await paginate_plain(session, Requirement, query, statement)
    closed = {row.opportunity_id for row in rows.items if row.is_closed}
    barred = await guards.closed_ones(session, closed) if closed else {}
    return plain_page([_shown(row, barred.get(row.opportunity_id), query.view) for row in rows.items], rows.next_cursor)


def invitations(query: AnswersQuery) -> sa.Select[Invitation]:
    """Invitations, or those that have answers which became nothing, or have none."""
    chosen = sa.select(Invitation)
    if query.has_unmapped_answers is None:
        return chosen
    is_unmapped = sa.func.jsonb_array_length(Invitation.unmapped_answers) > 0
    return chosen.where(is_unmapped if query.has_unmapped_answers else ~is_unmapped)


def answers(questionnaire: Questionnaire, query: AnswersQuery) -> sa.Select[Invitation]:
    """Invitations to a version of a questionnaire that were answered."""
    return invitations(query).where(Invitation.questionnaire_id == questionnaire.id, Invitation.state == "answered")


def confirmations(query: ConfirmationQuery) -> sa.Select[Confirmation]:
    """Confirmations, or those where wording was confirmed that had changed meanwhile, or was not."""
    chosen = sa.select(Confirmation)
    if query.has_untaken is None:
        return chosen
    is_untaken = Confirmation.outcome.contains([{"answer": "confirm", "is_taken": False}])
    return chosen.where(is_untaken if query.has_untaken else ~is_untaken)


def _shown(row: sa.Row[Any], barred: Problem | None, view: str) -> dict[str, Any]:
    shown: dict[str, Any] = dict(zip(_NAMES, row, strict=False))  # the last column is no part of it
    status, suspects = shown["status"], shown["suspects"]
    if suspects:
        shown["suspects"] = [SuspectOut.model_validate(one).model_dump(mode="json") for one in suspects]
    shown["allowed_actions"] = (
        _barred(status, barred) if barred else _actions(CALLER.get(), status, view, is_suspect=bool(suspects))
    )
    return shown


@lru_cache(maxsize=512)
def _actions(_caller: Principal | None, status: str, _view: str, *, is_suspect: bool) -> orjson.Fragment:
    return _json(Requirement(status=status, suspects=[{}] if is_suspect else []))


def _barred(status: str, barred: Problem) -> orjson.Fragment:
    like = Requirement(status=status, suspects=[])
    like.barred = barred  # type: ignore[misc]
    return _json(like)


def _json(like: Requirement) -> orjson.Fragment:
    return orjson.Fragment(_ACTIONS.dump_json(like.allowed_actions))
