"""Writes a schedule as Microsoft Project XML: phases are summary tasks, roles resources, days off exceptions."""

import re
from collections.abc import Mapping
from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from services.proposal.exchange.ms_project import (
    CHINESE,
    CHINESE_FIELD,
    CONSTRAINTS,
    CRITERION,
    FIELDS,
    ID_FIELD,
    IN_DAYS,
    LINKS,
    MINUTES_PER_DAY,
    MODULE_FIELD,
    NAMESPACE,
    RANGE_FIELDS,
    SAVE_VERSION,
    SECONDS_PER_DAY,
    TENTHS_PER_DAY,
)
from services.proposal.schemas.fields import CalendarIn
from services.proposal.schemas.networks import PhaseIn, ScheduleNetwork, TaskIn
from services.proposal.schemas.plans import PlanOut, TaskDatesOut

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORKED = (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"))
_BEGIN, _END = "T08:00:00", "T17:00:00"
_NO_CALENDAR, _PROJECT_CALENDAR = -1, 1
_FIXED_DURATION, _WORK = 1, 1


def ms_project_file(
    network: ScheduleNetwork, plan: PlanOut, *, title: str, team: Mapping[str, float], currency: str
) -> bytes:
    """The file; the same schedule gives the same bytes. Durations are to the second: a day has eight hours."""
    root = Element("Project", xmlns=NAMESPACE)
    _add(
        root, SaveVersion=SAVE_VERSION, Title=title, ScheduleFromStart=1, StartDate=f"{network.start}{_BEGIN}",
        FinishDate=f"{plan.last_finish}{_END}", CurrencyCode=currency, CalendarUID=_PROJECT_CALENDAR,
        DefaultStartTime="08:00:00",
        DefaultFinishTime="17:00:00", MinutesPerDay=MINUTES_PER_DAY, MinutesPerWeek=5 * MINUTES_PER_DAY,
        DaysPerMonth=20, DefaultTaskType=_FIXED_DURATION, DurationFormat=IN_DAYS, HonorConstraints=0,
        MultipleCriticalPaths=1, NewTasksEffortDriven=0,
    )  # fmt: skip
    fields = SubElement(root, "ExtendedAttributes")
    for key, (name, alias) in FIELDS.items():
        _add(SubElement(fields, "ExtendedAttribute"), FieldID=key, FieldName=name, Alias=alias)
    calendars = SubElement(root, "Calendars")
    _calendar(calendars, _PROJECT_CALENDAR, "Project", network.calendar)
    for number, one in enumerate(network.calendars, _PROJECT_CALENDAR + 1):
        _calendar(calendars, number, one.name, one)
    uids = _tasks(root, network, plan)
    _resources(root, network, uids, team)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + body


def _add(parent: Element, **values: object) -> None:
    """Children in this order; None is left out."""
    for name, value in values.items():
        if value is not None:
            SubElement(parent, name).text = _NOT_XML.sub(" ", str(value))


def _calendar(parent: Element, uid: int, name: str, wish: CalendarIn) -> None:
    calendar, row = wish.calendar(), SubElement(parent, "Calendar")
    _add(row, UID=uid, Name=name, IsBaseCalendar=1, BaseCalendarUID=_NO_CALENDAR)
    week = SubElement(row, "WeekDays")
    for day in range(7):
        # The week of the file begins on Sunday, as 1.
        weekday = SubElement(week, "WeekDay")
        _worked(weekday, is_worked=(day - 1) % 7 in calendar.weekdays, DayType=day + 1)
    exceptions = SubElement(row, "Exceptions")
    off = {day for day in calendar.holidays if day.weekday() in calendar.weekdays}
    worked = {day for day in calendar.working_weekends if day.weekday() not in calendar.weekdays}
    for special in sorted(off | worked):
        exception = SubElement(exceptions, "Exception")
        _add(exception, EnteredByOccurrences=0)
        _add(SubElement(exception, "TimePeriod"), FromDate=f"{special}T00:00:00", ToDate=f"{special}T23:59:00")
        _worked(exception, is_worked=special in worked, Occurrences=1, Type=1)


def _worked(row: Element, *, is_worked: bool, **values: object) -> None:
    _add(row, **values, DayWorking=int(is_worked))
    if is_worked:
        times = SubElement(row, "WorkingTimes")
        for begin, end in _WORKED:
            _add(SubElement(times, "WorkingTime"), FromTime=begin, ToTime=end)


def _tasks(root: Element, network: ScheduleNetwork, plan: PlanOut) -> dict[str, int]:
    """The rows of phases and tasks; the number of each task."""
    rows: list[PhaseIn | TaskIn] = [one for one in network.tasks if one.phase is None]
    for phase in network.phases:
        rows += [phase, *(one for one in network.tasks if one.phase == phase.id)]
    uids = {one.id: number for number, one in enumerate(rows, 1) if isinstance(one, TaskIn)}
    calendars = {one.id: number for number, one in enumerate(network.calendars, _PROJECT_CALENDAR + 1)}
    dates = {one.id: one for one in plan.tasks}
    spans = {one.id: (one.start, one.finish) for one in plan.phases}
    tasks = SubElement(root, "Tasks")
    for number, one in enumerate(rows, 1):
        row = SubElement(tasks, "Task")
        if isinstance(one, TaskIn):
            _task(row, number, one, dates[one.id], uids, calendars)
        else:
            _phase(row, number, one, spans.get(one.id, (plan.start, plan.start)))
    return uids


def _phase(row: Element, number: int, phase: PhaseIn, span: tuple[date, date]) -> None:
    _add(
        row, UID=number, ID=number, Name=phase.name, Type=_FIXED_DURATION, IsNull=0, OutlineLevel=1,
        Start=f"{span[0]}{_BEGIN}", Finish=f"{span[1]}{_END}", DurationFormat=IN_DAYS, Summary=1, ConstraintType=0,
        CalendarUID=_NO_CALENDAR,
    )  # fmt: skip
    _field(row, ID_FIELD, phase.id)
    _field(row, CHINESE_FIELD, phase.name_zh)


def _task(
    row: Element, number: int, one: TaskIn, dates: TaskDatesOut, uids: dict[str, int], calendars: dict[str, int]
) -> None:
    limit, is_milestone = one.constraint, one.kind != "task"
    begin = _END if is_milestone else _BEGIN
    day = limit and limit.date and f"{limit.date}{begin if 'start' in limit.kind else _END}"
    _add(
        row, UID=number, ID=number, Name=one.name, Type=_FIXED_DURATION, IsNull=0,
        OutlineLevel=2 if one.phase else 1, Start=f"{dates.start}{begin}", Finish=f"{dates.finish}{_END}",
        Duration=_duration(one.duration_days), DurationFormat=IN_DAYS, EffortDriven=0, Estimated=0,
        Milestone=int(is_milestone), Summary=0, Critical=int(dates.is_critical),
        EarlyStart=f"{dates.early_start}{begin}", EarlyFinish=f"{dates.early_finish}{_END}",
        LateStart=f"{dates.late_start}{begin}", LateFinish=f"{dates.late_finish}{_END}",
        FreeSlack=round(dates.free_float_days * TENTHS_PER_DAY),
        TotalSlack=round(dates.total_float_days * TENTHS_PER_DAY),
        ConstraintType=CONSTRAINTS[limit.kind] if limit else 0,
        CalendarUID=calendars[one.calendar] if one.calendar else _NO_CALENDAR,
        ConstraintDate=day, Deadline=one.deadline and f"{one.deadline}{_END}", Notes=_notes(one) or None,
    )  # fmt: skip
    for link in one.links:
        _add(
            SubElement(row, "PredecessorLink"), PredecessorUID=uids[link.predecessor], Type=LINKS[link.kind],
            CrossProject=0, LinkLag=round(link.lag_days * TENTHS_PER_DAY), LagFormat=IN_DAYS,
        )  # fmt: skip
    _field(row, ID_FIELD, one.id)
    _field(row, CHINESE_FIELD, one.name_zh)
    _field(row, MODULE_FIELD, one.module)
    if one.range:
        points = (one.range.optimistic, one.range.most_likely, one.range.pessimistic)
        for key, days in zip(RANGE_FIELDS, points, strict=True):
            _field(row, key, _duration(days), DurationFormat=IN_DAYS)


def _field(row: Element, key: str, value: str | None, **values: object) -> None:
    if value is not None:
        _add(SubElement(row, "ExtendedAttribute"), FieldID=key, Value=value, **values)


def _notes(one: TaskIn) -> str:
    criteria = [f"{CRITERION}{it.text}{CHINESE + it.text_zh if it.text_zh else ''}" for it in one.criteria]
    return "\n".join([*([one.note] if one.note else []), *criteria])


def _duration(days: float) -> str:
    seconds = round(days * SECONDS_PER_DAY)
    return f"PT{seconds // 3600}H{seconds % 3600 // 60}M{seconds % 60}S"


def _resources(root: Element, network: ScheduleNetwork, uids: dict[str, int], team: Mapping[str, float]) -> None:
    """Roles, and what each does of the tasks; work beside the tasks has no place in this format."""
    roles = sorted({role for one in network.tasks for role in one.role_days})
    resources, assignments = SubElement(root, "Resources"), SubElement(root, "Assignments")
    for number, role in enumerate(roles, 1):
        _add(
            SubElement(resources, "Resource"), UID=number, ID=number, Name=role, Type=_WORK, IsNull=0,
            MaxUnits=team.get(role, 1.0), CalendarUID=_PROJECT_CALENDAR,
        )  # fmt: skip
    shares = [
        (one, role, days) for one in network.tasks for role, days in one.role_days.items() if days and one.duration_days
    ]
    for number, (one, role, days) in enumerate(shares, 1):
        _add(
            SubElement(assignments, "Assignment"), UID=number, TaskUID=uids[one.id],
            ResourceUID=roles.index(role) + 1, Units=round(days / one.duration_days, 4), Work=_duration(days),
        )  # fmt: skip
