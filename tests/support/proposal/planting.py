"""Puts a text or figure of its own into every field of a class of an event, to be looked for in what is made of it."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID, uuid4

from pydantic import BaseModel

DISCLOSURE = json.loads((Path(__file__).parents[2] / "proposal" / "disclosure.json").read_text(encoding="utf-8"))
"""Every field of what a proposal is made from, and of its content: `client`, `internal`, or `steering` (ids, codes of
lists and what dates and shares follow from, which are no text or figure of their own)."""
_NOTHING = object()
_USUAL = {
    str: "x", int: 1, float: 1.0, Decimal: "1", bool: False, UUID: lambda: str(uuid4()), date: "2026-11-20",
    datetime: datetime(2026, 11, 20, tzinfo=UTC).isoformat(),
}  # fmt: skip


class Planter:
    """`planted` are the needles by the path of the field, `internal` or for the `client`, that they were put into."""

    def __init__(self, into: str = "internal") -> None:
        self._into = into
        self.planted: dict[str, list[str]] = {}
        self._numbers = count(1)

    def event(self, name: str, event: BaseModel) -> Any:
        """The event with all of that class replaced; what may be there and was not is there now."""
        wanted = set(DISCLOSURE[name][self._into])
        data = self._value(type(event), json.loads(event.model_dump_json()), "", name, wanted)
        return type(event).model_validate(data)

    def _value(self, kind: Any, value: Any, path: str, name: str, wanted: set[str]) -> Any:  # noqa: PLR0911 (a kind of type each)
        origin, inner = get_origin(kind), get_args(kind)
        holds = any(one == path or one.startswith((f"{path}.", f"{path}[", f"{path}{{")) for one in wanted)
        if value is None and not holds:
            return None
        if origin is Annotated:
            return self._value(inner[0], value, path, name, wanted)
        if origin in {Union, UnionType}:
            [one] = [one for one in inner if one is not NoneType]
            return self._value(one, _NOTHING if value is None else value, path, name, wanted)
        if origin is tuple:
            rows = [] if value is _NOTHING else value
            return [self._value(inner[0], row, f"{path}[]", name, wanted) for row in rows or [_NOTHING] * holds]
        if origin is dict:
            rows = {"p80": _NOTHING} if value is _NOTHING else value
            return {key: self._value(inner[1], row, f"{path}{{}}", name, wanted) for key, row in rows.items()}
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            rows: Mapping[str, Any] = {} if value is _NOTHING else value
            return {
                field: self._value(
                    about.annotation, rows.get(field, _NOTHING), f"{path}.{field}".removeprefix("."), name, wanted
                )
                for field, about in kind.model_fields.items()
                if field in rows or value is _NOTHING or about.is_required()
            }
        if path.endswith("client_visibility"):
            return value if self._into == "internal" and value is not _NOTHING else self._into
        if path in wanted:
            return self._needle(kind, f"{name}: {path}")
        if value is not _NOTHING:
            return value
        usual = "CNY" if path.endswith("currency") else _USUAL[kind]
        return usual() if callable(usual) else usual

    def _needle(self, kind: Any, where: str) -> Any:
        number = next(self._numbers)
        figure = 3_000_000 + 7919 * number
        needle = f"canary{number:05d}" if kind is str else str(figure)
        if issubclass(kind, date):
            # Sundays: no plan begins on one, however many fields there are.
            needle = str(date(2030, 1, 6) + timedelta(weeks=number))
        self.planted.setdefault(where, []).append(needle)
        if kind is str or kind is date:
            return needle
        if kind is datetime:
            return f"{needle}T00:00:00Z"
        return figure if kind is int else f"{figure}.37" if kind is Decimal else figure + 0.37
