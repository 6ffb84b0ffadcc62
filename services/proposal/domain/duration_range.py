"""Durations as people give them in three points: never below zero, and as a distribution."""

from enum import StrEnum

from shared.kernel.problems import Problem
from shared.quant import distributions
from shared.quant.three_point import ImpossibleRange, Shape, ThreePoint


class RangeOrder(Problem):
    status = 422
    title = ("The three points are out of order", "三点估算次序有误")
    en = "{id}: {points} is not optimistic ≤ most likely ≤ pessimistic."
    zh = "{id}：{points} 不满足 乐观 ≤ 最可能 ≤ 悲观。"


class Distribution(StrEnum):
    PERT = "pert"
    TRIANGULAR = "triangular"

    def expected(self, points: ThreePoint) -> distributions.Distribution:
        """What plans and path probabilities count with; of PERT by its classic moments."""
        return (Shape.TRIANGULAR if self is Distribution.TRIANGULAR else Shape.PERT).of(points)

    def drawn(self, points: ThreePoint) -> distributions.Distribution:
        """What a simulation draws from; for PERT, which names no shape, the beta-PERT, which has the same mean."""
        return (Shape.TRIANGULAR if self is Distribution.TRIANGULAR else Shape.BETA_PERT).of(points)


def duration_range(key: str, optimistic: float, most_likely: float, pessimistic: float) -> ThreePoint:
    """The range of an activity's duration. Raises `RangeOrder`, naming the activity."""
    try:
        points = ThreePoint(optimistic, most_likely, pessimistic)
    except ImpossibleRange:
        points = None
    if points is None or optimistic < 0:
        raise RangeOrder(id=key, points=f"{optimistic:g}, {most_likely:g}, {pessimistic:g}")
    return points
