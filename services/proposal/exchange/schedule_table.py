"""A schedule as a table: one row for each task, with its dates, floats and links."""

from services.proposal.schemas.networks import LinkIn, ScheduleNetwork, TaskIn
from services.proposal.schemas.plans import PlanOut
from shared.files.tables import csv_file

COLUMNS = (
    "id", "name", "name_zh", "kind", "phase", "module", "duration_days", "start", "finish", "early_start",
    "early_finish", "late_start", "late_finish", "total_float_days", "free_float_days", "is_critical", "criticality",
    "predecessors", "constraint", "constraint_date", "deadline", "calendar", "role_days", "criteria",
)  # fmt: skip
_DATES = (
    "start", "finish", "early_start", "early_finish", "late_start", "late_finish", "total_float_days",
    "free_float_days", "is_critical", "criticality",
)  # fmt: skip


def schedule_table(network: ScheduleNetwork, plan: PlanOut) -> bytes:
    """The table as CSV for people and spreadsheets."""
    dates = {one.id: one.model_dump(mode="json", include=set(_DATES)) for one in plan.tasks}
    return csv_file(COLUMNS, [_row(one, dates[one.id]) for one in network.tasks])


def _row(one: TaskIn, dates: dict[str, object]) -> list[object]:
    limit = one.constraint
    return [
        one.id, one.name, one.name_zh, one.kind, one.phase, one.module, one.duration_days,
        *(dates[name] for name in _DATES),
        "; ".join(map(_link, one.links)), limit and limit.kind, limit and limit.date, one.deadline, one.calendar,
        "; ".join(f"{role} {days:g}" for role, days in one.role_days.items()),
        "; ".join(criterion.text for criterion in one.criteria),
    ]  # fmt: skip


def _link(link: LinkIn) -> str:
    """As planners write it: `design FS+2d`."""
    return f"{link.predecessor} {link.kind}{f'{link.lag_days:+g}d' if link.lag_days else ''}"
