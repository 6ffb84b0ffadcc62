"""A metric over opportunities: filtered, in groups, with what each number is called."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import Measure
from services.insights.domain.metrics.metric import Metric
from services.insights.domain.period import Span


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which opportunities a metric is wanted, and by which dimensions they are told apart."""

    filters: Mapping[str, Sequence[str]]
    """Wanted values by dimension."""
    group_by: tuple[str, ...] = ()


class Figure(NamedTuple):
    """A measure of one group."""

    group: Mapping[str, str]
    measure: Measure

    @property
    def id(self) -> str:
        """What names it among the figures of a metric: the part, what it is about, and its group."""
        about = [f"{name}={value}" for name, value in self.measure.about.items()]
        return ";".join([self.measure.part, *about, *(f"by {name}={value}" for name, value in self.group.items())])


def figures(metric: Metric, cases: Sequence[Case], asked: Asked, span: Span) -> list[Figure]:
    """The numbers of a metric, in groups by their names; without dimensions, all in one."""
    wanted = [one for one in cases if _is_wanted(one, asked.filters)]
    groups: dict[tuple[str, ...], list[Case]] = defaultdict(list)
    if not asked.group_by:
        groups[()] = wanted
    for one in wanted if asked.group_by else ():
        for values in one.groups(asked.group_by):
            group = dict(zip(asked.group_by, values, strict=True))
            if all(group[name] in asked.filters.get(name, (group[name],)) for name in group):
                groups[values].append(one)
    return [
        Figure(dict(zip(asked.group_by, values, strict=True)), measure)
        for values, own in sorted(groups.items())
        for measure in metric.measure(own, span)
    ]


def _is_wanted(case: Case, filters: Mapping[str, Sequence[str]]) -> bool:
    return all(not set(case.values(name)).isdisjoint(values) for name, values in filters.items())
