"""The opaque cursor of a list: the sort key and id of the last row seen."""

import base64
import json
from typing import Any

from shared.kernel.problems import FieldError, Invalid


def encode(position: list[Any]) -> str:
    """`position` (JSON values) as URL-safe text."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def wrong() -> Invalid:
    """The refusal of a cursor that this list did not give."""
    return Invalid([FieldError("?cursor", "wrong_cursor", "is not a cursor of this list", "不是此列表的游标")])


def decode(cursor: str, size: int) -> list[Any]:
    """The `size` values that `encode` was given. Raises `Invalid` for anything else."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        position = None
    if not isinstance(position, list) or len(position) != size:
        raise wrong()
    return position
