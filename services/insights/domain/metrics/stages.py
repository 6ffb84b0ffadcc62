"""How opportunities go through their stages: conversion 转化率 by cohort, time in stage, and cycle times.

A cohort holds all that entered a stage in a month, whatever came of them later: rates of what happens in a month would
mix old and new ones (cohort analysis; N. Glenn 2005, "Cohort Analysis").
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import DAYS, Left, Measure, Observation, mean, share, spread
from services.insights.domain.period import Span

FUNNEL = ("draft", "qualifying", "active", "submitted", "negotiating")
"""Stages in their order; after the last comes `won`."""
NEXT = dict(zip(FUNNEL, (*FUNNEL[1:], "won"), strict=True))
ALL = "all"
"""The cohort of all months together."""
_DAY_SECONDS = 86_400


def conversion(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Reached the next stage ÷ entered a stage, by stage and by the month of entry.

    Who skips a stage has entered it as it reached one behind it; a pause (on hold) is no stage. Reached is reached,
    whenever it was; won is reached by an outcome `won`.
    """
    cohorts: dict[tuple[str, str], _Cohort] = defaultdict(_Cohort)
    for one in cases:
        entries, is_open = entered(one, span), one.is_open
        for stage, day in entries.items():
            if stage != "won" and span.holds(day):
                moved_on = NEXT[stage] in entries
                for cohort in (day.isoformat()[:7], ALL):
                    cohorts[stage, cohort].add(one.opportunity_id, moved_on=moved_on, is_open=is_open)
    found = []
    for (stage, month), own in sorted(cohorts.items(), key=lambda item: (FUNNEL.index(item[0][0]), item[0][1])):
        about = {"stage": stage, "next": NEXT[stage], "cohort": month}
        found.append(share("rate", own.moved_on, own.all, about=about))
        found.append(share("pending", own.pending, own.all, about=about))
    return found or [share("rate", [], [], reason="none_entered")]


class _Cohort:
    """Who entered a stage in a month: all of them, who reached the next one, and who still may."""

    def __init__(self) -> None:
        self.all: list[UUID] = []
        self.moved_on: list[UUID] = []
        self.pending: list[UUID] = []

    def add(self, key: UUID, *, moved_on: bool, is_open: bool) -> None:
        self.all.append(key)
        if moved_on:
            self.moved_on.append(key)
        elif is_open:
            self.pending.append(key)


def entered(case: Case, span: Span) -> Mapping[str, date]:
    """The day on which a stage, or one behind it, was reached first; won when it was decided so."""
    days: dict[str, date] = {}
    for stage, at in _told(case):
        # Days are dear to compute, for thousands of opportunities: only of what is new.
        if new := FUNNEL[len(days) : FUNNEL.index(stage) + 1] if stage in FUNNEL else ():
            days.update(dict.fromkeys(new, span.day_of(at)))
    if case.outcome and case.result == "won":
        won = date.fromisoformat(case.outcome["decided_on"])
        if days:
            days = {**dict.fromkeys(FUNNEL, won), **days}
        days["won"] = won
    return days


def time_in_stage(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Days from entering a stage to leaving it, by stage, of stays that ended in the period; `on_hold` is a stage here.

    Each stay counts by itself: who comes back stays again.
    """
    stays: dict[str, list[Observation]] = defaultdict(list)
    left: dict[str, Left] = defaultdict(Left)
    for one in cases:
        told = list(_told(one))
        since: tuple[str, str] | None = None
        for stage, at in told:
            if since and stage != since[0] and span.holds_moment(at):
                stays[since[0]].append((one.opportunity_id, days_between(since[1], at)))
            if since is None or stage != since[0]:
                since = (stage, at)
        if since and since[0] != "closed":
            left[since[0]].out("still_there", one.opportunity_id)
    found = []
    for stage in (*FUNNEL, "on_hold"):
        if stays[stage] or stage in left:
            about = {"stage": stage}
            found += [*spread(DAYS, stays[stage], left[stage], about), mean("mean", DAYS, stays[stage], None, about)]
    return found or spread(DAYS, [])


CYCLES = {
    f"{start}_to_{end}": (start, end)
    for start, end in (
        ("opened", "approved"), ("approved", "submitted"), ("submitted", "decided"), ("opened", "decided")
    )
}  # fmt: skip


def cycle_time(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Days between steps, of what ended in the period.

    From the opening to the first approval of a baseline, from there to the first submission of a proposal, from there
    to the day of the decision, and from the opening to that day. A decision is taken at the start of its day, but not
    before what it follows.
    """
    seen: dict[str, list[Observation]] = defaultdict(list)
    left: dict[str, Left] = defaultdict(Left)
    for one in cases:
        steps = _steps(one, span)
        for cycle, (start, end) in CYCLES.items():
            if end not in steps or not span.holds(steps[end][1]):
                continue
            if start in steps:
                took = (_moment(steps[end][0]) - _moment(steps[start][0])).total_seconds() / _DAY_SECONDS
                seen[cycle].append((one.opportunity_id, max(took, 0.0)))
            else:
                left[cycle].out(f"never_{start}", one.opportunity_id)
    found = []
    for cycle in CYCLES:
        about = {"cycle": cycle}
        found += [
            *spread(DAYS, seen[cycle], left[cycle], about), mean("mean", DAYS, seen[cycle], None, about)
        ]  # fmt: skip
    return found


def _steps(case: Case, span: Span) -> Mapping[str, tuple[str | datetime, date]]:
    """The moments of the steps that were taken, as they were told, with the day of each."""
    stages = case.told.get("stages")
    moments = {
        "opened": stages[min(stages, key=int)][1] if stages else None,
        "approved": min((one["approved_at"] for one in case.each("work", "baselines").values()), default=None),
        "submitted": min((one["at"] for one in case.each("work", "submissions").values()), default=None),
    }
    steps: dict[str, tuple[str | datetime, date]] = {name: (at, span.day_of(at)) for name, at in moments.items() if at}
    if case.outcome:
        day = date.fromisoformat(case.outcome["decided_on"])
        steps["decided"] = (datetime(day.year, day.month, day.day, tzinfo=span.zone), day)
    return steps


def _moment(told: str | datetime) -> datetime:
    # Of thousands of opportunities only those that ended in the period are asked for theirs.
    return datetime.fromisoformat(told) if isinstance(told, str) else told


def _told(case: Case) -> Iterator[tuple[str, str]]:
    """Stages with the moment that each was told, in the order of the opportunity's versions."""
    stages = case.told.get("stages", {})
    for version in sorted(stages, key=int):
        yield stages[version][0], stages[version][1]


def days_between(first: str, last: str) -> float:
    """Days of 24 hours from one moment to another."""
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() / _DAY_SECONDS
