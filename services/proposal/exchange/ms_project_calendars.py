"""Reads the calendars of a Microsoft Project XML file: days of the week and exceptions, as days worked or off."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from services.proposal.exchange.ms_project_xml import children, text
from services.proposal.exchange.remarks import Remarks
from services.proposal.schemas.fields import CalendarIn
from shared.kernel.validation import whole
from shared.quant.calendars import WEEKDAYS, WITH_HOLIDAYS

_LONGEST_EXCEPTION = 3_660
_DAILY = "1"


@dataclass(frozen=True, slots=True)
class FileCalendar:
    """A calendar of the file: days of the week, Monday is 0, and single days that differ."""

    name: str
    weekdays: frozenset[int]
    off: frozenset[date]
    worked: frozenset[date]

    def wish(self) -> CalendarIn:
        """As it is edited here: on the calendar of a country where that is in it, else on plain weekdays."""
        plain = self.weekdays == WEEKDAYS.weekdays
        within = (
            known
            for known in WITH_HOLIDAYS
            if plain and known.holidays <= self.off and known.working_weekends <= self.worked
        )
        base = next(within, WEEKDAYS)
        return whole(
            CalendarIn,
            {
                "base": base.code,
                "weekdays": None if plain else sorted(day + 1 for day in self.weekdays),
                "holidays": sorted(self.off - base.holidays),
                "working_days": sorted(self.worked - base.working_weekends),
            },
        )


def calendars_of(root: Element, remarks: Remarks) -> Mapping[str, FileCalendar]:
    """The calendars by the number that tasks name them by."""
    rows = {text(row, "UID") or "": row for row in children(root, "Calendars", "Calendar")}
    return {uid: _calendar(row, rows, remarks) for uid, row in rows.items()}


def _calendar(row: Element, rows: Mapping[str, Element], remarks: Remarks) -> FileCalendar:
    name = (text(row, "Name") or "Calendar")[:300]
    # A calendar may stand on another: what it does not say itself, that says.
    chain, seen = [row], {id(row)}
    while (below := rows.get(text(chain[-1], "BaseCalendarUID") or "")) is not None and id(below) not in seen:
        chain.append(below)
        seen.add(id(below))
    week = {day: day < 5 for day in range(7)}  # noqa: PLR2004 (Monday to Friday)
    single: dict[date, bool] = {}
    for one in reversed(chain):
        week |= _week(one)
        for first, last, is_worked in _exceptions(one, name, remarks):
            for n in range(min((last - first).days + 1, _LONGEST_EXCEPTION)):
                single[first + timedelta(days=n)] = is_worked
    if row.find("WorkWeeks/WorkWeek") is not None:
        remarks.note("work_weeks", name, en="weeks with other working days are left out", zh="未导入另行规定的工作周")
    worked_week = frozenset(day for day, is_worked in week.items() if is_worked)
    return FileCalendar(
        name,
        worked_week,
        frozenset(day for day, is_worked in single.items() if not is_worked and day.weekday() in worked_week),
        frozenset(day for day, is_worked in single.items() if is_worked and day.weekday() not in worked_week),
    )


def _week(row: Element) -> dict[int, bool]:
    """What it says of days of the week; in the file Sunday is 1."""
    days = {}
    for day in row.iterfind("WeekDays/WeekDay"):
        kind = text(day, "DayType")
        if kind in set("1234567"):
            days[(int(kind) - 2) % 7] = text(day, "DayWorking") == "1"
    return days


def _exceptions(row: Element, name: str, remarks: Remarks) -> Iterator[tuple[date, date, bool]]:
    """First day, last day, and whether they are worked; older files have them among the days of the week."""
    older = [day for day in row.iterfind("WeekDays/WeekDay") if text(day, "DayType") == "0"]
    for exception in (*older, *row.iterfind("Exceptions/Exception")):
        period = exception.find("TimePeriod")
        first, last = day_of(text(period, "FromDate")), day_of(text(period, "ToDate"))
        if first is None or last is None or text(exception, "Type") not in {None, _DAILY}:
            what = text(exception, "Name") or text(period, "FromDate") or ""
            remarks.note(
                "exception", name, en=f"an exception that recurs is left out: {what}", zh=f"未导入重复的例外日：{what}"
            )
            continue
        yield first, last, text(exception, "DayWorking") == "1"


def day_of(moment: str | None) -> date | None:
    """The day of a `dateTime`; None when there is none."""
    try:
        return date.fromisoformat((moment or "")[:10])
    except ValueError:
        return None
