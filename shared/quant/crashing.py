"""Crashing: the cheapest way to shorten a network, as a linear program (Hillier & Lieberman, 10.5; solved by HiGHS).

Start dates and reductions are the unknowns; each link is an inequality between them, and the sum of what the
reductions cost is minimised for a given length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.quant.impossible import Impossible
from shared.quant.network import Activity, Network

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Crash:
    """What an activity can be shortened by at most, and what each unit of it costs."""

    most: float
    cost: float


@dataclass(frozen=True, slots=True)
class Crashed:
    """The cheapest way to take `length`; `reductions` names the activities that are shortened."""

    length: float
    cost: float
    reductions: Mapping[str, float]


class CannotBeCrashed(Impossible):
    """A length is `wanted` that is less than the `least` possible one."""

    code = "cannot_be_crashed"
    text = "the network takes {least} at least, {wanted} is not possible"


class CrashBelowZero(Impossible):
    """An activity `id` of some `duration` would be shortened by more, `most`."""

    code = "crash_below_zero"
    text = "{id} takes {duration} and cannot be shortened by {most}"


def crashed(network: Network, crashes: Mapping[str, Crash], lengths: Sequence[float]) -> list[Crashed]:
    """The cheapest way to each of `lengths`, counted from the start of the network.

    Limits on late dates are left out, those on early ones hold. Raises `CannotBeCrashed`, `CrashBelowZero`.
    """
    activities = network.activities
    for one in activities:
        if one.id in crashes and crashes[one.id].most > one.duration:
            raise CrashBelowZero(id=one.id, duration=one.duration, most=crashes[one.id].most)
    rows = _inequalities(network)
    free = [crashes.get(one.id, Crash(0, 0)) for one in activities]
    least = _solved(network, rows, [*(0.0 for _ in free), 1.0], free, (0.0, np.inf))[-1]
    costs = [*(one.cost for one in free), 0.0]
    found = []
    for wanted in lengths:
        if wanted < least - 10**-_DIGITS:
            raise CannotBeCrashed(least=f"{round(least, 2):g}", wanted=f"{wanted:g}")
        reductions = _solved(network, rows, costs, free, (0.0, max(wanted, least)))[:-1]
        taken = {one.id: by for one, by in zip(activities, np.round(reductions, _DIGITS).tolist(), strict=True) if by}
        cost = sum(by * crashes[key].cost for key, by in taken.items())
        found.append(Crashed(wanted, round(cost, _DIGITS), taken))
    return found


_Rows = tuple[list[tuple[int, int, float]], list[float]]
"""Row, column and value of each cell of the matrix that is not zero, and the bound of each row."""


def _inequalities(network: Network) -> _Rows:
    """The unknowns are the starts, the reductions, and the length of the whole; every row is at most its bound."""
    size = len(network.activities)
    cells: list[tuple[int, int, float]] = []
    bounds: list[float] = []

    def end(row: int, place: int, sign: float, *, finish: bool) -> float:
        cells.append((row, place, sign))
        if finish:
            cells.append((row, size + place, -sign))
        return network.activities[place].duration if finish else 0.0

    for place, _ in enumerate(network.activities):
        for other, link in network.before[place]:
            row = len(bounds)
            earlier = end(row, other, 1.0, finish=link.kind.holds_from_finish)
            later = end(row, place, -1.0, finish=link.kind.holds_finish)
            bounds.append(later - earlier - link.lag)
        row = len(bounds)
        duration = end(row, place, 1.0, finish=True)
        cells.append((row, 2 * size, -1.0))
        bounds.append(-duration)
    return cells, bounds


def _solved(
    network: Network, rows: _Rows, costs: Sequence[float], free: Sequence[Crash], length: tuple[float, float]
) -> list[float]:
    """The reductions and the length at the least cost."""
    # Optimisers take half a second of the start of a process, most of which never crash a network.
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import coo_array  # noqa: PLC0415

    size = len(network.activities)
    if not size:
        return [0.0]
    cells, bounds = rows
    places, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
    matrix = coo_array((values, (places, columns)), shape=(len(bounds), 2 * size + 1))
    lowest = [*(_earliest(one, network.start) for one in network.activities), *(0.0 for _ in free), length[0]]
    highest = [*(np.inf for _ in free), *(one.most for one in free), length[1]]
    answer = milp(
        [*(0.0 for _ in free), *costs],
        constraints=LinearConstraint(matrix.tocsr(), ub=bounds),
        bounds=Bounds(lowest, highest),
    )
    if not answer.success:
        raise RuntimeError(f"HiGHS: {answer.message}")
    return [float(value) for value in answer.x[size:]]


def _earliest(activity: Activity, start: float) -> float:
    limit = activity.constraint
    if limit.earliest_finish is not None:
        return max(start, limit.earliest_finish - activity.duration)
    return max(start, limit.earliest_start if limit.earliest_start is not None else start)
