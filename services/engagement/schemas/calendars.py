"""Business calendars over HTTP."""

from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from services.engagement.models.calendars import minutes_of
from services.engagement.schemas.fields import PlannedMoment, TimeZone
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Line, Patch, rule
from shared.language.money import Amount

WRONG_HOURS = rule(
    "hours_overlap", "opening hours must be in order and must not overlap", "工作时段须按先后排列且互不重叠"
)
NEVER_OPEN = rule("never_open", "at least one weekday needs hours", "至少一个星期几须有工作时段")
OTHER_YEAR = rule("other_year", "a day lies in another year", "存在不属于该年度的日期")
TWO_KINDS = rule("holiday_and_worked", "a day cannot be both a holiday and worked", "同一天不能既是假日又是调休工作日")
ONE_END = rule("one_end", "give either end or minutes", "须且只能给出 end 或 minutes 之一")

Clock = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class HoursIn(In):
    """A stretch of working time of a day; 24:00 is the end of the day."""

    opens: Clock
    closes: Clock


def _in_order(week: dict[Weekday, list[HoursIn]]) -> dict[Weekday, list[HoursIn]]:
    for spans in week.values():
        marks = [minutes_of(mark) for span in spans for mark in (span.opens, span.closes)]
        if any(later < earlier for earlier, later in pairwise(marks)):
            raise ValueError(WRONG_HOURS)
        if any(span.opens == span.closes for span in spans):
            raise ValueError(WRONG_HOURS)
    if not any(week.values()):
        raise ValueError(NEVER_OPEN)
    return week


Week = Annotated[
    dict[Weekday, Annotated[list[HoursIn], Field(max_length=6)]],
    AfterValidator(_in_order),
    Field(description="hours by weekday; a weekday that is missing is off"),
]


class CalendarIn(In):
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,19}$")]
    name: Line
    name_zh: Line
    time_zone: TimeZone
    hours: Week


class CalendarPatch(Patch, of=CalendarIn, without={"code"}):
    pass


class YearIn(In):
    """The public holidays of one year, and the days off that are worked to make up for them (调休)."""

    year: Annotated[int, Field(ge=1970, le=2200)]
    status: Annotated[
        Literal["announced", "statutory"],
        Field(description="announced with its make-up days, or only the days fixed by law"),
    ] = "announced"
    source: Line
    holidays: Annotated[list[date], Field(max_length=366)]
    working_weekends: Annotated[list[date], Field(max_length=104)] = []

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if any(day.year != self.year for day in (*self.holidays, *self.working_weekends)):
            raise ValueError(OTHER_YEAR)
        if set(self.holidays) & set(self.working_weekends):
            raise ValueError(TWO_KINDS)
        return self


class CalendarOut(ResourceOut):
    code: str
    name: str
    name_zh: str
    time_zone: str
    hours: dict[str, Any]
    hours_per_day: Annotated[Amount, Field(description="of a working day: the mean over the weekdays worked")]
    years: dict[str, Any]


class CalendarQuery(PageQuery):
    sortable = ("created_at", "updated_at", "code")

    code: str | None = None


class CalendarFileQuery(In):
    all_days: Annotated[
        Literal["holiday"] | None, Field(description="what a whole-day event is that does not say so itself")
    ] = None


class WorkingTimeQuery(In):
    start: PlannedMoment
    end: Annotated[PlannedMoment | None, Field(description="how much working time passes until then")] = None
    minutes: Annotated[int | None, Field(ge=0, le=1_000_000, description="when this much has passed")] = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.end is None) == (self.minutes is None):
            raise ValueError(ONE_END)
        return self


class WorkingTimeOut(BaseModel):
    """`minutes` of working time lie between `start` and `end`."""

    start: datetime
    end: datetime
    minutes: float
