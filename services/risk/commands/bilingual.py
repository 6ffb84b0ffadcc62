"""Texts in two languages of which a person writes one or both."""

from collections.abc import Mapping
from typing import Any


def said_once(wish: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """`wish` with each text in both languages: what is said in English only stands for `…_zh` too."""
    columns = dict(wish)
    for name in names:
        if name in columns and columns.get(f"{name}_zh") is None:
            columns[f"{name}_zh"] = columns[name]
    return columns
