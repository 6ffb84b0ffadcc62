"""What comes with the product: names of columns, rules of quality, the checklist of discovery, what is said of files.

Each is data with a version.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from services.requirements.domain.columns import Synonyms
from services.requirements.domain.completeness import Policy
from services.requirements.domain.quality import Rules


@cache
def policy(wanted_for_approval: float) -> Policy:
    """The checklist of discovery; a baseline is approved from a share `wanted_for_approval` of it on, 0 … 1."""
    return TypeAdapter(Policy).validate_python({**_content("completeness"), "wanted_for_approval": wanted_for_approval})


@cache
def rules() -> Rules:
    """The rules of well-written requirements."""
    return Rules(_content("quality"))


@cache
def synonyms() -> Synonyms:
    """What columns are called in clients' tables, by field."""
    return Synonyms(_content("columns"))


@cache
def texts() -> Mapping[str, Any]:
    """What is said of files: `remarks`, reasons of `left_out`, names of `fields`."""
    return _content("remarks")


def _content(name: str) -> dict[str, Any]:
    path = Path(__file__).parent / f"{name}.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
