"""What every service says of its own working."""

from typing import ClassVar
from uuid import UUID

from shared.events import Event


class EventParked(Event):
    """A consumer could not take in an event; it is kept with its reason and waits for retry or discard."""

    type: ClassVar[str] = "platform.event.parked.v1"
    parked_event_id: UUID
    consumer: str
    event_id: str
    event_type: str
    code: str
    detail: str


class EventUnparked(Event):
    """A parked event was taken in after all (`retried`) or given up (`discarded`)."""

    type: ClassVar[str] = "platform.event.unparked.v1"
    parked_event_id: UUID
    consumer: str
    event_id: str
    event_type: str
    resolution: str
    reason: str | None
