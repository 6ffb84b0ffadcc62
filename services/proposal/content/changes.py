"""What changed in the data of two proposals, part by part: the same things are compared by their codes."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.proposal.content.base import Part
from services.proposal.content.model import ProposalContent

_LEFT_OUT = {"format", "version_label", "basis", "dated", "requirements", "scope", "key_figures"}
"""Told elsewhere in a difference, or no data of the offer."""
_DERIVED = frozenset({"risks/matrix", "schedule/critical_path", "economics/flows"})
_KEYS = ("id", "code", "role", "phase", "month", "year", "priority", "kind", "name")


class DataChange(Part):
    """`path` leads to what changed, through the codes of what it is in: `schedule/tasks/build-1/finish`."""

    path: str
    before: Any
    """None: it was not there."""
    after: Any
    """None: it is no longer there."""


def changes(before: ProposalContent, after: ProposalContent) -> tuple[DataChange, ...]:
    """Every change of data, in the order of the parts."""
    old, new = (content.model_dump(mode="json", exclude=_LEFT_OUT) for content in (before, after))
    return tuple(_compare(old, new, ""))


def _compare(old: Any, new: Any, path: str) -> Iterator[DataChange]:
    if old == new or path in _DERIVED:
        return
    one, other = _by_key(old), _by_key(new)
    if one is None or other is None:
        yield DataChange(path=path, before=old, after=new)
        return
    for key in dict.fromkeys([*one, *other]):
        yield from _compare(one.get(key), other.get(key), f"{path}/{key}" if path else key)


def _by_key(value: Any) -> Mapping[str, Any] | None:
    """An object by its fields, a list of things by what names each; None for what can only be compared whole."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    for key in _KEYS:
        named = {str(item.get(key)): item for item in value}
        if len(named) == len(value) and all(item.get(key) is not None for item in value):
            return named
    return None
