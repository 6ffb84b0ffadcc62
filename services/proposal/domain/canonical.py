"""Canonical JSON (RFC 8785): equal values give equal bytes, so that a hash names a content."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isfinite

_written = json.JSONEncoder(ensure_ascii=False).encode
_SMALLEST_PLAIN, _LEAST_WITH_EXPONENT = 1e-6, 1e21


def canonical(value: object) -> bytes:
    """The canonical bytes of a JSON value. Raises `ValueError` for NaN and infinity, `TypeError` for other types."""
    return _text(value).encode()


def content_hash(content: bytes) -> str:
    """SHA-256 of canonical bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _text(value: object) -> str:
    match value:
        case None | bool() | str() | int():
            return _written(value)
        case float():
            return _number(value)
        case Mapping():
            keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
            return "{" + ",".join(f"{_text(str(key))}:{_text(value[key])}" for key in keys) + "}"
        case Sequence():
            return "[" + ",".join(map(_text, value)) + "]"
        case _:
            raise TypeError(f"{type(value).__name__} is not JSON")


def _number(value: float) -> str:
    """As ECMAScript writes it: the shortest digits, no `.0`, an exponent from 1e21 on and below 1e-6."""
    if not isfinite(value):
        raise ValueError(f"{value} is not JSON")
    if value == 0:
        return "0"
    if _SMALLEST_PLAIN <= abs(value) < _LEAST_WITH_EXPONENT:
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent):+d}"
