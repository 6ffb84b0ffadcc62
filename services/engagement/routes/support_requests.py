"""Support requests 售前支持申请: consulting, training and guidance asked of the team."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import support as commands
from services.engagement.models.support import SupportMessage, SupportRequest
from services.engagement.queries import articles
from services.engagement.queries import support as queries
from services.engagement.schemas.articles import SuggestionsOut
from services.engagement.schemas.commitments import ReasonIn
from services.engagement.schemas.support import (
    AssignIn,
    CandidatesOut,
    DeliverIn,
    EscalateIn,
    MessageIn,
    MessageOut,
    MessageQuery,
    RateIn,
    SupportRequestIn,
    SupportRequestItem,
    SupportRequestOut,
    SupportRequestPatch,
    SupportRequestQuery,
    TriageIn,
    WaitIn,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/support-requests", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("support-requests:read")]
Writer = Annotated[Principal, may("support-requests:write")]
Owner = Annotated[Principal, may("support-requests:own")]


@router.post("", status_code=201, operation_id="requestSupport")
async def request_support(wish: SupportRequestIn, session: Session, _caller: Writer) -> SupportRequestOut:
    """Ask the team for support; you are the requester. Response clocks start by kind and priority."""
    return await _shown(session, await commands.request_support(session, wish))


@router.get("", operation_id="listSupportRequests")
async def list_support_requests(
    query: Annotated[SupportRequestQuery, Query()], session: Session, _caller: Reader
) -> Page[SupportRequestItem] | Page[SupportRequestOut]:
    """Support requests, newest first; `q` looks for words in code, title, description and delivery."""
    return await queries.support_requests(session, query)


@router.get("/{request_id}", operation_id="getSupportRequest")
async def get_support_request(request_id: UUID, session: Session, _caller: Reader) -> SupportRequestOut:
    """One support request, with what you can do with it."""
    return await _shown(session, await find(session, SupportRequest, request_id))


@router.patch("/{request_id}", operation_id="changeSupportRequest")
async def change_support_request(
    request_id: UUID, patch: SupportRequestPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> SupportRequestOut:
    """Change an open request (JSON merge patch)."""
    return await _shown(session, await commands.change_request(session, request_id, patch, version=seen))


@router.get("/{request_id}/candidates", operation_id="listCandidates")
async def list_candidates(request_id: UUID, session: Session, _caller: Reader) -> CandidatesOut:
    """Who could do it: skill, free hours until it is needed, language and region, and what stands against the rest."""
    return await commands.candidates(session, await find(session, SupportRequest, request_id))


@router.get("/{request_id}/suggested-articles", operation_id="listSuggestedArticles")
async def list_suggested_articles(request_id: UUID, session: Session, _caller: Reader) -> SuggestionsOut:
    """Published articles that fit, the most relevant first, each with the words that it shares; stale ones say so."""
    return await articles.suggested(session, await find(session, SupportRequest, request_id))


@router.post("/{request_id}/triage", operation_id="triageSupportRequest")
async def triage(
    request_id: UUID, session: Session, seen: SeenVersion, _caller: Writer, wish: TriageIn | None = None
) -> SupportRequestOut:
    """Say what it is and how urgent: the clock of the first answer stops."""
    return await _shown(session, await commands.triage(session, request_id, wish or TriageIn(), version=seen))


@router.post("/{request_id}/assign", operation_id="assignSupportRequest")
async def assign(
    request_id: UUID, wish: AssignIn, session: Session, seen: SeenVersion, _caller: Writer
) -> SupportRequestOut:
    """Give it to a colleague by id, or to the `best`; `assignment` keeps the reasons."""
    return await _shown(session, await commands.assign(session, request_id, wish.to, version=seen))


@router.post("/{request_id}/start", operation_id="startSupportRequest")
async def start(request_id: UUID, session: Session, seen: SeenVersion, _caller: Owner) -> SupportRequestOut:
    """Begin; for the assignee."""
    return await _shown(session, await commands.start(session, request_id, version=seen))


@router.post("/{request_id}/deliver", operation_id="deliverSupportRequest")
async def deliver(
    request_id: UUID, wish: DeliverIn, session: Session, seen: SeenVersion, _caller: Owner
) -> SupportRequestOut:
    """Say what was delivered; for the assignee. Every clock of it stops."""
    return await _shown(session, await commands.deliver(session, request_id, wish.delivery, version=seen))


@router.post("/{request_id}/rate", operation_id="rateSupportRequest")
async def rate(
    request_id: UUID, wish: RateIn, session: Session, seen: SeenVersion, _caller: Writer
) -> SupportRequestOut:
    """Say how good it was, 1 to 5; for the requester."""
    return await _shown(session, await commands.rate(session, request_id, wish, version=seen))


@router.post("/{request_id}/close", operation_id="closeSupportRequest")
async def close(request_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> SupportRequestOut:
    """Nothing more is to be done."""
    return await _shown(session, await commands.close(session, request_id, version=seen))


@router.post("/{request_id}/decline", operation_id="declineSupportRequest")
async def decline(
    request_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Writer
) -> SupportRequestOut:
    """Say no, and why."""
    return await _shown(session, await commands.decline(session, request_id, why.reason, version=seen))


@router.post("/{request_id}/reopen", operation_id="reopenSupportRequest")
async def reopen(
    request_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Writer
) -> SupportRequestOut:
    """What was delivered does not do; for the requester. An answer is owed again."""
    return await _shown(session, await commands.reopen(session, request_id, why.reason, version=seen))


@router.post("/{request_id}/wait", operation_id="waitWithSupportRequest")
async def wait(
    request_id: UUID, wish: WaitIn, session: Session, seen: SeenVersion, _caller: Owner
) -> SupportRequestOut:
    """The client or the requester owes us something first: the clocks stand."""
    return await _shown(session, await commands.wait(session, request_id, wish, version=seen))


@router.post("/{request_id}/resume", operation_id="resumeSupportRequest")
async def resume(request_id: UUID, session: Session, seen: SeenVersion, _caller: Owner) -> SupportRequestOut:
    """They have given it: the clocks run on."""
    return await _shown(session, await commands.resume(session, request_id, version=seen))


@router.post("/{request_id}/escalate", operation_id="escalateSupportRequest")
async def escalate(
    request_id: UUID, wish: EscalateIn, session: Session, seen: SeenVersion, _caller: Writer
) -> SupportRequestOut:
    """Bring it to somebody higher, and say why."""
    return await _shown(session, await commands.escalate(session, request_id, wish, version=seen))


@router.get("/{request_id}/messages", response_model=Page[MessageOut], operation_id="listSupportMessages")
async def list_messages(
    request_id: UUID, query: Annotated[MessageQuery, Query()], session: Session, _caller: Reader
) -> Slice[SupportMessage]:
    """The thread, newest first; internal messages are not shown to the requester."""
    return await queries.thread(session, await find(session, SupportRequest, request_id), query)


@router.post("/{request_id}/messages", status_code=201, response_model=MessageOut, operation_id="writeSupportMessage")
async def write_message(request_id: UUID, wish: MessageIn, session: Session, _caller: Owner) -> SupportMessage:
    """Write in the thread. The first answer that the requester can see stops the clock; a question starts another."""
    return await commands.write_message(session, request_id, wish)


async def _shown(session: Session, request: SupportRequest) -> SupportRequestOut:
    [answer] = await queries.shown(session, [request], SupportRequestOut)
    return answer
