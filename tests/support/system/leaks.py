"""Everything that the six services hold, and what of it stands in what a client gets."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import asyncpg

from services.proposal.content.client import for_client
from services.proposal.content.model import ProposalContent
from shared.kernel.db import EVERY_TENANT
from tests.support.proposal.fields import leaves
from tests.support.proposal.planting import DISCLOSURE

_COPIES = ("outbox", "inbox", "idempotency_key", "audit_entry", "logged_event", "parked_event", "schema_revision")
"""Tables that hold again what other tables hold."""
_TYPES = ("text", "character varying", "jsonb", "ARRAY", "numeric", "double precision", "bigint", "integer", "bytea")
_GRAM = 6
_LEAST = 8
"""Signs of a text that is recognised; six where it is not ASCII."""
_DIGITS = 6
"""Of a figure that is recognised, without zeros at its ends."""
_FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+|\d{4}-\d\d-\d\d(T.*)?")
_CODE = re.compile(r"[a-z_-]+")
"""Of a list: `technical`. A person's login is one too, so that these are looked for apart."""


_INVISIBLE = "\u200b\ufffe\x02"


def plain(text: str) -> str:
    return re.sub(rf"[\s,{_INVISIBLE}]", "", text)


def _figure(said: str) -> str:
    """Told the same however many zeros a column keeps: `535258.3100` is `535,258.31`."""
    whole, _, decimals = said.replace(",", "").partition(".")
    return f"{whole}.{decimals}".rstrip("0").rstrip(".") if decimals else whole


def needle(value: object) -> str | None:
    """What a text or figure is recognised by; None for what stands everywhere: ids, dates, codes, small numbers."""
    said = plain(str(value))
    if re.fullmatch(r"-?\d+(\.\d+)?", said):
        said = _figure(said.lstrip("-"))
        return said if len(re.sub(r"\D", "", said).strip("0")) >= _DIGITS else None
    if _ID.fullmatch(said) or _CODE.fullmatch(said):
        return None
    return said if len(said) >= _LEAST - 2 * (not said.isascii()) else None


def held(urls: Mapping[str, str]) -> dict[str, set[str]]:
    """All that is recognised in the databases, with the columns that it is in."""
    return asyncio.run(_held(urls))


async def _held(urls: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for service, url in urls.items():
        connection = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings=EVERY_TENANT)
        try:
            for table, columns in (await _columns(connection)).items():
                for row in await connection.fetch(f"SELECT {', '.join(columns)} FROM {table}"):
                    for column, value in zip(columns, row.values(), strict=True):
                        for one in filter(None, map(needle, _single(value))):
                            found.setdefault(one, set()).add(f"{service}.{table}.{column.strip(chr(34))}")
        finally:
            await connection.close()
    return found


async def _columns(connection: Any) -> dict[str, list[str]]:
    rows = await connection.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = ANY($1) AND table_name <> ALL($2)",
        _TYPES, _COPIES,
    )  # fmt: skip
    tables: dict[str, list[str]] = {}
    for table, column in rows:
        tables.setdefault(table, []).append(f'"{column}"')
    return tables


def _single(value: object) -> Iterator[object]:
    match value:
        case bytes():  # a content is JSON; a font or a picture is none
            yield from _single(value.decode()) if value.startswith(b"{") else ()
        case str() if value.startswith(("{", "[")):
            try:
                yield from _single(json.loads(value))
            except ValueError:
                yield value
        case dict():
            for one in value.values():
                yield from _single(one)
        case list():
            for one in value:
                yield from _single(one)
        case str() | int() | float() | Decimal() if not isinstance(value, bool):
            yield value


def of_client(contents: Iterable[ProposalContent]) -> "Said":
    """What a client may read of proposals: the fields that are classified so."""
    client = set(DISCLOSURE["content"]["client"])
    return Said(
        "\n".join(
            str(value)
            for content in contents
            for path, value in leaves(for_client(content))
            if path in client and value not in (None, "")
        )
    )


class Said:
    """What stands in a file or an answer, to be searched for many things: texts in what is written, figures as a whole."""

    def __init__(self, text: str) -> None:
        self._figures = {_figure(one) for one in _FIGURE.findall(re.sub(f"[{_INVISIBLE}]", "", text))}
        self._text = plain(text)
        self._grams = {self._text[at : at + _GRAM] for at in range(len(self._text))}

    def __contains__(self, one: str) -> bool:
        if re.fullmatch(r"[\d.]+", one):
            return one in self._figures
        return one[:_GRAM] in self._grams and one in self._text
