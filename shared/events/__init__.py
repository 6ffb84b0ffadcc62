"""The published language: every event that crosses a service border, one module per producer.

An event's wire type is `presales.<context>.<entity>.<participle>.v<major>`. Within a major version fields are only
added, never removed or re-typed; consumers ignore fields that they do not know.
"""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """A part of an event: immutable, tolerant of fields added later."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


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


class ThreePoint(Fact):
    """A range: optimistic ≤ most likely ≤ pessimistic, all in the unit that the field's name states."""

    optimistic: float
    most_likely: float
    pessimistic: float


class Basis(Fact):
    """Which approved baseline something was made from; `epoch` orders them within an opportunity."""

    baseline_id: UUID
    baseline_number: int
    epoch: int
    content_hash: str


class Reason(Fact):
    """Why something cannot go on, and what mends it."""

    code: str
    message: str
    message_zh: str
    retryable: bool = False
    actions: tuple[str, ...] = ()
