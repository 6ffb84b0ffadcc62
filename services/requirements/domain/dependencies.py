"""Dependencies between requirements: they must not go round in a circle."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter


def cycle(depends_on: Mapping[str, Sequence[str]]) -> list[str] | None:
    """The codes of one circle of dependencies, its first code repeated at the end; None when there is none."""
    try:
        TopologicalSorter(depends_on).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return None
