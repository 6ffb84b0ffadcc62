"""Activity networks: what is to be done, what it waits for, and the limits on its dates (PMBOK Guide 6th ed., 6.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from shared.quant.impossible import Impossible
from shared.quant.work_clock import PLAIN, Clock


class LinkKind(StrEnum):
    """Which end of the predecessor holds which end of the successor: `SS` is start to start."""

    FINISH_START = "FS"
    START_START = "SS"
    FINISH_FINISH = "FF"
    START_FINISH = "SF"

    @property
    def holds_from_finish(self) -> bool:
        return self in {LinkKind.FINISH_START, LinkKind.FINISH_FINISH}

    @property
    def holds_finish(self) -> bool:
        return self in {LinkKind.FINISH_FINISH, LinkKind.START_FINISH}


@dataclass(frozen=True, slots=True)
class Link:
    """A dependency on `predecessor`. A positive `lag` is waiting time, a negative one an overlap."""

    predecessor: str
    kind: LinkKind = LinkKind.FINISH_START
    lag: float = 0


class ConstraintKind(StrEnum):
    """A limit on the dates of an activity beside its links."""

    AS_SOON_AS_POSSIBLE = "as_soon_as_possible"
    START_NO_EARLIER_THAN = "start_no_earlier_than"
    START_NO_LATER_THAN = "start_no_later_than"
    FINISH_NO_EARLIER_THAN = "finish_no_earlier_than"
    FINISH_NO_LATER_THAN = "finish_no_later_than"
    MUST_START_ON = "must_start_on"
    MUST_FINISH_ON = "must_finish_on"
    AS_LATE_AS_POSSIBLE = "as_late_as_possible"
    """As late as no other activity moves for it: it uses its free float up."""


_AT_LEAST_START = {ConstraintKind.START_NO_EARLIER_THAN, ConstraintKind.MUST_START_ON}
_AT_MOST_START = {ConstraintKind.START_NO_LATER_THAN, ConstraintKind.MUST_START_ON}
_AT_LEAST_FINISH = {ConstraintKind.FINISH_NO_EARLIER_THAN, ConstraintKind.MUST_FINISH_ON}
_AT_MOST_FINISH = {ConstraintKind.FINISH_NO_LATER_THAN, ConstraintKind.MUST_FINISH_ON}


@dataclass(frozen=True, slots=True)
class Constraint:
    """A limit at a moment of the network's axis. Links come first: a limit that they break shows as negative float."""

    kind: ConstraintKind = ConstraintKind.AS_SOON_AS_POSSIBLE
    at: float = 0.0

    @property
    def earliest_start(self) -> float | None:
        return self.at if self.kind in _AT_LEAST_START else None

    @property
    def latest_start(self) -> float | None:
        return self.at if self.kind in _AT_MOST_START else None

    @property
    def earliest_finish(self) -> float | None:
        return self.at if self.kind in _AT_LEAST_FINISH else None

    @property
    def latest_finish(self) -> float | None:
        return self.at if self.kind in _AT_MOST_FINISH else None


@dataclass(frozen=True, slots=True)
class Activity:
    """Work that takes `duration` of its own clock without interruption; a milestone takes none."""

    id: str
    duration: float
    links: tuple[Link, ...] = ()
    constraint: Constraint = Constraint()
    deadline: float | None = None
    """A finish that somebody counts on: it holds nothing back, but late dates and floats are counted from it."""
    clock: Clock = PLAIN


class Cycle(Impossible):
    """Activities that wait for each other; `ids` are those on the cycle, the first once more at its end."""

    code = "cycle"
    text = "these activities wait for each other"

    def __str__(self) -> str:
        return f"{self.text}: {' -> '.join(self.facts['ids'])}"


class DuplicateId(Impossible):
    """Two of the same `id`."""

    code = "duplicate_id"
    text = "there is more than one {id}"


class NegativeDuration(Impossible):
    """An activity `id` that would take less than no time."""

    code = "negative_duration"
    text = "{id} has a duration of {duration}"


class UnknownPredecessor(Impossible):
    """An activity `id` waits for a `predecessor` that is not there."""

    code = "unknown_predecessor"
    text = "{id} waits for {predecessor}, which is not there"


@dataclass(frozen=True, slots=True)
class Network:
    """Activities, each after all that it waits for. `after` and `before` are links by place: (other place, link)."""

    activities: tuple[Activity, ...]
    before: tuple[tuple[tuple[int, Link], ...], ...]
    after: tuple[tuple[tuple[int, Link], ...], ...]
    clock: Clock
    """What lags and the length of the whole are counted by."""
    start: float
    """Nothing starts before it."""


def network_of(activities: Iterable[Activity], clock: Clock = PLAIN, start: float = 0.0) -> Network:
    """The network, in the same order for the same input.

    Raises `DuplicateId`, `NegativeDuration`, `UnknownPredecessor`, `Cycle`.
    """
    known = _checked(activities)
    order = _in_order(known)
    place = {key: number for number, key in enumerate(order)}
    after: list[list[tuple[int, Link]]] = [[] for _ in order]
    for number, key in enumerate(order):
        for link in known[key].links:
            after[place[link.predecessor]].append((number, link))
    return Network(
        activities=tuple(known[key] for key in order),
        before=tuple(tuple((place[link.predecessor], link) for link in known[key].links) for key in order),
        after=tuple(map(tuple, after)),
        clock=clock,
        start=start,
    )


def _checked(activities: Iterable[Activity]) -> dict[str, Activity]:
    known: dict[str, Activity] = {}
    for activity in activities:
        if activity.id in known:
            raise DuplicateId(id=activity.id)
        if activity.duration < 0:
            raise NegativeDuration(id=activity.id, duration=activity.duration)
        known[activity.id] = activity
    for activity in known.values():
        for link in activity.links:
            if link.predecessor not in known:
                raise UnknownPredecessor(id=activity.id, predecessor=link.predecessor)
    return known


def _in_order(known: Mapping[str, Activity]) -> list[str]:
    waits = {key: [link.predecessor for link in activity.links] for key, activity in known.items()}
    try:
        return list(TopologicalSorter(waits).static_order())
    except CycleError as error:
        raise Cycle(ids=tuple(error.args[1])) from None
