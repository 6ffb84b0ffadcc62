"""Reads Microsoft Project XML as a network: tasks, links, lags, limits, calendars; what has no place here is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from services.proposal.exchange.ms_project import CHINESE_FIELD, FIELDS, ID_FIELD, SECONDS_PER_DAY
from services.proposal.exchange.ms_project_calendars import calendars_of, day_of
from services.proposal.exchange.ms_project_dates import FileDates, stretch_interrupted
from services.proposal.exchange.ms_project_links import Outline, links_of
from services.proposal.exchange.ms_project_tasks import Units, said_fields, task_of
from services.proposal.exchange.ms_project_xml import NotAProjectFile, children, parsed, text
from services.proposal.exchange.remarks import Remark, Remarks
from services.proposal.schemas.fields import CalendarIn
from services.proposal.schemas.networks import MOST_TASKS, RangeIn, ScheduleNetwork, TaskIn
from shared.kernel.validation import whole

_LOOSE = {"id": "tasks", "name": "Tasks", "name_zh": "任务"}
_MOST_ROWS = MOST_TASKS + 1_000
_UNASSIGNED = "-65535"
_DEEP = 6
"""Digits of a level that is no level."""


@dataclass(frozen=True, slots=True)
class Imported:
    network: ScheduleNetwork
    remarks: Sequence[Remark]
    dates: Mapping[str, FileDates]
    """When the file has each task."""


def read_ms_project(data: bytes, known_calendars: Mapping[str, str] = {}) -> Imported:
    """The network of a file, with the ids of `known_calendars` by their names.

    Ids of tasks are ours where we wrote the file, else its numbers. Raises `NotAProjectFile`, or `Invalid` for tasks
    that cannot be.
    """
    return _Reader(parsed(data), known_calendars).read()


_SECOND = 1 / SECONDS_PER_DAY
"""Durations of the file are to the second: a difference below that is none."""


def completed(found: ScheduleNetwork, known: ScheduleNetwork) -> ScheduleNetwork:
    """The network of a file with what the format has no place for, as it is in the `known` one.

    A duration that differs by less than a second stays as it is known.
    """
    before = {one.id: one for one in known.tasks}
    phases = {one.id for one in found.phases}
    tasks = [_as_known(one, before[one.id]) if one.id in before else one for one in found.tasks]
    network = {
        **found.model_dump(),
        "tasks": [one.model_dump() for one in tasks],
        "accompanying": [one.model_dump() for one in known.accompanying if one.phase in phases],
        "delivery": known.delivery if known.delivery in {one.id for one in tasks} else None,
    }
    return whole(ScheduleNetwork, network)


def _as_known(one: TaskIn, known: TaskIn) -> TaskIn:
    """`one`, with the numbers of `known` where they are the same to the second."""
    changes: dict[str, Any] = {}
    if abs(one.duration_days - known.duration_days) < _SECOND:
        changes["duration_days"] = known.duration_days
    if one.range and known.range and _is_close(one.range, known.range):
        changes["range"] = known.range
    days = {role: known.role_days.get(role, 0.0) for role in one.role_days}
    if days.keys() == known.role_days.keys() and all(abs(days[r] - one.role_days[r]) < _SECOND for r in days):
        changes["role_days"] = known.role_days
    return one.model_copy(update=changes)


def _is_close(one: RangeIn, other: RangeIn) -> bool:
    names = ("optimistic", "most_likely", "pessimistic")
    return all(abs(getattr(one, name) - getattr(other, name)) < _SECOND for name in names)


class _Reader:
    def __init__(self, root: Element, known_calendars: Mapping[str, str]) -> None:
        self._root, self._known, self._remarks = root, known_calendars, Remarks()
        self._calendars = calendars_of(root, self._remarks)
        self._units = Units.of(root)
        self._dates: dict[str, FileDates] = {}
        self._rows = [row for row in children(root, "Tasks", "Task") if self._counts(row)]
        if len(self._rows) > _MOST_ROWS:
            raise NotAProjectFile(
                why=f"it has {len(self._rows)} tasks; {MOST_TASKS} are possible.",
                why_zh=f"共有 {len(self._rows)} 项任务，最多 {MOST_TASKS} 项。",
            )
        self._is_ours = any(
            (text(one, "FieldID"), text(one, "Alias")) == (ID_FIELD, FIELDS[ID_FIELD][1])
            for one in children(root, "ExtendedAttributes", "ExtendedAttribute")
        )

    def read(self) -> Imported:
        if text(self._root, "ScheduleFromStart") == "0":
            self._remarks.note("from_finish", "Project", en="is scheduled from its start here", zh="此处按开始日期排期")
        phases, tasks = self._outline()
        used = {task["calendar"] for task in tasks} - {None}
        own = self._calendars.get(text(self._root, "CalendarUID") or "")
        network = {
            "start": self._start(),
            "calendar": own.wish() if own else CalendarIn(),
            "calendars": [
                {"id": self._calendar_id(uid), "name": one.name, **one.wish().model_dump()}
                for uid, one in self._calendars.items()
                if self._calendar_id(uid) in used
            ],
            "phases": phases,
            "tasks": tasks,
        }
        return Imported(whole(ScheduleNetwork, network), self._remarks.found, self._dates)

    def _start(self) -> date:
        starts = [day for row in self._rows if (day := day_of(text(row, "Start")))]
        start = day_of(text(self._root, "StartDate")) or min(starts, default=None)
        if start is None:
            raise NotAProjectFile(why="neither the project nor a task has a start.", why_zh="项目与任务均无开始日期。")
        return start

    def _counts(self, row: Element) -> bool:
        if text(row, "OutlineLevel") == "0" or text(row, "UID") in {None, "0"} or text(row, "IsNull") == "1":
            return False
        if text(row, "Active") == "0":
            self._remarks.note(
                "inactive", text(row, "Name") or "", en="is inactive and left out", zh="为非活动任务，未导入"
            )
            return False
        return True

    def _outline(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Summary tasks at the top are phases; those below give their tasks a module."""
        levels = [_level(text(row, "OutlineLevel")) for row in self._rows]
        is_summary = [
            text(row, "Summary") == "1" or (place + 1 < len(levels) and levels[place + 1] > levels[place])
            for place, row in enumerate(self._rows)
        ]
        outline = self._placed(levels, is_summary)
        ids = {uid: self._id(outline.rows[uid]) for uid in outline.above}
        roles = self._roles()
        phases: list[dict[str, Any]] = []
        above: list[tuple[int, Element]] = []
        tasks = []
        for row, level, summary in zip(self._rows, levels, is_summary, strict=True):
            while above and above[-1][0] >= level:
                above.pop()
            if summary:
                self._note_summary(row)
                above.append((level, row))
                if len(above) == 1:
                    phases.append(self._phase(row))
                continue
            uid = text(row, "UID") or ""
            task = task_of(row, ids[uid], self._units, roles.get(uid, {}), self._remarks)
            task["phase"] = self._id(above[0][1]) if above else None
            task["module"] = task["module"] or ((text(above[-1][1], "Name") or "")[:300] or None if above[1:] else None)
            task["calendar"] = self._calendar_of(row)
            task["links"] = links_of(uid, outline, ids, self._units, self._remarks)
            self._take_dates(row, task)
            tasks.append(task)
        return self._with_loose(phases, tasks), tasks

    def _placed(self, levels: Sequence[int], is_summary: Sequence[bool]) -> Outline:
        above: list[tuple[int, str]] = []
        tasks_in: dict[str, list[str]] = {}
        above_of: dict[str, tuple[str, ...]] = {}
        for row, level, summary in zip(self._rows, levels, is_summary, strict=True):
            uid = text(row, "UID") or ""
            while above and above[-1][0] >= level:
                above.pop()
            if summary:
                above.append((level, uid))
                tasks_in[uid] = []
                continue
            above_of[uid] = tuple(one for _, one in above)
            for one in above_of[uid]:
                tasks_in[one].append(uid)
        return Outline({text(row, "UID") or "": row for row in self._rows}, tasks_in, above_of)

    def _take_dates(self, row: Element, task: dict[str, Any]) -> None:
        uid = text(row, "CalendarUID") or ""
        calendar = self._calendars.get(uid) or self._calendars.get(text(self._root, "CalendarUID") or "")
        is_worked = (calendar.wish() if calendar else CalendarIn()).calendar().is_working
        if text(row, "Manual") != "1":
            stretch_interrupted(row, task, is_worked, self._remarks, is_ours=self._is_ours)
        if dates := FileDates.of(row):
            self._dates[task["id"]] = dates

    def _with_loose(self, phases: list[dict[str, Any]], tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The phases, with one for the tasks that have none if there are such."""
        loose = [task for task in tasks if task["phase"] is None and task["kind"] == "task"]
        if not loose:
            return phases
        for task in loose:
            task["phase"] = _LOOSE["id"]
        return [*(phase for phase in phases if phase["id"] != _LOOSE["id"]), dict(_LOOSE)]

    def _id(self, row: Element) -> str:
        uid = text(row, "UID") or ""
        return (said_fields(row).get(ID_FIELD) or uid) if self._is_ours else uid

    def _phase(self, row: Element) -> dict[str, Any]:
        name = (text(row, "Name") or self._id(row))[:300]
        return {"id": self._id(row), "name": name, "name_zh": said_fields(row).get(CHINESE_FIELD)}

    def _note_summary(self, row: Element) -> None:
        limit = text(row, "ConstraintType")
        if limit not in {None, "0"} or text(row, "Deadline"):
            name = text(row, "Name") or text(row, "UID") or ""
            self._remarks.note("summary", name, en="limits of a summary task are left out", zh="摘要任务的约束未导入")

    def _calendar_of(self, row: Element) -> str | None:
        uid = text(row, "CalendarUID")
        if uid in {None, "-1", text(self._root, "CalendarUID")} or uid not in self._calendars:
            return None
        return self._calendar_id(uid)

    def _calendar_id(self, uid: str) -> str:
        name = self._calendars[uid].name
        return self._known.get(name, f"{uid} {name}".replace("/", " ")[:80].strip())

    def _roles(self) -> dict[str, dict[str, float]]:
        """Person-days by role of each task, by its number."""
        names = {
            text(row, "UID"): (text(row, "Name") or "").replace("/", " ")[:80].strip()
            for row in children(self._root, "Resources", "Resource")
            if text(row, "Type") in {None, "1"}
        }
        found: dict[str, dict[str, float]] = {}
        for row in children(self._root, "Assignments", "Assignment"):
            uid, resource = text(row, "TaskUID") or "", text(row, "ResourceUID")
            days, role = self._units.work(text(row, "Work")), names.get(resource)
            if role and days and resource != _UNASSIGNED:
                own = found.setdefault(uid, {})
                own[role] = round(own.get(role, 0.0) + days, 6)
        return found


def _level(said: str | None) -> int:
    return int(said) if said and said.isdecimal() and len(said) < _DEEP else 1
