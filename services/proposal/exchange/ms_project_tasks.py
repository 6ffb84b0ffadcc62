"""Reads single tasks of a Microsoft Project XML file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from services.proposal.exchange.ms_project import (
    CHINESE,
    CHINESE_FIELD,
    CONSTRAINTS,
    CRITERION,
    MINUTES_PER_DAY,
    MODULE_FIELD,
    RANGE_FIELDS,
)
from services.proposal.exchange.ms_project_calendars import day_of
from services.proposal.exchange.ms_project_xml import text
from services.proposal.exchange.remarks import Remarks
from shared.quant.network import ConstraintKind

_DURATION = re.compile(r"P(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7}(?:\.\d+)?)S)?)?")
_LIMIT_OF = {str(number): kind for kind, number in CONSTRAINTS.items()}
FLOATING = {ConstraintKind.AS_SOON_AS_POSSIBLE, ConstraintKind.AS_LATE_AS_POSSIBLE}
ELAPSED = {"4", "6", "8", "10", "12", "36", "38", "40", "42", "44"}
"""Formats of time that passes at night and on days off too."""
_NATURAL_DAY = 24 * 60
_DIGITS = 6
_LONGEST_TEXT, _LONGEST_LINE = 8_000, 300


@dataclass(frozen=True, slots=True)
class Units:
    """How the file counts a day."""

    minutes_per_day: float

    @classmethod
    def of(cls, root: Element) -> "Units":
        said = text(root, "MinutesPerDay") or ""
        minutes = int(said) if said.isdecimal() else MINUTES_PER_DAY
        return cls(minutes if 0 < minutes <= _NATURAL_DAY else MINUTES_PER_DAY)

    def work(self, said: str | None) -> float | None:
        """Days of a `duration`; None when it is none."""
        minutes = _minutes(said)
        return None if minutes is None else round(minutes / self.minutes_per_day, _DIGITS)

    def elapsed(self, minutes: float) -> float:
        """Working days of time that passes always, of five in seven."""
        return round(minutes / _NATURAL_DAY * 5 / 7, _DIGITS)


def _minutes(said: str | None) -> float | None:
    match = _DURATION.fullmatch(said or "")
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * _NATURAL_DAY + hours * 60 + minutes + seconds / 60


def said_fields(row: Element) -> Mapping[str, str]:
    """The fields of its own that a task has a value of, by number."""
    fields = {text(one, "FieldID"): text(one, "Value") for one in row.iterfind("ExtendedAttribute")}
    return {key: value for key, value in fields.items() if key and value}


def task_of(row: Element, key: str, units: Units, role_days: Mapping[str, float], remarks: Remarks) -> dict[str, Any]:
    """A task as JSON, without its links, phase and calendar."""
    name, fields = (text(row, "Name") or key)[:_LONGEST_LINE], said_fields(row)
    duration = _duration(row, name, units, remarks)
    note, criteria = _notes(row, is_milestone=not duration)
    deadline = day_of(text(row, "Deadline"))
    return {
        "id": key,
        "name": name,
        "name_zh": fields.get(CHINESE_FIELD, "")[:_LONGEST_LINE] or None,
        "kind": "task" if duration else "gate" if criteria else "milestone",
        "module": fields.get(MODULE_FIELD, "")[:_LONGEST_LINE] or None,
        "duration_days": duration,
        "range": _range(fields, name, units, remarks) if duration else None,
        "constraint": _constraint(row, name, remarks),
        "deadline": deadline,
        "role_days": dict(role_days),
        "criteria": criteria,
        "note": note,
    }


def _duration(row: Element, name: str, units: Units, remarks: Remarks) -> float:
    minutes = _minutes(text(row, "Duration"))
    if minutes is None:
        first, last = day_of(text(row, "Start")), day_of(text(row, "Finish"))
        if first is None or last is None or text(row, "Milestone") == "1":
            return 0.0
        days = sum((first.weekday() + n) % 7 < 5 for n in range((last - first).days + 1))  # noqa: PLR2004
        remarks.note(
            "no_duration", name, en="has no duration; its working days were counted", zh="无工期，按起止日期计算"
        )
        return float(max(days, 1))
    if text(row, "DurationFormat") in ELAPSED:
        remarks.note("elapsed", name, en="its elapsed duration became working days", zh="连续工期已折算为工作日")
        return units.elapsed(minutes)
    if minutes and text(row, "Milestone") == "1":
        remarks.note(
            "milestone", name, en="is a milestone that takes time; here it is a task", zh="为有工期的里程碑，此处为任务"
        )
    return round(minutes / units.minutes_per_day, _DIGITS)


def _notes(row: Element, *, is_milestone: bool) -> tuple[str | None, list[dict[str, str | None]]]:
    """What is noted, and the criteria of a gate that are among it."""
    lines = (text(row, "Notes") or "").splitlines()
    asked = [line for line in lines if line.startswith(CRITERION) and line.strip() != CRITERION.strip()]
    if not is_milestone:
        asked = []
    criteria = []
    for line in asked[:50]:
        said, _, chinese = line.removeprefix(CRITERION).partition(CHINESE)
        criteria.append({"text": said.strip()[:_LONGEST_LINE], "text_zh": chinese.strip()[:_LONGEST_LINE] or None})
    note = "\n".join(line for line in lines if line not in asked).strip()[:_LONGEST_TEXT]
    return note or None, criteria


def _range(fields: Mapping[str, str], name: str, units: Units, remarks: Remarks) -> dict[str, float] | None:
    points = [units.work(fields.get(key)) for key in RANGE_FIELDS]
    known = [point for point in points if point is not None]
    if len(known) < len(points) or not any(known):
        return None
    if known != sorted(known):
        remarks.note(
            "range", name, en="its three durations are out of order and left out", zh="三点工期次序有误，未导入"
        )
        return None
    return dict(zip(("optimistic", "most_likely", "pessimistic"), known, strict=True))


def _constraint(row: Element, name: str, remarks: Remarks) -> dict[str, Any] | None:
    kind = _LIMIT_OF.get(text(row, "ConstraintType") or "0", ConstraintKind.AS_SOON_AS_POSSIBLE)
    day = day_of(text(row, "ConstraintDate"))
    if text(row, "Manual") == "1" and kind == ConstraintKind.AS_SOON_AS_POSSIBLE:
        kind, day = ConstraintKind.START_NO_EARLIER_THAN, day_of(text(row, "ManualStart") or text(row, "Start"))
        remarks.note(
            "manual", name, en="its manual start became the earliest one", zh="手动排程的开始日期已转为最早开始"
        )
    if kind == ConstraintKind.AS_SOON_AS_POSSIBLE or (kind not in FLOATING and day is None):
        return None
    return {"kind": kind, "date": None if kind in FLOATING else day}
