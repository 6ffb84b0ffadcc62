"""A network of activities whose durations vary: the critical path method on all samples at once (PMBOK, 6.5.2.2).

Dependencies FS, SS, FF and SF with a lag, in working days. With the slip of merging paths that a single critical path
does not show: the finish is the latest of all, in each sample.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from graphlib import CycleError, TopologicalSorter

import numpy as np

from shared.quant.distributions import Samples

_TOUCHING = 1e-9
"""Days of float below which an activity is critical."""


class Kind(StrEnum):
    """Finish or start of the one, finish or start of the next."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


@dataclass(frozen=True, slots=True)
class Link:
    predecessor: str
    kind: Kind = Kind.FS
    lag: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """An activity with what it waits for."""

    id: str
    links: tuple[Link, ...] = ()


class Cycle(ValueError):
    """Activities that wait for each other; `ids` are those on the cycle."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = tuple(ids)
        super().__init__(f"these activities wait for each other: {' -> '.join(self.ids)}")


class UnknownPredecessor(ValueError):
    """An activity waits for one that is not there."""


class DuplicateId(ValueError):
    """Two of the same id."""


@dataclass(frozen=True, slots=True)
class Dates:
    """Working days from the start of the project, in each sample."""

    finishes: Mapping[str, Samples]
    finish: Samples


class Network:
    """Activities in an order in which each comes after those it waits for.

    Raises `DuplicateId`, `UnknownPredecessor`, `Cycle`.
    """

    def __init__(self, steps: Iterable[Step]) -> None:
        given = sorted(steps, key=lambda step: step.id)
        self._steps = {step.id: step for step in given}
        if len(self._steps) < len(given):
            seen = [step.id for step in given]
            raise DuplicateId(next(key for key in seen if seen.count(key) > 1))
        waits = {step.id: {link.predecessor for link in step.links} for step in given}
        for key, others in waits.items():
            missing = others - self._steps.keys()
            if missing:
                raise UnknownPredecessor(f"{key} waits for {min(missing)}, which is not there")
        try:
            self.order = tuple(TopologicalSorter(waits).static_order())
        except CycleError as error:
            raise Cycle(error.args[1]) from None

    def dates(self, durations: Mapping[str, Samples]) -> Dates:
        """Earliest dates with these durations, each an array over the samples."""
        starts: dict[str, Samples] = {}
        finishes: dict[str, Samples] = {}
        for key in self.order:
            length = durations[key]
            bounds = []
            for link in self._steps[key].links:
                before = finishes if link.kind in {Kind.FS, Kind.FF} else starts
                bound = before[link.predecessor] + link.lag
                bounds.append(bound - length if link.kind in {Kind.FF, Kind.SF} else bound)
            starts[key] = reduce(np.maximum, bounds, np.zeros_like(length))
            finishes[key] = starts[key] + length
        return Dates(finishes, reduce(np.maximum, finishes.values()))

    def criticality(self, durations: Mapping[str, Samples], dates: Dates) -> dict[str, float]:
        """Share of the samples in which each activity is on a critical path: its float is nothing."""
        followers: dict[str, list[tuple[str, Link]]] = {key: [] for key in self.order}
        for step in self._steps.values():
            for link in step.links:
                followers[link.predecessor].append((step.id, link))
        latest: dict[str, Samples] = {}
        found = {}
        for key in reversed(self.order):
            length = durations[key]
            bounds = []
            for other, link in followers[key]:
                ends_at = latest[other] if link.kind in {Kind.FF, Kind.SF} else latest[other] - durations[other]
                bound = ends_at - link.lag
                bounds.append(bound if link.kind in {Kind.FS, Kind.FF} else bound + length)
            latest[key] = reduce(np.minimum, bounds, dates.finish)
            found[key] = float(np.mean(latest[key] - dates.finishes[key] < _TOUCHING))
        return found
