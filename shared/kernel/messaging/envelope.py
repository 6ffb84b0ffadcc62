"""The wire form of an event: CloudEvents 1.0 in structured JSON, with the extensions named in docs/events.md."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from shared.kernel.context import Context, next_span
from shared.kernel.events import Event

PREFIX = "presales"
SUBJECTS = f"{PREFIX}.>"
"""The subjects of all events."""
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
MAX_BYTES = 2 * 1024 * 1024
"""Largest event that travels as one message, a baseline of some 2,000 requirements; of a larger one the data go apart
(`large.py`). NATS is configured for 4 MiB."""


class BadEnvelope(ValueError):
    """These bytes are not an event of ours."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event with its attributes; `data` is what its class reads."""

    id: UUID
    type: str
    """Without the `presales.` prefix: the `type` of the event's class."""
    time: datetime
    tenant: str
    opportunity_id: UUID
    aggregate_id: UUID
    sequence: int
    """Version of the aggregate that the event is about."""
    correlation_id: UUID
    causation_id: UUID | None
    actor: str
    traceparent: str
    data: dict[str, Any]
    stream_sequence: int = 0

    @property
    def context(self) -> Context:
        """What the handling of this event works for: a span of its own, below the one that said it."""
        return Context(
            tenant=self.tenant,
            actor=self.actor,
            correlation_id=self.correlation_id,
            causation_id=self.id,
            traceparent=next_span(self.traceparent),
        )

    def at(self, stream_sequence: int) -> "Envelope":
        return replace(self, stream_sequence=stream_sequence)


def subject(tenant: str, event_type: str, opportunity_id: UUID) -> str:
    """The NATS subject of an event: `presales.<tenant>.<context>.<entity>.<participle>.v<n>.<opportunity>`."""
    return f"{PREFIX}.{tenant}.{event_type}.{opportunity_id}"


def subject_filter(event_type: str) -> str:
    """The subjects of one event type, of all tenants and opportunities."""
    return f"{PREFIX}.*.{event_type}.*"


def _source(context_name: str) -> str:
    """Who says the events of a context."""
    return f"/{PREFIX}/{context_name}"


def encode(  # every attribute of the wire form is named here, once
    event: Event, context: Context, *, event_id: UUID, aggregate_id: UUID, sequence: int, time: datetime
) -> bytes:
    """The bytes of an event."""
    context_name, entity, participle, version = event.type.split(".")
    attributes = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": _source(context_name),
        "type": f"{PREFIX}.{event.type}",
        "subject": f"opportunity/{event.opportunity_id}",
        "time": time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"urn:{PREFIX}:schema:{context_name}:{entity}:{participle}:{version}",
        "tenantid": context.tenant,
        "partitionkey": str(aggregate_id),
        # CloudEvents wants a sequence that sorts as text: "10" < "9" otherwise.
        "sequence": f"{sequence:020d}",
        "correlationid": str(context.correlation_id),
        "authid": context.actor,
        "traceparent": context.traceparent,
    }
    if context.causation_id:
        attributes["causationid"] = str(context.causation_id)
    head = json.dumps(attributes, separators=(",", ":"), ensure_ascii=False)
    return f'{head[:-1]},"data":{event.model_dump_json()}}}'.encode()


def decode(body: bytes) -> Envelope:
    """The event in these bytes. Raises `BadEnvelope`, saying what is wrong."""
    try:
        raw = orjson.loads(body)
        if raw["specversion"] != "1.0":
            raise BadEnvelope(f"specversion {raw['specversion']!r} is not 1.0")
        kind: str = raw["type"]
        if not kind.startswith(PREFIX + "."):
            raise BadEnvelope(f"type {kind!r} is not one of ours")
        if raw["source"] != _source(kind.split(".")[1]):
            raise BadEnvelope(f"source {raw['source']!r} is not who says {kind!r}")
        if not isinstance(raw["data"], dict):
            raise BadEnvelope("data is not an object")
        return Envelope(
            id=UUID(raw["id"]),
            type=kind.removeprefix(PREFIX + "."),
            time=datetime.fromisoformat(raw["time"]),
            tenant=str(raw["tenantid"]),
            opportunity_id=UUID(raw["subject"].removeprefix("opportunity/")),
            aggregate_id=UUID(raw["partitionkey"]),
            sequence=int(raw["sequence"]),
            correlation_id=UUID(raw["correlationid"]),
            causation_id=UUID(raw["causationid"]) if "causationid" in raw else None,
            actor=str(raw["authid"]),
            traceparent=str(raw["traceparent"]),
            data=raw["data"],
        )
    except BadEnvelope:
        raise
    except (ValueError, TypeError, AttributeError) as wrong:
        raise BadEnvelope(str(wrong)) from None
    except KeyError as missing:
        raise BadEnvelope(f"attribute {missing} is missing") from None
    except RecursionError:
        raise BadEnvelope("nested too deeply") from None
