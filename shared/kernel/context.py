"""Who and what a unit of work is for: carried by its database session into audit entries, events and logs."""

import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: unique, and sorted by time of making."""
    return uuid7()


class _Sampling:
    ratio = 1.0


def sample_traces(ratio: float) -> None:
    """Have so many of the traces that begin here recorded: the others say so to all that they come by."""
    _Sampling.ratio = ratio


def new_trace() -> str:
    """A W3C `traceparent` that starts a trace."""
    flags = "01" if secrets.randbelow(1_000_000) < _Sampling.ratio * 1_000_000 else "00"
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-{flags}"


_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def next_span(traceparent: str | None) -> str:
    """The `traceparent` of the next hop: the same trace, a new span. A malformed one starts a new trace."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    return f"00-{match[1]}-{secrets.token_hex(8)}-{match[3]}" if match else new_trace()


def ids_of(traceparent: str | None) -> tuple[int, int, int] | None:
    """Trace, span and flags of a `traceparent`; None for a malformed one."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    return (int(match[1], 16), int(match[2], 16), int(match[3], 16)) if match else None


@dataclass(frozen=True, slots=True)
class Context:
    """One unit of work: a request or an event being handled."""

    tenant: str
    actor: str
    """Subject of the caller, or of the person whose change set off the chain of events."""
    correlation_id: UUID = field(default_factory=new_id)
    """The run that this belongs to: all events of one chain share it."""
    causation_id: UUID | None = None
    """The event that this answers to."""
    traceparent: str = field(default_factory=new_trace)
    request_id: str = ""

    @property
    def trace_id(self) -> str:
        return self.traceparent.split("-")[1]
