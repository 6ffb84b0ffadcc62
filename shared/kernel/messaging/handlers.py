"""What a service does when it hears an event: handlers by event class, handled in turn."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.db import Database, serve, serve_adding
from shared.kernel.events import Event
from shared.kernel.messaging.envelope import SUBJECTS, Envelope, subject_filter
from shared.kernel.problems import FieldError, Problem
from shared.kernel.tracing import span

E = TypeVar("E", bound=Event)
Handler = Callable[[AsyncSession, Any], Awaitable[object]]


class UnreadableEvent(Problem):
    """The envelope is right, but the data is not what the event's class reads."""

    status = 422
    title = ("An event that cannot be read", "无法读取的事件")
    en = "{event_type}: {where} {why}"
    zh = "{event_type}：{where} {why}"


class UnknownEvent(Problem):
    status = 422
    title = ("An event that nobody here handles", "没有对应处理程序的事件")
    en = "{consumer} has no handler for {event_type}."
    zh = "{consumer} 没有处理 {event_type} 的程序。"


_CLAIM = """
INSERT INTO inbox (tenant_id, consumer, event_id, stream_seq)
SELECT served.tenant, $2, told.event_id, told.stream_seq
FROM served, unnest($3::uuid[], $4::bigint[]) AS told (event_id, stream_seq)
ORDER BY told.event_id
ON CONFLICT DO NOTHING RETURNING event_id AS added
"""


class Handlers:
    """The handlers of one purpose, `<service>-<purpose>`; what they hear is handled in turn.

    `batch` is how many events may share one transaction: many for quick handlers, 1 where handling takes long.
    """

    def __init__(self, durable: str, *, batch: int = 64) -> None:
        self.durable, self.batch = durable, batch
        self._by_type: dict[str, tuple[type[Event], Handler]] = {}
        self._every: Handler | None = None

    def __call__(
        self, event: type[E]
    ) -> Callable[[Callable[[AsyncSession, E], Awaitable[object]]], Callable[[AsyncSession, E], Awaitable[object]]]:
        """Register a command for `event`, `on(Event)(command)`, or the function below it as a decorator.

        Either is `async def f(session, event)`, called in one transaction with the note that the event was heard.
        """

        def register(
            command: Callable[[AsyncSession, E], Awaitable[object]],
        ) -> Callable[[AsyncSession, E], Awaitable[object]]:
            self._by_type[event.type] = (event, command)
            return command

        return register

    def every_event(
        self, command: Callable[[AsyncSession, Envelope], Awaitable[None]]
    ) -> Callable[[AsyncSession, Envelope], Awaitable[None]]:
        """Register a command for every event there is; it gets the envelope."""
        self._every = command
        return command

    @property
    def event_types(self) -> Sequence[str]:
        return sorted(self._by_type)

    @property
    def durables(self) -> dict[str, str]:
        """The consumers of the stream that these handlers need, by name, and the subjects that each filters by.

        One for each event type: its filter never changes, so that a type that is heard from now on comes from the
        beginning, whatever another version of this service does beside it (docs/decisions/0044).
        """
        if self._every:
            return {self.durable: SUBJECTS}
        return {f"{self.durable}-{kind.replace('.', '-')}": subject_filter(kind) for kind in self.event_types}

    async def handle(self, database: Database, envelopes: Sequence[Envelope]) -> int:
        """Give each event its effect, once, all in one transaction; returns how many were new here.

        Raises whatever a handler raises, with nothing done.
        """
        async with database.unserved() as session:
            fresh = await self._claim(session, envelopes)
            count = len(fresh)
            for event in envelopes:
                if event.id in fresh:
                    fresh.remove(event.id)  # the same event may be in a batch twice
                    own = event.context
                    await serve(session, own)
                    with _named_in_logs(self.durable, event), self._span(event, own.traceparent):
                        await self._apply(event, session)
            await session.flush()
            return count

    def _span(self, event: Envelope, own: str) -> AbstractContextManager[None]:
        """What this event's handling took, below what said it."""
        name = {"messaging.system": "nats", "messaging.consumer.group.name": self.durable}
        return span(event.type, "CONSUMER", own, event.traceparent, **name, **{"messaging.message.id": str(event.id)})

    async def apply_parked(self, event: Envelope, session: AsyncSession) -> None:
        """Give an event that was set aside its effect after all, in a transaction of the caller's."""
        await self._claim(session, [event])  # it is there since it was set aside, unless a release before did that
        await self._apply(event, session)

    async def _claim(self, session: AsyncSession, envelopes: Sequence[Envelope]) -> set[Any]:
        # Sorted, so that two replicas with overlapping batches cannot wait for each other.
        fresh: set[Any] = set()
        for _, same in groupby(sorted(envelopes, key=lambda one: (one.tenant, one.id)), key=lambda one: one.tenant):
            rows = {event.id: event for event in same}
            context = next(iter(rows.values())).context
            places = [event.stream_sequence for event in rows.values()]
            fresh |= await serve_adding(session, context, _CLAIM, self.durable, list(rows), places)
        return fresh

    async def _apply(self, event: Envelope, session: AsyncSession) -> None:
        if self._every:
            await self._every(session, event)
            return
        if event.type not in self._by_type:
            raise UnknownEvent(consumer=self.durable, event_type=event.type)
        kind, handler = self._by_type[event.type]
        try:
            data = kind.model_validate(event.data)
        except ValidationError as wrong:
            raise _unreadable(event, wrong) from None
        await handler(session, data)


def _named_in_logs(consumer: str, event: Envelope) -> AbstractContextManager[object]:
    return structlog.contextvars.bound_contextvars(
        consumer=consumer,
        tenant=event.tenant,
        event_id=str(event.id),
        correlation_id=str(event.correlation_id),
        trace_id=event.context.trace_id,
    )


def _unreadable(event: Envelope, wrong: ValidationError) -> UnreadableEvent:
    first = wrong.errors(include_input=False, include_url=False)[0]
    pointer = "/data/" + "/".join(str(part) for part in first["loc"])
    return UnreadableEvent(
        event_type=event.type,
        where=pointer,
        why=first["msg"],
        errors=[FieldError(pointer, first["type"], first["msg"], first["msg"])],
    )
