"""Time entries over HTTP."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from services.engagement.models.effort import Activity
from services.engagement.schemas.fields import IN_FUTURE, PlannedDay
from shared.kernel.asked import Several
from shared.kernel.clock import now
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Patch, Text
from shared.language.money import Amount, Money

_EARLIEST_ZONE = timedelta(hours=14)
"""Somewhere it is tomorrow already."""


def _past_day(day: date) -> date:
    if day > (now() + _EARLIEST_ZONE).date():
        raise ValueError(IN_FUTURE)
    return day


WorkedDay = Annotated[PlannedDay, AfterValidator(_past_day)]
Hours = Annotated[Decimal, Field(gt=0, le=24, max_digits=4, decimal_places=2, allow_inf_nan=False, examples=["7.5"])]


class TimeEntryIn(In):
    opportunity_id: UUID
    colleague_id: Annotated[UUID | None, Field(description="you, when left out")] = None
    worked_on: WorkedDay
    hours: Hours
    activity: Activity
    support_request_id: UUID | None = None
    note: Text | None = None


class TimeEntryPatch(Patch, of=TimeEntryIn, without={"opportunity_id", "colleague_id"}):
    pass


class TimeEntryOut(ResourceOut):
    opportunity_id: UUID
    colleague_id: UUID
    role: str
    worked_on: date
    hours: Amount
    activity: str
    support_request_id: UUID | None
    note: str | None
    state: str
    allowed_actions: list[AllowedAction]


class TimeEntryQuery(PageQuery):
    sortable = ("created_at", "updated_at", "worked_on")

    opportunity_id: Several[UUID] = None
    colleague_id: UUID | None = None
    activity: Several[Activity] = None
    support_request_id: UUID | None = None
    state: Several[Literal["recorded", "void"]] = None


class SummaryQuery(In):
    opportunity_id: UUID


class EffortOut(BaseModel):
    month: Annotated[str, Field(examples=["2027-03"])]
    role: str
    activity: str
    hours: Amount
    costs: Annotated[list[Money] | None, Field(description="by currency; null without the permission cost:read")]
    uncosted_hours: Annotated[Amount, Field(description="hours of people whose day cost was not known on that day")]


class EffortSummaryOut(BaseModel):
    """Hours on an opportunity and what its pursuit has cost us: hours × day cost ÷ hours of a day.

    The day cost is that of the day on which the hours were worked.
    """

    opportunity_id: UUID
    hours_per_day: Annotated[Amount, Field(description="hours of a working day on the default calendar")]
    hours: Amount
    uncosted_hours: Amount
    costs: list[Money] | None
    by_role: dict[str, Amount]
    by_activity: dict[str, Amount]
    by_month: dict[str, Amount]
    parts: list[EffortOut]
