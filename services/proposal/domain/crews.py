"""Crews: which modules are built one after another by the same people, and which at the same time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PEOPLE_PER_CREW = 2
"""People of the leading role in one crew: fewer cannot cover for each other, more wait for each other."""


@dataclass(frozen=True, slots=True)
class Flow:
    """`before` names for each module the one that its crew builds first, `needs` those that it cannot finish before."""

    crews: int
    before: Mapping[str, str | None]
    needs: Mapping[str, tuple[str, ...]]


def crew_count(people: float, modules: int) -> int:
    """How many crews a leading role of `people` makes for `modules` modules; at least one."""
    return max(1, min(int(people // PEOPLE_PER_CREW), modules))


def flow(days: Mapping[str, float], needs: Mapping[str, frozenset[str]], crews: int) -> Flow:
    """Give the modules to crews: the one that a free crew finishes without waiting, the longest first.

    `days` is the work of each module. A module may be begun before those that it needs are finished, but it is not
    finished before them. Of modules that need each other in a circle the one that misses fewest is begun first, and
    the need that closes the circle is dropped: their requirements then meet in test.
    """
    free = [0.0] * crews
    last: list[str | None] = [None] * crews
    done: dict[str, float] = {}
    before: dict[str, str | None] = {}
    kept: dict[str, tuple[str, ...]] = {}
    waiting = list(days)
    while waiting:
        crew = min(range(crews), key=free.__getitem__)
        name = _next(waiting, days, needs, done, free[crew])
        kept[name] = tuple(key for key in days if key in needs.get(name, ()) and key in done)
        before[name], last[crew] = last[crew], name
        free[crew] = done[name] = max([free[crew] + days[name], *(done[key] for key in kept[name])])
        waiting.remove(name)
    return Flow(crews, before, kept)


def _next(
    waiting: Sequence[str],
    days: Mapping[str, float],
    needs: Mapping[str, frozenset[str]],
    done: Mapping[str, float],
    free: float,
) -> str:
    def missing(name: str) -> int:
        return sum(key != name and key in days and key not in done for key in needs.get(name, ()))

    def idle(name: str) -> float:
        finished = max((done[key] for key in needs.get(name, ()) if key in done), default=0.0)
        return max(finished - free - days[name], 0.0)

    ready = [name for name in waiting if missing(name) == 0]
    if not ready:
        return min(waiting, key=missing)
    return min(ready, key=lambda name: (name == "", idle(name), -days[name]))
