"""Crews: which modules are built one after another by the same people, and which at the same time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PEOPLE_PER_CREW = 4
"""People of the leading role in one crew: fewer cannot cover for each other, more wait for each other."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The modules of each crew, in their order."""

    queues: tuple[tuple[str, ...], ...]

    def queue_of(self, module: str) -> tuple[str, ...]:
        """The modules of the crew that does this one; just this one if no crew has it."""
        return next((queue for queue in self.queues if module in queue), (module,))

    def before(self, module: str) -> str | None:
        """What its crew does before this module."""
        queue = self.queue_of(module)
        place = queue.index(module)
        return queue[place - 1] if place else None


def crew_count(people: float, modules: int) -> int:
    """How many crews a leading role of `people` makes for `modules` modules; at least one."""
    return max(1, min(int(people // PEOPLE_PER_CREW), modules))


def flow(days: Mapping[str, float], needs: Mapping[str, frozenset[str]], crews: int) -> Flow:
    """Share the modules out so that crews have much the same to do: what others need first, then the longest first.

    `days` is the work of each module, `needs` those that it should come after. Of modules that need each other in a
    circle the one that misses fewest is begun first.
    """
    queues: list[list[str]] = [[] for _ in range(crews)]
    for name in _in_order(days, needs):
        min(queues, key=lambda queue: sum(days[key] for key in queue)).append(name)
    return Flow(tuple(tuple(queue) for queue in queues if queue))


def _in_order(days: Mapping[str, float], needs: Mapping[str, frozenset[str]]) -> Sequence[str]:
    done: list[str] = []

    def missing(name: str) -> int:
        return sum(key != name and key in days and key not in done for key in needs.get(name, ()))

    while len(done) < len(days):
        waiting = [name for name in days if name not in done]
        # What belongs to no module goes through all of them, so it comes last.
        done.append(min(waiting, key=lambda name: (missing(name), name == "", -days[name])))
    return done
