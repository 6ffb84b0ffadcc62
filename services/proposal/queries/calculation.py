"""A network computed for whoever asks: dates, floats, critical paths, probabilities, crashing."""

import asyncio
from dataclasses import replace

from services.proposal.content.conflicts import conflict_texts
from services.proposal.domain.duration_range import duration_range
from services.proposal.domain.impossible_plans import worded
from services.proposal.schemas.calculation import (
    ActivityIn,
    ActivityOut,
    ApproximationOut,
    AtLength,
    ConflictOut,
    CrashedOut,
    MomentIn,
    NetworkOut,
    NetworkToCalculate,
    ProbabilitiesIn,
    SimulationOut,
)
from services.proposal.schemas.fields import CalendarIn
from shared.quant.correlation import Correlation
from shared.quant.crashing import Crash, crashed
from shared.quant.critical_path import Conflict, planned
from shared.quant.network import Activity, Constraint, ConstraintKind, Link, network_of
from shared.quant.network_simulation import Simulation, Uncertain, simulate
from shared.quant.path_approximation import PathApproximation, approximated
from shared.quant.three_point import ThreePoint
from shared.quant.time_axis import TimeAxis

_DIGITS = 6
_NOTE = (
    "An approximation: the critical path alone, as a normal distribution. It is too sure where paths merge.",
    "近似值：仅按关键路径取正态分布，未计路径汇合的影响，结果偏乐观。",
)


async def calculated(wish: NetworkToCalculate) -> NetworkOut:
    """Raises the problems of a network, `RangeOrder`, `NetworkRunTooLarge`, `CannotBeCrashed`, `CrashBelowZero`."""
    return await asyncio.to_thread(_answered, wish)


@worded()
def _answered(wish: NetworkToCalculate) -> NetworkOut:
    return _Calculation(wish).answer()


class _Calculation:
    """One network on its way to an answer."""

    def __init__(self, wish: NetworkToCalculate) -> None:
        self._wish = wish
        self._axis = _axis(wish)
        self._points = {one.id: points for one in wish.activities if (points := _range(one))}
        self._ranges = {
            one.id: one.distribution.expected(self._points[one.id]) for one in wish.activities if one.id in self._points
        }
        clock = (self._axis.clock,) if self._axis else ()
        self._network = network_of([self._activity(one) for one in wish.activities], *clock)
        self._plan = planned(self._network)

    def answer(self) -> NetworkOut:
        plan, axis, wish = self._plan, self._axis, self._wish
        asked = wish.probabilities or (ProbabilitiesIn() if self._ranges else None)
        simulation = self._simulated(asked) if asked else None
        crashes = {one.id: Crash(one.crash.most, one.crash.cost_per_period) for one in wish.activities if one.crash}
        crashing = crashed(self._network, crashes, wish.crash_to) if wish.crash_to else []
        return NetworkOut(
            duration=_rounded(plan.duration),
            start_date=axis and axis.day_begun(0.0),
            finish_date=axis and axis.day_ended(plan.finish),
            activities=[self._activity_out(one, simulation) for one in wish.activities],
            critical=list(plan.critical),
            critical_paths=[list(path) for path in plan.paths],
            has_more_paths=plan.has_more_paths,
            conflicts=[self._conflict(one) for one in plan.conflicts],
            approximation=asked and self._approximation(asked),
            simulation=self._simulation(simulation, asked) if simulation and asked else None,
            crashing=[
                CrashedOut(length=one.length, cost=one.cost, reductions=dict(one.reductions)) for one in crashing
            ],
        )

    def _activity(self, one: ActivityIn) -> Activity:
        points = self._ranges.get(one.id)
        duration = points.mean if points else (one.duration or 0.0)
        links = [Link(key) for key in one.predecessors]
        links += [Link(link.predecessor, link.kind, link.lag) for link in one.links]
        kind, latest = one.constraint and one.constraint.kind, ConstraintKind.FINISH_NO_LATER_THAN
        activity = Activity(
            one.id,
            duration,
            tuple(links),
            self._limit(kind, one.constraint, duration) if kind and one.constraint else Constraint(),
            self._limit(latest, one.deadline, duration).at if one.deadline else None,
        )
        return replace(activity, clock=self._axis.clock_of(one.calendar)) if self._axis else activity

    def _limit(self, kind: ConstraintKind, moment: MomentIn, duration: float) -> Constraint:
        if self._axis and moment.date:
            return self._axis.limit(kind, moment.date, is_milestone=duration == 0)
        return Constraint(kind, moment.at or 0.0)

    def _simulated(self, asked: ProbabilitiesIn) -> Simulation:
        uncertain = {
            one.id: Uncertain(one.distribution.drawn(self._points[one.id]), one.group or one.id)
            for one in self._wish.activities
            if one.id in self._points
        }
        correlation = Correlation(asked.correlation_within, asked.correlation_across)
        return simulate(self._network, uncertain, seed=asked.seed, samples=asked.samples, correlation=correlation)

    def _activity_out(self, one: ActivityIn, simulation: Simulation | None) -> ActivityOut:
        timing, axis = self._plan.timings[one.id], self._axis
        points = self._ranges.get(one.id)
        times = ("start", "finish", "early_start", "early_finish", "late_start", "late_finish")
        is_milestone = timing.start == timing.finish
        begun = axis and (axis.day_ended if is_milestone else axis.day_begun)(timing.start, one.calendar)
        return ActivityOut(
            id=one.id,
            duration=_rounded(points.mean if points else (one.duration or 0.0)),
            variance=points and _rounded(points.standard_deviation**2),
            **{name: self._time(getattr(timing, name)) for name in times},
            total_float=_rounded(timing.total_float),
            free_float=_rounded(timing.free_float),
            is_critical=timing.is_critical,
            start_date=begun,
            finish_date=axis and axis.day_ended(timing.finish, one.calendar),
            criticality=simulation and simulation.criticality[one.id],
        )

    def _conflict(self, one: Conflict) -> ConflictOut:
        axis, on_start = self._axis, "start" in one.kind
        wanted, found = self._time(one.wanted), self._time(one.found)
        dates = [(axis.day_begun if on_start else axis.day_ended)(at) for at in (one.wanted, one.found)] if axis else []
        latest, earliest = [day.isoformat() for day in dates] or [f"{wanted:g}", f"{found:g}"]
        message, message_zh = conflict_texts(one.activity, one.kind, wanted=latest, found=earliest)
        return ConflictOut(
            activity_id=one.activity,
            kind=one.kind,
            wanted=wanted,
            found=found,
            wanted_date=dates[0] if dates else None,
            found_date=dates[1] if dates else None,
            days=_rounded(one.days),
            message=message,
            message_zh=message_zh,
        )

    def _approximation(self, asked: ProbabilitiesIn) -> ApproximationOut:
        found: PathApproximation = approximated(self._network, self._plan, self._ranges)
        note, note_zh = _NOTE
        return ApproximationOut(
            method="normal_path_approximation",
            note=note,
            note_zh=note_zh,
            path=list(found.path),
            mean=_rounded(found.mean),
            variance=_rounded(found.variance),
            standard_deviation=_rounded(found.standard_deviation),
            within=[self._at(length, found.probability_within(length)) for length in asked.within],
            at=[self._at(found.length_at(probability), probability) for probability in asked.at],
        )

    def _simulation(self, found: Simulation, asked: ProbabilitiesIn) -> SimulationOut:
        return SimulationOut(
            seed=found.seed,
            samples=len(found.lengths.values),
            mean=_rounded(found.lengths.mean),
            standard_deviation=_rounded(found.lengths.standard_deviation),
            at_means=_rounded(found.at_means),
            merge_bias=_rounded(found.merge_bias),
            standard_error_p80=_rounded(found.lengths.standard_error(0.8)),
            within=[self._at(length, found.probability_within(length)) for length in asked.within],
            at=[self._at(found.lengths.percentile(probability), probability) for probability in asked.at],
        )

    def _at(self, length: float, probability: float) -> AtLength:
        day = self._axis and self._axis.day_after(length)
        return AtLength(length=_rounded(length), probability=_rounded(probability), date=day)

    def _time(self, moment: float) -> float:
        return _rounded(self._axis.working_days(moment) if self._axis else moment)


def _axis(wish: NetworkToCalculate) -> TimeAxis | None:
    if wish.start is None:
        return None
    used = {one.calendar for one in wish.activities}
    others = {one.id: one.calendar() for one in wish.calendars if one.id in used}
    return TimeAxis(wish.start, (wish.calendar or CalendarIn()).calendar(), others)


def _range(one: ActivityIn) -> ThreePoint | None:
    if one.optimistic is None or one.most_likely is None or one.pessimistic is None:
        return None
    return duration_range(one.id, one.optimistic, one.most_likely, one.pessimistic)


def _rounded(value: float) -> float:
    return round(value, _DIGITS) + 0.0
