"""The critical path method with FS, SS, FF and SF links and lags (PMBOK Guide 6th ed., 6.3.2.1 and 6.5.2.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from shared.problems import Problem

_TOLERANCE = 1e-9


class LinkKind(StrEnum):
    """Which end of the predecessor holds which end of the successor: `SS` is start to start."""

    FINISH_START = "FS"
    START_START = "SS"
    FINISH_FINISH = "FF"
    START_FINISH = "SF"


@dataclass(frozen=True, slots=True)
class Link:
    """A dependency on `predecessor`. A positive `lag` is waiting time, a negative one an overlap."""

    predecessor: str
    kind: LinkKind = LinkKind.FINISH_START
    lag: float = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """Work that takes `duration` without interruption; a milestone takes none."""

    id: str
    duration: float
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """When an activity can and must happen, counted from the start of the network, in the unit of the durations."""

    early_start: float
    early_finish: float
    late_start: float
    late_finish: float
    total_float: float
    """How late it may be before the end of the network moves."""
    free_float: float
    """How late it may be before any other activity moves."""

    @property
    def is_critical(self) -> bool:
        return self.total_float <= _TOLERANCE


@dataclass(frozen=True, slots=True)
class Network:
    """All timings; `critical` lists every activity without float, by early start."""

    timings: Mapping[str, Timing]
    duration: float
    critical: tuple[str, ...]


class NetworkHasCycle(Problem):
    code = "cycle"
    status = 422
    title = ("Activities wait for each other in a circle", "活动循环依赖")
    en = "These activities wait for each other in a circle: {circle}."
    zh = "以下活动循环依赖：{circle}。"


class DuplicateActivity(Problem):
    code = "duplicate_id"
    status = 422
    title = ("Two activities have the same id", "活动标识重复")
    en = "There is more than one activity with the id {id}."
    zh = "活动标识 {id} 重复。"


class NegativeDuration(Problem):
    status = 422
    title = ("A duration below zero", "工期为负")
    en = "Activity {id} has a duration of {duration}."
    zh = "活动 {id} 的工期为 {duration}。"


class UnknownPredecessor(Problem):
    status = 422
    title = ("No such predecessor", "紧前活动不存在")
    en = "Activity {id} waits for {predecessor}, which is not in the network."
    zh = "活动 {id} 的紧前活动 {predecessor} 不在网络中。"


def critical_path(activities: Sequence[Activity]) -> Network:
    """Early and late dates and floats of a network. No activities is a network of no duration.

    Nothing starts before 0. Raises `DuplicateActivity`, `NegativeDuration`, `UnknownPredecessor`, `NetworkHasCycle`.
    """
    known = _checked(activities)
    order = _in_order(known)
    offsets = _offsets(known)
    start: dict[str, float] = {}
    for key in order:
        start[key] = max([0.0, *(start[before] + offset for before, offset in offsets[key])])
    end = max((start[key] + known[key].duration for key in order), default=0)
    latest = {key: end - known[key].duration for key in order}
    slack = {key: end - known[key].duration - start[key] for key in order}
    for key in reversed(order):
        for before, offset in offsets[key]:
            latest[before] = min(latest[before], latest[key] - offset)
            slack[before] = min(slack[before], start[key] - start[before] - offset)
    timings = {
        key: Timing(
            early_start=start[key],
            early_finish=start[key] + known[key].duration,
            late_start=latest[key],
            late_finish=latest[key] + known[key].duration,
            total_float=latest[key] - start[key],
            free_float=slack[key],
        )
        for key in known
    }
    critical = [key for key in order if timings[key].is_critical]
    return Network(timings, end, tuple(sorted(critical, key=start.__getitem__)))


def _checked(activities: Iterable[Activity]) -> dict[str, Activity]:
    known: dict[str, Activity] = {}
    for activity in activities:
        if activity.id in known:
            raise DuplicateActivity(id=activity.id)
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
        raise NetworkHasCycle(circle=" → ".join(error.args[1])) from None


def _offsets(known: Mapping[str, Activity]) -> dict[str, list[tuple[str, float]]]:
    """Every link as the least distance from the predecessor's start to the successor's start."""

    def offset(link: Link, successor: Activity) -> float:
        from_start = known[link.predecessor].duration if link.kind[0] == "F" else 0
        to_start = successor.duration if link.kind[1] == "F" else 0
        return from_start + link.lag - to_start

    return {
        key: [(link.predecessor, offset(link, activity)) for link in activity.links] for key, activity in known.items()
    }
