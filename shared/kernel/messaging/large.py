"""Events larger than a message: their data go before them to the same stream, in parts; the event says where they are.

The parts lie beside the event's own subject, where NATS lets its producer alone publish; the event says how many there
are, their size and their SHA-256. Whoever hears it fetches them and has the bytes that the outbox has
(docs/decisions/0075).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from shared.kernel.messaging.envelope import MAX_BYTES, PREFIX, BadEnvelope
from shared.kernel.problems import Problem

DATA = f"{PREFIX}-data"
DATA_SUBJECTS = f"{DATA}.>"
"""The subjects of all parts; no durable consumer filters by them."""
MOST_BYTES = 32 * 1024 * 1024
"""Largest event that may be published: it is in memory as a whole wherever it is read."""
_PART_BYTES = 1024 * 1024
_ATTRIBUTES = ("dataref", "datasize", "dataparts", "datasha256")


class DataAltered(Problem):
    status = 422
    title = ("The data of the event are not what it says", "事件数据与其声明不符")
    en = "The parts at {subject} are {size} bytes with SHA-256 {sha256}; the event says {told_size} with {told_sha256}."
    zh = "{subject} 处的数据为 {size} 字节（SHA-256 {sha256}），而事件声明为 {told_size} 字节（{told_sha256}）。"


class DataMissing(Exception):
    """A part is not in the stream, or not yet on the server that was asked."""


class _Stream(Protocol):
    async def body_on(self, subject: str) -> bytes | None:
        """The newest message on a subject."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where the data of an event are, and what they must be."""

    where: str
    size: int
    parts: int
    sha256: str


def parts_of(subject: str) -> str:
    """The subjects where parts lie of the events on this subject, or on those of this filter."""
    beside = DATA + subject.removeprefix(PREFIX)
    return beside if beside.endswith(".>") else f"{beside}.>"


def _place(subject: str, event_id: object) -> str:
    return f"{DATA}{subject.removeprefix(PREFIX)}.{event_id}"


def divide(payload: bytes, subject: str, event_id: object) -> tuple[Sequence[tuple[str, bytes]], bytes]:
    """The parts of a large event, each with its subject, and the event without its data, which goes after them."""
    # No text within the attributes can hold this: a quotation mark in it has a backslash before it.
    head, data = payload[:-1].split(b',"data":', 1)
    where = _place(subject, event_id)
    parts = [data[start : start + _PART_BYTES] for start in range(0, len(data), _PART_BYTES)]
    told = dict(zip(_ATTRIBUTES, (f"nats:{where}", len(data), len(parts), _digest(data)), strict=True))
    body = head + b"," + json.dumps(told, separators=(",", ":")).encode()[1:]
    return [(f"{where}.{number}", part) for number, part in enumerate(parts, 1)], body


def reference_of(body: bytes, subject: str) -> Reference | None:
    """Where the data are of an event that came on this subject; None where they came with it. Raises `BadEnvelope`."""
    if len(body) > MAX_BYTES or b'"dataref"' not in body:
        return None
    raw = orjson.loads(body)
    if "data" in raw or "dataref" not in raw:
        return None
    try:
        where, size, parts, sha256 = (raw[name] for name in _ATTRIBUTES)
        reference = Reference(str(where).removeprefix("nats:"), int(size), int(parts), str(sha256))
    except (KeyError, ValueError, TypeError) as wrong:
        raise BadEnvelope(f"it says not where its data are: {wrong}") from None
    # It may point to nothing but what its producer alone may write.
    if reference.where != _place(subject, raw.get("id")):
        raise BadEnvelope(f"dataref {reference.where[:300]!r} is not beside its subject")
    if reference.size > MOST_BYTES or reference.parts != -(-reference.size // _PART_BYTES):
        raise BadEnvelope(f"{reference.size} bytes in {reference.parts} parts are none of ours")
    return reference


async def whole(stream: _Stream, body: bytes, subject: str) -> bytes:
    """The event as its outbox has it: as it came, or with the data that it refers to.

    Raises `BadEnvelope`, `DataMissing` (ask again) and `DataAltered`.
    """
    reference = reference_of(body, subject)
    if reference is None:
        return body
    found = []
    for number in range(1, reference.parts + 1):
        part = await stream.body_on(f"{reference.where}.{number}")
        if part is None:
            raise DataMissing(f"part {number} of {reference.parts} at {reference.where}")
        found.append(part)
    data = b"".join(found)
    if (len(data), _digest(data)) != (reference.size, reference.sha256):
        raise DataAltered(
            subject=reference.where,
            size=len(data),
            sha256=_digest(data),
            told_size=reference.size,
            told_sha256=reference.sha256[:64],
        )
    head: dict[str, Any] = {name: told for name, told in orjson.loads(body).items() if name not in _ATTRIBUTES}
    return json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()[:-1] + b',"data":' + data + b"}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
