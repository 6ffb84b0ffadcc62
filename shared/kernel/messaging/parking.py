"""Events that cannot be taken in: kept with their reason, listed, retried or discarded over the API."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import nats.errors
import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from shared.kernel.asked import Several, not_allowed
from shared.kernel.auth import Principal, may
from shared.kernel.context import Context
from shared.kernel.db import Database, Session, context_of, find, load, serve
from shared.kernel.events import NO_OPPORTUNITY, EventParked, EventUnparked
from shared.kernel.http import Route, SeenVersion
from shared.kernel.messaging import envelope
from shared.kernel.messaging.envelope import PREFIX, Envelope, decode
from shared.kernel.messaging.handlers import Handlers
from shared.kernel.messaging.large import DataMissing, whole
from shared.kernel.messaging.outbox import publish
from shared.kernel.messaging.stream import NoStream, Stream
from shared.kernel.messaging.tables import Inbox, Outbox, ParkedEvent
from shared.kernel.pages import Page, PageQuery, ResourceOut, page_of, paginate
from shared.kernel.problems import IllegalTransition, Problem
from shared.kernel.validation import Text

PARKED, _RESOLVED = aliased(Outbox), aliased(Outbox)
_OF_PARKED = ParkedEvent.__tablename__
IS_PARKED = (
    PARKED.aggregate_type == _OF_PARKED,
    PARKED.aggregate_seq == 1,
    ~sa.exists().where(
        _RESOLVED.aggregate_type == _OF_PARKED,
        _RESOLVED.aggregate_id == PARKED.aggregate_id,
        _RESOLVED.aggregate_seq > 1,
    ),
)
"""What was said of events that are parked: the table itself shows no tenant's rows to the machinery."""


class NotAnEvent(Problem):
    status = 422
    title = ("Not an event", "不是有效事件")
    en = "The message is not an event of ours: {why}."
    zh = "该消息不是有效的事件：{why}。"


class SubjectDisagrees(Problem):
    status = 422
    title = ("Published on another subject than it says", "发布主题与内容不符")
    en = "Published on {subject}, but it says that it belongs on {said}."
    zh = "发布于主题 {subject}，而其内容所属主题为 {said}。"


class DeliveredTooOften(Problem):
    status = 422
    title = ("Delivered too often", "投递次数过多")
    en = "Delivered {count} times without an answer: handling it may stop the process."
    zh = "已投递 {count} 次仍无结果：处理它可能导致进程中止。"


class HandlingFailed(Problem):
    status = 422
    title = ("Handling failed", "处理失败")
    en = "Every attempt failed; the last one: {why}."
    zh = "多次尝试均失败，最后一次：{why}。"

    @classmethod
    def of(cls, error: Exception) -> "HandlingFailed":
        return cls(why=f"{type(error).__name__}: {error}"[:500])


class RetryRefused(Problem):
    status = 409
    title = ("It still cannot be taken in", "重试仍未成功")
    en = "The retry was refused again ({code}): {why}"
    zh = "重试仍被拒绝（{code}）：{why}"


@dataclass(frozen=True, slots=True)
class Unhandled:
    """What is known of an event that is set aside."""

    tenant: str
    event_id: str
    event_type: str
    opportunity_id: UUID | None
    stream_sequence: int
    deliveries: int
    body: bytes
    context: Context

    @classmethod
    def of(cls, event: Envelope, body: bytes, deliveries: int) -> "Unhandled":
        return cls(
            event.tenant,
            str(event.id),
            event.type,
            event.opportunity_id,
            event.stream_sequence,
            deliveries,
            body,
            event.context,
        )

    @classmethod
    def by_subject(cls, subject: str, body: bytes, stream_sequence: int, deliveries: int) -> "Unhandled":
        """From the subject alone: its second token is the tenant, its last one the opportunity."""
        tokens = subject.split(".")
        tenant = tokens[1] if len(tokens) > 1 else "unknown"
        try:
            opportunity_id = UUID(tokens[-1])
        except ValueError:
            opportunity_id = None
        return cls(
            tenant,
            hashlib.sha256(body).hexdigest()[:32],
            ".".join(tokens[2:-1]) or "unknown",
            opportunity_id,
            stream_sequence,
            deliveries,
            body,
            Context(tenant=tenant, actor="unknown"),
        )


def check_subject(event: Envelope, subject: str) -> None:
    """Raises `SubjectDisagrees` when an event says another tenant, type or opportunity than the subject it came on.

    The subject is what NATS lets only the event's producer publish on; the body is what the handlers believe.
    """
    said = envelope.subject(event.tenant, event.type, event.opportunity_id)
    if said != subject:
        raise SubjectDisagrees(subject=subject[:300], said=said[:300])


async def park(database: Database, consumer: str, event: Unhandled, reason: Problem) -> None:
    """Keep an event that `consumer` cannot take in, and say so. Parking it a second time changes nothing.

    It counts as heard from then on: delivered again, as after a restore, it goes on waiting for a person.
    """
    async with database.transaction(event.context) as session:
        known = sa.select(ParkedEvent).where(ParkedEvent.consumer == consumer, ParkedEvent.event_id == event.event_id)
        heard = insert(Inbox).values(consumer=consumer, event_id=UUID(event.event_id), stream_seq=event.stream_sequence)
        is_new = await session.scalar(heard.on_conflict_do_nothing().returning(Inbox.event_id))
        if not is_new or await session.scalar(known):
            return
        parked = ParkedEvent(
            consumer=consumer,
            event_id=event.event_id,
            event_type=event.event_type,
            opportunity_id=event.opportunity_id,
            stream_seq=event.stream_sequence,
            deliveries=event.deliveries,
            code=reason.code,
            detail=reason.detail("en"),
            detail_zh=reason.detail("zh"),
            body=event.body,
        )
        session.add(parked)
        await session.flush()
        await publish(
            session,
            EventParked(
                opportunity_id=event.opportunity_id or NO_OPPORTUNITY,
                parked_event_id=parked.id,
                consumer=consumer,
                event_id=event.event_id,
                event_type=event.event_type,
                code=reason.code,
                detail=parked.detail,
            ),
            about=parked,
        )


class ParkedEventItem(ResourceOut):
    """An event that could not be taken in, with the reason; what it says is at its own address."""

    consumer: str
    event_id: str
    event_type: str
    opportunity_id: UUID | None
    stream_seq: int
    deliveries: int
    status: str
    code: str
    detail: str
    detail_zh: str
    reason: str | None


class ParkedEventOut(ParkedEventItem):
    """An event that could not be taken in, with the reason."""

    payload: str

    @classmethod
    def of(cls, parked: ParkedEvent) -> "ParkedEventOut":
        shown = {name: getattr(parked, name) for name in cls.model_fields if name != "payload"}
        return cls(**shown, payload=parked.body.decode("utf-8", "replace"))


def _without_prefix(kinds: list[str] | None) -> list[str] | None:
    return kinds and [kind.removeprefix(f"{PREFIX}.") for kind in kinds]


class ParkedEventQuery(PageQuery):
    consumer: Several[str] = None
    status: Several[Literal["parked", "retried", "discarded"]] = None
    event_type: Annotated[Several[str], AfterValidator(_without_prefix)] = None
    opportunity_id: Several[UUID] = None


class Discard(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Text


router = APIRouter(prefix="/v1/parked-events", tags=["operations"], route_class=Route)


@router.get("", operation_id="listParkedEvents")
async def list_parked_events(
    query: Annotated[ParkedEventQuery, Query()],
    request: Request,
    session: Session,
    _caller: Annotated[Principal, may("parked-events:read")],
) -> Page[ParkedEventItem] | Page[ParkedEventOut]:
    """Events that this service could not take in, newest first; a type as events carry it, or without `presales.`."""
    handlers = request.app.state.handlers
    if query.consumer and set(query.consumer) - set(handlers):
        raise not_allowed("?consumer", sorted(handlers))
    return page_of(query, await paginate(session, ParkedEvent, query), ParkedEventItem, ParkedEventOut)


@router.get("/{parked_event_id}", operation_id="getParkedEvent")
async def get_parked_event(
    parked_event_id: UUID, session: Session, _caller: Annotated[Principal, may("parked-events:read")]
) -> ParkedEventOut:
    """One parked event with its payload and reason."""
    return ParkedEventOut.of(await find(session, ParkedEvent, parked_event_id))


@router.post("/{parked_event_id}/retry", operation_id="retryParkedEvent")
async def retry_parked_event(
    parked_event_id: UUID,
    request: Request,
    session: Session,
    seen: SeenVersion,
    _caller: Annotated[Principal, may("parked-events:write")],
) -> ParkedEventOut:
    """Give the event its effect now, through the same handler. 409 with the reason when it is refused again."""
    parked = await load(session, ParkedEvent, parked_event_id, version=seen)
    await retry(session, parked, request.app.state.handlers, request.app.state.stream)
    return ParkedEventOut.of(parked)


@router.post("/{parked_event_id}/discard", operation_id="discardParkedEvent")
async def discard_parked_event(
    parked_event_id: UUID,
    discard: Discard,
    session: Session,
    seen: SeenVersion,
    _caller: Annotated[Principal, may("parked-events:write")],
) -> ParkedEventOut:
    """Give the event up, with a reason; it stays in the list."""
    parked = await load(session, ParkedEvent, parked_event_id, version=seen)
    await _resolve(session, parked, "discarded", discard.reason)
    return ParkedEventOut.of(parked)


async def retry(session: AsyncSession, parked: ParkedEvent, handlers: Mapping[str, Handlers], stream: Stream) -> None:
    """Take in a parked event in this transaction. Raises `RetryRefused` when its handler refuses it again."""
    caller = context_of(session)
    subject = envelope.subject(parked.tenant_id, parked.event_type, parked.opportunity_id or NO_OPPORTUNITY)
    try:
        event = decode(await whole(stream, parked.body, subject)).at(parked.stream_seq)
        check_subject(event, subject)
        await handlers[parked.consumer].apply_parked(event, session)
    except Problem as refused:
        raise RetryRefused(code=refused.code, why=refused.detail("en")) from None
    except ValueError as wrong:
        raise RetryRefused(code=NotAnEvent.code, why=str(wrong)) from None
    except (DataMissing, NoStream, nats.errors.Error, TimeoutError) as error:
        again = HandlingFailed.of(error)
        raise RetryRefused(code=again.code, why=again.detail("en")) from None
    await serve(session, caller)
    await _resolve(session, parked, "retried", None)


async def _resolve(session: AsyncSession, parked: ParkedEvent, resolution: str, reason: str | None) -> None:
    if parked.status != "parked":
        raise IllegalTransition(kind="parked event", state=parked.status, action=resolution, possible="nothing")
    parked.status, parked.reason = resolution, reason
    await session.flush()
    await publish(
        session,
        EventUnparked(
            opportunity_id=parked.opportunity_id or NO_OPPORTUNITY,
            parked_event_id=parked.id,
            consumer=parked.consumer,
            event_id=parked.event_id,
            event_type=parked.event_type,
            resolution=resolution,
            reason=reason,
        ),
        about=parked,
    )
