"""The dates that a Microsoft Project XML file says: interruptions show in them, and those that are not met are told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from services.proposal.exchange.ms_project_tasks import ELAPSED
from services.proposal.exchange.ms_project_xml import text
from services.proposal.exchange.remarks import Remark, Remarks
from services.proposal.schemas.plans import TaskDatesOut

_OPENS, _NOON, _AFTERNOON = time(8), time(12), time(13)
_HOURS = 8
_LONGEST = timedelta(days=3_660)
_INTERRUPTED, _OUR_ROUNDING = 0.5, 2.0
"""Days that a task lasts beyond its work: below, it is a matter of the hour, or of whole days in files of ours."""
IsWorked = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class FileDates:
    """When a task begins and ends in the file."""

    name: str
    start: datetime
    finish: datetime

    @classmethod
    def of(cls, row: Element) -> "FileDates | None":
        start, finish = _moment(text(row, "Start")), _moment(text(row, "Finish"))
        name = text(row, "Name") or text(row, "UID") or ""
        return cls(name, start, finish) if start and finish and start <= finish else None

    def days(self, is_worked: IsWorked) -> float:
        """Working days from its start to its finish."""
        length = min(self.finish.date() - self.start.date(), _LONGEST).days
        whole = sum(is_worked(self.start.date() + timedelta(days=n)) for n in range(length + 1))
        return whole - _part(self.start.time()) - (1 - _part(self.finish.time()))


def _moment(said: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat((said or "")[:19])
    except ValueError:
        return None


def _part(at: time) -> float:
    """How much of a working day is over: 8 to 12 and 13 to 17 o'clock."""
    hours = at.hour + at.minute / 60 - _OPENS.hour
    if at > _NOON:
        hours = max(hours - 1, _NOON.hour - _OPENS.hour)
    return min(max(hours / _HOURS, 0.0), 1.0)


def stretch_interrupted(
    row: Element, task: dict[str, Any], is_worked: IsWorked, remarks: Remarks, *, is_ours: bool
) -> None:
    """Give a task that is interrupted the time from its start to its finish: here a task goes on without a break."""
    dates = FileDates.of(row)
    if dates is None or not task["duration_days"] or text(row, "DurationFormat") in ELAPSED:
        return
    lasts = round(dates.days(is_worked), 2)
    if lasts - task["duration_days"] < (_OUR_ROUNDING if is_ours else _INTERRUPTED):
        return
    worked = task["duration_days"]
    task["duration_days"], task["range"] = lasts, None
    remarks.note(
        "interrupted", task["name"],
        en=f"is interrupted: its {worked:g} days lie within {lasts:g}, which are its duration here",
        zh=f"为中断任务：{worked:g} 天的工作分布在 {lasts:g} 天内，此处以后者为工期",
    )  # fmt: skip


def compare_dates(
    wanted: Mapping[str, FileDates], found: Iterable[TaskDatesOut], is_worked: IsWorked
) -> Sequence[Remark]:
    """Each task whose dates here are not those of the file."""
    remarks = Remarks()
    for task in found:
        dates = wanted.get(task.id)
        if dates is None or _is_met(dates, task, is_worked):
            continue
        start, finish = dates.start.date(), dates.finish.date()
        remarks.note(
            "dates_differ", dates.name,
            en=f"{start} to {finish} in the file, {task.start} to {task.finish} here",
            zh=f"文件中为 {start} 至 {finish}，此处为 {task.start} 至 {task.finish}",
        )  # fmt: skip
    return remarks.found


def _is_met(dates: FileDates, task: TaskDatesOut, is_worked: IsWorked) -> bool:
    if dates.start != dates.finish:
        return (dates.start.date(), dates.finish.date()) == (task.start, task.finish)
    # a milestone is at the end of a day here, which is the beginning of the next one
    days = sorted((dates.finish.date(), task.finish))
    between = sum(is_worked(days[0] + timedelta(days=n)) for n in range(1, (days[1] - days[0]).days))
    return days[0] == days[1] or (between == 0 and _part(dates.finish.time()) in {0.0, 1.0})
