"""Plans that cannot be computed, in the words of those who made them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from shared.kernel.problems import Problem
from shared.quant.impossible import Impossible

_NAMED_AT_MOST = 50


class NetworkHasCycle(Problem):
    code = "cycle"
    status = 422
    title = ("Activities wait for each other in a circle", "活动循环依赖")
    en = "These activities wait for each other in a circle: {circle}."
    zh = "以下活动循环依赖：{circle}。"

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = tuple(ids)
        named = [*ids[:_NAMED_AT_MOST], "…", ids[-1]] if len(ids) > _NAMED_AT_MOST else ids
        super().__init__(circle=" → ".join(named))

    def members(self) -> Mapping[str, Any]:
        return {"activity_ids": self.ids[:-1]}


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


class ScheduleTooLong(Problem):
    status = 422
    title = ("The work does not fit into twenty years", "工作无法在二十年内完成")
    en = "The schedule goes beyond {until}: the team is too small for the work, or a date or duration is wrong."
    zh = "排期超出 {until}：团队规模与工作量不匹配，或日期、工期有误。"


class NetworkRunTooLarge(Problem):
    status = 422
    title = ("The simulation is too large", "模拟规模过大")
    en = "{samples} samples of {activities} activities are too many; {limit} samples are possible."
    zh = "{activities} 个活动、{samples} 次抽样超出上限；最多可抽样 {limit} 次。"


class CannotBeCrashed(Problem):
    status = 422
    title = ("It cannot be done so quickly", "无法压缩到该工期")
    en = "The network takes {least} at least, with everything shortened that can be; {wanted} is not possible."
    zh = "即使全部压缩，网络至少需要 {least}，无法压缩到 {wanted}。"


class CrashBelowZero(Problem):
    status = 422
    title = ("More than the whole duration", "压缩量超过工期")
    en = "Activity {id} takes {duration} and cannot be shortened by {most}."
    zh = "活动 {id} 的工期为 {duration}，不能压缩 {most}。"


_PROBLEMS = {
    kind.code: kind
    for kind in (
        NetworkHasCycle,
        DuplicateActivity,
        NegativeDuration,
        UnknownPredecessor,
        ScheduleTooLong,
        NetworkRunTooLarge,
        CannotBeCrashed,
        CrashBelowZero,
    )
}


@contextmanager
def worded() -> Iterator[None]:
    """What the mathematics cannot do becomes the problem of the same code."""
    try:
        yield
    except Impossible as fact:
        raise _PROBLEMS[fact.code](**fact.facts) from None
