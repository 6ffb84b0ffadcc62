"""Who a subject is: names, team and whether they still work here, of several sources."""

from collections.abc import Mapping
from typing import Any

SOURCES = ("import", "token", "roster")
"""Who says it, the weightiest first: what was recorded here, the person's access token, the roster of colleagues."""
FIELDS = ("name", "name_zh", "title", "picture_url", "team", "time_zone", "is_active", "inactive_since")


def known(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Each field as the weightiest source that says it says it."""
    said: dict[str, Any] = {}
    for source in reversed(SOURCES):
        said |= {name: value for name, value in told.get(source, {}).items() if value is not None}
    return {name: said.get(name) for name in FIELDS}
