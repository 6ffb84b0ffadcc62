"""From what persons decided of a schedule to its dates, and to what a proposal says of it. Nothing is stored here."""

from collections.abc import Iterator
from datetime import date

from services.proposal.content.base import Named
from services.proposal.content.conflicts import conflict_texts
from services.proposal.content.plan import (
    AuthoredSchedule,
    CalendarPart,
    LinkPart,
    LoadPart,
    MilestonePart,
    PhaseDatesPart,
    SchedulePart,
    TaskPart,
)
from services.proposal.domain.duration_range import duration_range
from services.proposal.domain.impossible_plans import worded
from services.proposal.schemas.networks import ScheduleNetwork, TaskIn
from services.proposal.schemas.plans import (
    ExcessOut,
    FinishOut,
    LevellingOut,
    MoveOut,
    PhaseDatesOut,
    PlanOut,
    ScheduleConflictOut,
    ScheduleInputs,
    TaskDatesOut,
)
from shared.quant.critical_path import Conflict
from shared.quant.dated_network import DatedNetwork, Load, Task, dated
from shared.quant.distributions import Distribution
from shared.quant.levelling import Levelling, levelled
from shared.quant.network import ConstraintKind, Link
from shared.quant.network_simulation import Delay, Simulation
from shared.quant.three_point import Shape, ThreePoint

_DIGITS = 4


@worded()
def computed(wish: ScheduleNetwork) -> DatedNetwork:
    """Raises the problems of a network and `ScheduleTooLong`."""
    return dated(
        [_task(one) for one in wish.tasks],
        start=wish.start,
        calendar=wish.calendar.calendar(),
        calendars={one.id: one.calendar() for one in wish.calendars},
    )


def _task(one: TaskIn) -> Task:
    return Task(
        id=one.id,
        duration=one.duration_days,
        links=tuple(Link(link.predecessor, link.kind, link.lag_days) for link in one.links),
        constraint=one.constraint.kind if one.constraint else ConstraintKind.AS_SOON_AS_POSSIBLE,
        constraint_day=one.constraint.date if one.constraint else None,
        deadline=one.deadline,
        calendar=one.calendar,
        phase=one.phase or "",
        uncertain=_drawn(one),
        role_days=one.role_days,
    )


def _drawn(one: TaskIn) -> Distribution | None:
    points = one.range
    if points is None:
        return None
    own = duration_range(one.id, points.optimistic, points.most_likely, points.pessimistic)
    return points.distribution.drawn(own)


@worded()
def planned(wish: ScheduleNetwork, inputs: ScheduleInputs) -> PlanOut:
    """Dates, floats, critical paths, conflicts, finish at P50 and P80, and a hint for levelling; takes some 0.2 s."""
    network = computed(wish)
    delays = [
        Delay(one.id, one.probability, Shape.BETA_PERT.of(ThreePoint(*points)))
        for one in inputs.risks
        for points in [(one.optimistic_days, one.most_likely_days, one.pessimistic_days)]
    ]
    simulation = network.simulated(delays, until=wish.delivery, seed=inputs.seed)
    delivered = _delivered(wish, network)
    plan, axis = network.plan, network.axis
    hint = levelled(network, list(_accompanying(wish, network)), inputs.team)
    return PlanOut(
        start=axis.day_begun(0.0),
        finish=axis.day_ended(delivered),
        last_finish=axis.day_ended(plan.finish),
        p50_finish=axis.day_after(simulation.lengths.percentile(0.5)),
        p80_finish=axis.day_after(simulation.lengths.percentile(0.8)),
        duration_days=axis.last_day(delivered) + 1 if wish.tasks else 0,
        tasks=[_dates(network, one.id, simulation) for one in wish.tasks],
        phases=[
            PhaseDatesOut(id=phase, start=first, finish=last) for phase, first, last in _phase_dates(wish, network)
        ],
        critical=list(plan.critical),
        critical_paths=[list(path) for path in plan.paths],
        has_more_paths=plan.has_more_paths,
        conflicts=[_conflict(network, one) for one in plan.conflicts],
        simulation=_finish(simulation, len(delays), axis.working_days(delivered)),
        levelling=_levelling(network, hint, inputs),
    )


def _delivered(wish: ScheduleNetwork, network: DatedNetwork) -> float:
    return network.plan.timings[wish.delivery].finish if wish.delivery else network.plan.finish


def _dates(network: DatedNetwork, key: str, simulation: Simulation) -> TaskDatesOut:
    timing, axis = network.plan.timings[key], network.axis
    return TaskDatesOut(
        id=key,
        start=network.day_of(key, timing.start),
        finish=network.day_of(key, timing.finish, is_end=True),
        early_start=network.day_of(key, timing.early_start),
        early_finish=network.day_of(key, timing.early_finish, is_end=True),
        late_start=network.day_of(key, timing.late_start),
        late_finish=network.day_of(key, timing.late_finish, is_end=True),
        first_day=axis.first_day(network.span(key)[0]),
        last_day=max(axis.last_day(network.span(key)[1]), axis.first_day(network.span(key)[0])),
        total_float_days=round(timing.total_float, _DIGITS),
        free_float_days=round(timing.free_float, _DIGITS),
        is_critical=timing.is_critical,
        criticality=round(simulation.criticality[key], _DIGITS),
    )


def _phase_dates(wish: ScheduleNetwork, network: DatedNetwork) -> Iterator[tuple[str, date, date]]:
    """The first and last day of each phase that has tasks."""
    for phase in wish.phases:
        own = [task.id for task in wish.tasks if task.phase == phase.id and task.kind == "task"]
        if own:
            starts = [network.day_of(key, network.plan.timings[key].start) for key in own]
            ends = [network.day_of(key, network.plan.timings[key].finish, is_end=True) for key in own]
            yield phase.id, min(starts), max(ends)


def _conflict(network: DatedNetwork, one: Conflict) -> ScheduleConflictOut:
    is_end = "start" not in one.kind
    wanted, found = (network.day_of(one.activity, at, is_end=is_end) for at in (one.wanted, one.found))
    message, message_zh = conflict_texts(one.activity, one.kind, wanted=wanted.isoformat(), found=found.isoformat())
    return ScheduleConflictOut(
        task_id=one.activity,
        kind=one.kind,
        wanted=wanted,
        found=found,
        days=round(one.days, _DIGITS),
        message=message,
        message_zh=message_zh,
    )


def _finish(found: Simulation, risks: int, planned_days: float) -> FinishOut:
    return FinishOut(
        seed=found.seed,
        samples=len(found.lengths.values),
        risks=risks,
        mean_days=round(found.lengths.mean, _DIGITS),
        standard_deviation_days=round(found.lengths.standard_deviation, _DIGITS),
        p50_days=round(found.lengths.percentile(0.5), _DIGITS),
        p80_days=round(found.lengths.percentile(0.8), _DIGITS),
        p80_standard_error_days=round(found.lengths.standard_error(0.8), _DIGITS),
        at_means_days=round(found.at_means, _DIGITS),
        merge_bias_days=round(found.merge_bias, _DIGITS),
        probability_of_planned_finish=round(found.probability_within(planned_days), _DIGITS),
    )


def _levelling(network: DatedNetwork, hint: Levelling, inputs: ScheduleInputs) -> LevellingOut:
    return LevellingOut(
        excess=[
            ExcessOut(
                role=role,
                people=inputs.team.get(role, 0.0),
                days=round(days, 1),
                days_after_moves=round(hint.excess_after.get(role, 0.0), 1),
            )
            for role, days in hint.excess_before.items()
        ],
        moves=[
            MoveOut(
                task_id=move.task,
                start=network.axis.day_begun(move.begin, network.tasks[move.task].calendar),
                days=move.days,
                roles=list(move.roles),
            )
            for move in hint.moves
        ],
    )


def loads_of(wish: ScheduleNetwork, network: DatedNetwork) -> list[Load]:
    """Who works when: on tasks, and beside those of a phase for as long as it lasts."""
    return [load for _, load in loads_by_phase(wish, network)]


def loads_by_phase(wish: ScheduleNetwork, network: DatedNetwork) -> Iterator[tuple[str, Load]]:
    """The same with the phase that each load is of."""
    for task in wish.tasks:
        for load in network.loads(task.id):
            yield task.phase or "", load
    for one, load in zip(wish.accompanying, _accompanying(wish, network), strict=True):
        yield one.phase, load


def _accompanying(wish: ScheduleNetwork, network: DatedNetwork) -> Iterator[Load]:
    delivered = max(network.axis.working_days(_delivered(wish, network)), 1.0)
    for one in wish.accompanying:
        spans = [network.span(task.id) for task in wish.tasks if task.phase == one.phase and task.kind == "task"]
        begin = min((begin for begin, _ in spans), default=0.0)
        yield Load(one.role, one.days, begin, max((end for _, end in spans), default=delivered))


@worded()
def settled_schedule(wish: ScheduleNetwork, inputs: ScheduleInputs, plan: PlanOut) -> AuthoredSchedule:
    """The schedule as a proposal says it, without what persons wrote for themselves."""
    network = computed(wish)
    names = {phase.id: phase for phase in wish.phases}
    dates = {one.id: one for one in plan.tasks}
    calendar = wish.calendar.calendar()
    return AuthoredSchedule(
        schedule=SchedulePart.of(
            plan,
            calendar=CalendarPart.of(calendar),
            phases=tuple(
                PhaseDatesPart(
                    name=names[one.id].name,
                    name_zh=names[one.id].name_zh or names[one.id].name,
                    phase=one.id,
                    start=one.start,
                    finish=one.finish,
                )
                for one in plan.phases
            ),
            tasks=tuple(_task_part(one, dates[one.id]) for one in wish.tasks if one.kind == "task"),
            milestones=tuple(
                MilestonePart(
                    name=one.name,
                    name_zh=one.name_zh or one.name,
                    id=one.id,
                    phase=one.phase,
                    date=dates[one.id].finish,
                    is_critical=dates[one.id].is_critical,
                    criteria=tuple(Named(name=it.text, name_zh=it.text_zh or it.text) for it in one.criteria),
                )
                for one in sorted(wish.tasks, key=lambda one: dates[one.id].finish)
                if one.kind != "task"
            ),
            critical_path=tuple(plan.critical),
        ),
        working_days=tuple(network.timeline),
        crews=inputs.crews,
        loads=tuple(LoadPart.of(load) for load in loads_of(wish, network)),
    )


def _task_part(one: TaskIn, dates: TaskDatesOut) -> TaskPart:
    return TaskPart(
        name=one.name,
        name_zh=one.name_zh or one.name,
        id=one.id,
        phase=one.phase or "",
        module=one.module,
        module_zh=one.module,
        duration_days=round(one.duration_days, 1),
        start=dates.start,
        finish=dates.finish,
        first_day=dates.first_day,
        last_day=dates.last_day,
        total_float_days=round(dates.total_float_days, 1),
        free_float_days=round(dates.free_float_days, 1),
        is_critical=dates.is_critical,
        effort_days=round(sum(one.role_days.values()), 1),
        links=tuple(
            LinkPart(predecessor=link.predecessor, kind=link.kind, lag_days=round(link.lag_days)) for link in one.links
        ),
    )
