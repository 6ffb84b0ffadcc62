"""What an event is, every class of events by its wire type, and what every service says of its own working."""

from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.kernel.from_row import from_row

NO_OPPORTUNITY = UUID(int=0)
"""What an event is about that is about the tenant, and no opportunity: nil, as a subject of NATS names one always."""


class Fact(BaseModel):
    """A part of an event: immutable, tolerant of fields added later."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    @classmethod
    def of(cls, row: object, /, **others: Any) -> Self:
        """What `row` has under the same names, and `others`, as `from_row` says."""
        return from_row(cls, row, **others)


class Event(Fact):
    """Something that happened to an opportunity. Subclasses name their wire `type`."""

    type: ClassVar[str] = ""
    """`<context>.<entity>.<participle>.v<major>`"""

    opportunity_id: UUID

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        REGISTRY[cls.type] = cls


REGISTRY: dict[str, type[Event]] = {}
"""Every event class by its wire type."""


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
