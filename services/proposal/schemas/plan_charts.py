"""The charts of schedules and resource plans."""

from collections.abc import Iterator, Mapping, Sequence

from services.proposal.models.resource_plans import ResourcePlan
from services.proposal.models.schedules import Schedule
from services.proposal.schemas.networks import PhaseIn, ScheduleNetwork, TaskIn
from services.proposal.schemas.plans import PhaseDatesOut, PlanOut, TaskDatesOut
from services.proposal.schemas.resource_plans import ResourcePlanOut
from shared.charts import Label
from shared.charts.answer import NoSuchChart
from shared.charts.shapes import Chart, ColumnLine, Columns, ColumnSeries, Gantt, GanttBar, Gate
from shared.kernel.words import filled

SCHEDULE_CHARTS = ("gantt",)
RESOURCE_CHARTS = ("histogram",)


def _counted(count: int, noun: str) -> str:
    return filled(f"{{count:no {noun}|# {noun}|# {noun}s}}", {"count": count})


def chart_of_schedule(schedule: Schedule, name: str) -> Chart:
    """A chart of a schedule. Raises `NoSuchChart`."""
    if name not in SCHEDULE_CHARTS:
        raise NoSuchChart.among(name, SCHEDULE_CHARTS)
    network, plan = ScheduleNetwork.model_validate(schedule.network), PlanOut.model_validate(schedule.plan)
    tasks = sum(one.kind == "task" for one in network.tasks)
    return Gantt(
        title=Label(f"{schedule.code}: schedule", f"{schedule.code}：时间计划"),
        alt=Label(
            f"Gantt chart of {_counted(tasks, 'task')} in {_counted(len(plan.phases), 'phase')}"
            f" from {plan.start} to {plan.last_finish};"
            f" delivery on {plan.finish}, with 80 % confidence on {plan.p80_finish}.",
            f"甘特图：{len(plan.phases)} 个阶段、{tasks} 项任务，{plan.start} 至 {plan.last_finish}；"
            f"计划交付 {plan.finish}，80% 把握交付 {plan.p80_finish}。",
        ),
        bars=tuple(_bars(network, plan)),
        start=plan.start,
        finish=plan.finish,
        late=plan.p80_finish,
        late_name=Label(f"Delivery at P80: {plan.p80_finish}", f"P80 交付：{plan.p80_finish}"),
    )


def _bars(network: ScheduleNetwork, plan: PlanOut) -> Iterator[GanttBar]:
    """Each phase with its tasks; the gate at its end stands in the row of the phase, other milestones in their own."""
    dates, spans = {one.id: one for one in plan.tasks}, {one.id: one for one in plan.phases}
    for one in network.tasks:
        if one.phase is None:
            yield _milestone(one, dates[one.id])
    for phase in network.phases:
        own = [one for one in network.tasks if one.phase == phase.id]
        points = sorted((one for one in own if one.kind != "task"), key=lambda one: dates[one.id].finish)
        last = dates[points[-1].id] if points else None
        span, work = spans.get(phase.id), [one for one in own if one.kind == "task"]
        gate = Gate(last.finish, last.is_critical) if last and span else None
        if span:
            yield _phase(phase, span, work, gate, dates)
        for one in own if len(work) != 1 else points:
            if one.kind == "task":
                day = dates[one.id]
                yield GanttBar(_label(one), day.start, day.finish, one.duration_days, is_critical=day.is_critical)
            elif not gate or dates[one.id] is not last:
                yield _milestone(one, dates[one.id])


def _phase(
    phase: PhaseIn, span: PhaseDatesOut, work: Sequence[TaskIn], gate: Gate | None, dates: Mapping[str, TaskDatesOut]
) -> GanttBar:
    """The row of a phase; a task that is all of it has no row of its own."""
    name = Label(phase.name, phase.name_zh or phase.name)
    if len(work) > 1:
        return GanttBar(name, span.start, span.finish, 0.0, is_phase=True, is_bold=True, gate=gate)
    [one] = work
    is_critical = dates[one.id].is_critical
    return GanttBar(name, span.start, span.finish, one.duration_days, is_bold=True, is_critical=is_critical, gate=gate)


def _milestone(one: TaskIn, day: TaskDatesOut) -> GanttBar:
    return GanttBar(
        _label(one), day.finish, day.finish, 0.0, is_critical=day.is_critical, gate=Gate(day.finish, day.is_critical)
    )


def _label(one: TaskIn) -> Label:
    if one.module:
        return Label.same(one.module)
    return Label(one.name, one.name_zh or one.name)


def chart_of_resource_plan(row: ResourcePlan, name: str) -> Chart:
    """A chart of a resource plan. Raises `NoSuchChart`."""
    if name not in RESOURCE_CHARTS:
        raise NoSuchChart.among(name, RESOURCE_CHARTS)
    plan = ResourcePlanOut.model_validate(row.plan)
    over = [one for one in plan.roles if one.over_team_from]
    people = [
        sum(one.planned_days[place] for one in plan.roles) / days if days else 0.0
        for place, days in enumerate(plan.working_days)
    ]
    return Columns(
        title=Label(f"{row.code}: people by month", f"{row.code}：各月人员"),
        alt=Label(
            f"People needed by month and role, {plan.needed_days:,.0f} person-days from {row.start} to {row.finish};"
            f" {plan.peak_people:g} people are planned at most;"
            f" {filled('{over:no role exceeds|# role exceeds|# roles exceed}', {'over': len(over)})} the team.",
            f"各月各角色所需人数，{row.start} 至 {row.finish} 共 {plan.needed_days:,.0f} 人天；计划人数最多"
            f" {plan.peak_people:g} 人；{f'{len(over)} 个' if over else '无'}角色超出团队。",
        ),
        names=tuple(plan.months),
        series=tuple(
            ColumnSeries(
                one.role,
                Label(one.name, one.name_zh),
                tuple(
                    round(need / days, 3) if days else 0.0
                    for need, days in zip(one.needed_days, plan.working_days, strict=True)
                ),
            )
            for one in plan.roles
        ),
        line=ColumnLine(
            "planned", Label("People planned", "计划人数"), tuple(round(value, 3) for value in people), is_share=False
        ),
        y_title=Label("People", "人数"),
        y_unit="",
    )
