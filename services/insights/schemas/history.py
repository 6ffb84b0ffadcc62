"""History over HTTP: events of opportunities from before, in the form in which the feed shows events."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from shared.kernel.validation import In, Line, Moment

MOST_EVENTS = 500
"""Of one request: they are taken in as a whole, and while they are, what is heard of others waits."""
_OPPORTUNITY = r"^opportunity/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


class PastEvent(In):
    """An event in its CloudEvents form, as `GET /v1/events` shows it; `data` as docs/events.md says for its type."""

    id: UUID
    """The same event has the same id, however often it is sent."""
    type: Annotated[str, Field(max_length=100, examples=["presales.proposal.outcome.recorded.v1"])]
    time: Moment
    """When it happened."""
    subject: Annotated[str, Field(pattern=_OPPORTUNITY, description="`opportunity/` and the id of the opportunity")]
    partitionkey: UUID
    """What it is about: the opportunity, a proposal …"""
    sequence: Annotated[int, Field(ge=1, lt=2**62)] = 1
    """Version of what it is about: the greatest counts. As text with leading zeros it is understood too."""
    authid: Line
    """Who did it."""
    data: dict[str, Any]
    specversion: Annotated[str, Field(pattern=r"^1\.0$")] = "1.0"
    source: Annotated[str | None, Field(max_length=100)] = None
    correlationid: UUID | None = None
    causationid: UUID | None = None
    traceparent: Annotated[str | None, Field(max_length=55)] = None

    @property
    def opportunity_id(self) -> UUID:
        """The opportunity that it is about."""
        return UUID(self.subject.removeprefix("opportunity/"))


class HistoryIn(In):
    events: Annotated[list[PastEvent], Field(min_length=1, max_length=MOST_EVENTS)]
    """In the order in which they happened."""


class HistoryOut(BaseModel):
    heard: int
    known: int
    """Events that the log had already, by their ids."""
