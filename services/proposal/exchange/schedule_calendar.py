"""A schedule as iCalendar: whole days of tasks, and the days that milestones and gates are reached on."""

from collections.abc import Iterator

from services.proposal.models.schedules import Schedule
from services.proposal.schemas.networks import ScheduleNetwork, TaskIn
from services.proposal.schemas.plans import PlanOut
from shared.files.calendar_file import CalendarItem, calendar_file

_KINDS = {"task": ("", ""), "milestone": ("Milestone: ", "里程碑："), "gate": ("Quality gate: ", "质量门：")}


def schedule_calendar(schedule: Schedule, title: str, language: str) -> bytes:
    """The file. An entry keeps its id from one revision of the schedule to the next, so that programs move it."""
    network = ScheduleNetwork.model_validate(schedule.network)
    plan = PlanOut.model_validate(schedule.plan)
    return calendar_file(f"{schedule.code} {title}", _items(schedule, network, plan, language))


def _items(schedule: Schedule, network: ScheduleNetwork, plan: PlanOut, language: str) -> Iterator[CalendarItem]:
    dates = {one.id: one for one in plan.tasks}
    for one in network.tasks:
        yield CalendarItem(
            uid=f"{one.id.encode().hex()}-{schedule.opportunity_id}@presales",
            # Later revisions come after all versions of the earlier ones.
            sequence=schedule.revision * 100_000 + schedule.version,
            changed_at=schedule.updated_at,
            summary=_KINDS[one.kind][language == "zh"] + _name(one, language),
            description="\n".join(_lines(one, language)),
            start=dates[one.id].start,
            end=dates[one.id].finish,
        )


def _name(one: TaskIn, language: str) -> str:
    return one.name_zh or one.name if language == "zh" else one.name


def _lines(one: TaskIn, language: str) -> Iterator[str]:
    if one.module:
        yield one.module
    for criterion in one.criteria:
        yield "- " + (criterion.text_zh or criterion.text if language == "zh" else criterion.text)
