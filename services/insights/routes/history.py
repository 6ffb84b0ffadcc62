"""History from before Presales."""

from typing import Annotated

from fastapi import APIRouter

from services.insights.commands import history
from services.insights.schemas.history import HistoryIn, HistoryOut
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route

router = APIRouter(prefix="/v1/history", tags=["insights"], route_class=Route)


@router.post("", operation_id="bringHistory")
async def bring_history(
    body: HistoryIn, session: Session, _caller: Annotated[Principal, may("history:write")]
) -> HistoryOut:
    """Take in what happened to opportunities before Presales, so that figures of time begin before it did.

    All or nothing, errors by index; what was sent before has no effect. Only insights knows these opportunities: they
    have a journey and count in figures, and have no requirements, estimates or documents of their own. An opportunity
    that Presales works on has no history to bring.
    """
    heard = await history.bring(session, body.events)
    return HistoryOut(heard=heard, known=len(body.events) - heard)
