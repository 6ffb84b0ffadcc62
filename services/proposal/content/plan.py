"""Schedule and resource plan, computed or settled by persons, as the client gets them. Effort is in person-days."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.proposal.content.base import Named, Part


class LinkPart(Part):
    predecessor: str
    kind: str
    lag_days: int


class TaskPart(Named):
    id: str
    phase: str
    module: str | None
    module_zh: str | None
    duration_days: float
    start: date
    finish: date
    first_day: int
    """Working days since the start of the project, from 0."""
    last_day: int
    total_float_days: float
    free_float_days: float
    is_critical: bool
    effort_days: float
    links: tuple[LinkPart, ...]


class MilestonePart(Named):
    id: str
    phase: str | None
    """The phase that ends with it."""
    date: date
    is_critical: bool
    criteria: tuple[Named, ...] = ()
    """What must be so before it counts as reached: of a quality gate, where persons settled the schedule."""


class PhaseDatesPart(Named):
    phase: str
    start: date
    finish: date


class CalendarPart(Part):
    code: str
    announced_until: date | None
    statutory_until: date | None


class SchedulePart(Part):
    calendar: CalendarPart
    start: date
    finish: date
    p50_finish: date
    p80_finish: date
    duration_days: int
    phases: tuple[PhaseDatesPart, ...]
    tasks: tuple[TaskPart, ...]
    milestones: tuple[MilestonePart, ...]
    critical_path: tuple[str, ...]
    """Ids of all tasks and milestones without float, by start."""


class LoadPart(Part):
    """Person-days of a role, spread evenly over the working time from `begin` to `end`, in days from the start."""

    role: str
    days: float
    begin: float
    end: float


class AuthoredSchedule(Part):
    """A schedule that persons settled in place of the computed one, and what price and resources are spread over."""

    schedule: SchedulePart
    working_days: Annotated[tuple[date, ...], Field(min_length=1)]
    """The date of each working day from the start to the end of the last task, warranty too."""
    crews: int = 1
    """How many modules are built at the same time."""
    loads: tuple[LoadPart, ...] = ()
    """Who works when: the plan of resources follows from it where persons settled none."""


class RolePart(Named):
    role: str
    people: float
    peak: float
    total_days: float
    days: tuple[float, ...]
    """Person-days per month of the plan."""
    over_allocated_from: date | None


class MaterialPart(Named):
    """Something that is bought for the project; what it costs us is not for the client."""

    quantity: str
    unit: str | None
    needed_on: date


class ResourcePart(Part):
    months: tuple[str, ...]
    working_days: tuple[int, ...]
    roles: tuple[RolePart, ...]
    material: tuple[MaterialPart, ...] = ()
    """Only where persons settled the plan."""
