"""From an estimate to its schedule and resource plan, and from these to what the proposal says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.proposal.content import names
from services.proposal.content.part_types import Authored
from services.proposal.content.plan import (
    AuthoredSchedule,
    CalendarPart,
    LinkPart,
    LoadPart,
    MilestonePart,
    PhaseDatesPart,
    ResourcePart,
    RolePart,
    SchedulePart,
    TaskPart,
)
from services.proposal.domain.proportional_fitting import fitted
from services.proposal.domain.resources import ResourcePlan, plan_resources
from services.proposal.domain.schedule import END_OF, Schedule, Task, draft_schedule
from services.proposal.domain.shares import rounded_parts
from services.proposal.domain.work import PHASES, Work
from shared.language.events.estimation import EstimateCompleted, EstimateLine, EstimatePriced, PhaseEffort
from shared.language.events.risk import RiskBudgetCalculated
from shared.quant.calendars import calendar_of
from shared.quant.dated_network import Load


@dataclass(frozen=True, slots=True)
class Plan:
    """The dates and people that a proposal follows: the computed ones, or those that persons settled."""

    schedule: SchedulePart
    resources: ResourcePart
    crews: int
    timeline: Sequence[date]
    """The date of each working day up to the end of the warranty."""

    @property
    def start(self) -> date:
        return self.schedule.start

    def window(self, phase: str) -> Sequence[date]:
        """The working days from a phase's first to its last task; the whole project for a phase without tasks."""
        tasks = [task for task in self.schedule.tasks if task.phase == phase]
        first = min((task.start for task in tasks), default=self.schedule.start)
        last = max((task.finish for task in tasks), default=self.schedule.finish)
        return [day for day in self.timeline if first <= day <= last] or self.timeline[:1]


def plan_of(estimate: EstimateCompleted, risk: RiskBudgetCalculated, price: EstimatePriced, authored: Authored) -> Plan:
    """What persons settled, and the computed rest."""
    settled = authored.schedule or _computed(estimate, risk, price)
    loads = [Load(load.role, load.days, load.begin, load.end) for load in settled.loads]
    plan = plan_resources(loads, estimate.team, settled.working_days)
    return Plan(
        schedule=settled.schedule,
        resources=authored.resource_plan or resource_part(plan),
        crews=settled.crews,
        timeline=settled.working_days,
    )


def _computed(estimate: EstimateCompleted, risk: RiskBudgetCalculated, price: EstimatePriced) -> AuthoredSchedule:
    """The computed schedule in the shape of a settled one. Raises as `schedule_of`."""
    schedule = schedule_of(work_of(estimate), estimate, risk, price)
    return AuthoredSchedule(
        schedule=schedule_part(schedule, estimate.currency),
        working_days=tuple(schedule.timeline),
        crews=schedule.crews,
        loads=tuple(LoadPart.of(load) for load in schedule.loads),
    )


def schedule_of(
    work: Sequence[Work], estimate: EstimateCompleted, risk: RiskBudgetCalculated, price: EstimatePriced
) -> Schedule:
    """The schedule of the `work` of an estimate; the warranty lasts as long as in the budget plan."""
    calendar = calendar_of(estimate.currency)
    return draft_schedule(
        work,
        team=estimate.team,
        start=estimate.planned_start,
        calendar=calendar,
        warranty_days=sum(
            calendar.count(phase.start, phase.finish) for phase in price.phases if phase.phase == "warranty"
        ),
        slip_p50=risk.schedule_p50_days,
        slip_p80=risk.schedule_p80_days,
    )


def work_of(estimate: EstimateCompleted) -> list[Work]:
    """The lines of an estimate as work by phase and role, in their order."""
    return [_work(line, estimate.phases) for line in estimate.lines]


def _work(line: EstimateLine, phases: Sequence[PhaseEffort]) -> Work:
    # The line says its days by phase and by role, the phases say which role works when: together they give the table.
    pattern = {phase.phase: phase.role_days for phase in phases}
    return Work(
        activity=line.activity,
        group=line.group,
        requirement_id=str(line.requirement_id) if line.requirement_id else None,
        depends_on=tuple(str(key) for key in line.depends_on),
        days=fitted(pattern, line.phase_days, line.role_days),
    )


def schedule_part(schedule: Schedule, currency: str) -> SchedulePart:
    """The schedule with names; phases last from their first to their last task."""
    calendar = calendar_of(currency)
    tasks = tuple(map(_task, schedule.tasks))
    phase_of = {key: phase for phase, key in END_OF.items()}
    ends = [(task.start, task.id) for task in tasks if task.is_critical]
    ends += [(point.date, point.id) for point in schedule.milestones if point.is_critical]
    return SchedulePart.of(
        schedule,
        calendar=CalendarPart.of(calendar),
        phases=tuple(
            PhaseDatesPart(
                **names.phase(phase).model_dump(),
                phase=phase,
                start=min(task.start for task in own),
                finish=max(task.finish for task in own),
            )
            for phase in PHASES
            if (own := [task for task in tasks if task.phase == phase])
        ),
        tasks=tasks,
        milestones=tuple(
            MilestonePart(
                **names.milestone(point.id).model_dump(),
                id=point.id,
                phase=phase_of.get(point.id),
                date=point.date,
                is_critical=point.is_critical,
            )
            for point in schedule.milestones
        ),
        critical_path=tuple(key for _, key in sorted(ends, key=lambda end: end[0])),
    )


def _task(task: Task) -> TaskPart:
    package = task.package
    module = names.module(package.group) if package.group is not None else None
    return TaskPart(
        **names.task(package.phase, package.group, package.activity).model_dump(),
        id=package.id,
        phase=package.phase,
        module=module and module.name,
        module_zh=module and module.name_zh,
        duration_days=round(task.duration, 1),
        start=task.start,
        finish=task.finish,
        first_day=task.first,
        last_day=task.last,
        total_float_days=round(task.total_float, 1),
        free_float_days=round(task.free_float, 1),
        is_critical=task.is_critical,
        effort_days=round(sum(package.days.values()), 1),
        links=tuple(
            LinkPart(predecessor=link.predecessor, kind=link.kind, lag_days=round(link.lag)) for link in task.links
        ),
    )


def resource_part(plan: ResourcePlan) -> ResourcePart:
    """The resource plan with names, rounded so that all cells add up to the effort."""
    width = len(plan.months)
    cells = rounded_parts([days for role in plan.roles for days in role.days])
    rows = [tuple(cells[place * width : (place + 1) * width]) for place in range(len(plan.roles))]
    return ResourcePart(
        months=plan.months,
        working_days=plan.working_days,
        roles=tuple(
            RolePart(
                **names.role(role.role).model_dump(),
                role=role.role,
                people=role.people,
                peak=round(role.peak, 2),
                total_days=round(sum(row), 1),
                days=row,
                over_allocated_from=role.over_from,
            )
            for role, row in zip(plan.roles, rows, strict=True)
        ),
    )
