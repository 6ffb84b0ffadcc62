"""A schedule as a file to save, in the forms that other programs read."""

from collections.abc import Mapping

from fastapi import Response

from services.proposal.exchange.attachment import attachment
from services.proposal.exchange.ms_project_writer import ms_project_file
from services.proposal.exchange.schedule_calendar import schedule_calendar
from services.proposal.exchange.schedule_table import schedule_table
from services.proposal.models.schedules import Schedule
from services.proposal.schemas.networks import ScheduleNetwork
from services.proposal.schemas.plans import PlanOut, ScheduleInputs

MEDIA_TYPES: Mapping[str, str] = {
    "ms_project": "application/xml",
    "icalendar": "text/calendar; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
_ENDINGS = {"ms_project": "xml", "icalendar": "ics", "csv": "csv"}


def schedule_file(schedule: Schedule, title: str, form: str, language: str) -> Response:
    """The file in one of the `MEDIA_TYPES`, under a name that says whose and which revision it is."""
    network, plan = ScheduleNetwork.model_validate(schedule.network), PlanOut.model_validate(schedule.plan)
    match form:
        case "ms_project":
            team = ScheduleInputs.model_validate(schedule.inputs).team
            name = f"{schedule.code} {title}".strip()[:512]
            content = ms_project_file(network, plan, title=name, team=team, currency=schedule.currency)
        case "icalendar":
            content = schedule_calendar(schedule, title, language)
        case _:
            content = schedule_table(network, plan)
    name = f"{schedule.code}-{schedule.revision}.{_ENDINGS[form]}"
    return attachment(content, name=name, media_type=MEDIA_TYPES[form])
