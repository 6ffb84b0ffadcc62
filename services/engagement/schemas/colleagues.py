"""Colleagues over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.engagement.schemas.fields import TWICE, Mail, Phone, PlannedDay
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.validation import KEEP, In, Line, Patch, rule
from shared.language.money import NonNegativeMoney

ENDS_BEFORE = rule("range_order", "must not be before the first day", "不得早于第一天")
SPAN_TOO_LONG = rule("span_too_long", "may span a year at most", "跨度不得超过一年")

LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", examples=["zh"])]
_MOST_DAYS = 366


class Skill(In):
    name: Annotated[Line, Field(max_length=100)]
    level: Annotated[int, Field(ge=1, le=5, description="1 knows of it … 5 teaches it")] = 3


def _named_once(skills: list[Skill]) -> list[Skill]:
    if len({skill.name.casefold() for skill in skills}) < len(skills):
        raise ValueError(TWICE)
    return skills


Skills = Annotated[list[Skill], Field(max_length=50), AfterValidator(_named_once)]


class Days(In):
    """Days from the first to the last, both included."""

    first: PlannedDay
    last: PlannedDay

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(ENDS_BEFORE)
        return self


class ColleagueIn(In):
    subject: Annotated[Line, Field(description="who the person is to the identity provider")]
    name: Line
    role: Annotated[Line, Field(description="what the person is here: solution architect")]
    skills: Skills = []
    languages: Annotated[list[LanguageCode], Field(max_length=20)] = ["zh"]
    region: Line | None = None
    weekly_hours: Annotated[float | None, Field(gt=0, le=80, description="those of the calendar when left out")] = None
    calendar_id: Annotated[UUID | None, Field(description="the shipped calendar when left out")] = None
    absences: Annotated[list[Days], Field(max_length=200)] = []
    mail: Annotated[Mail | None, Field(description="where clients reach the person")] = None
    phone: Phone | None = None
    is_active: bool = True


class ColleaguePatch(Patch, of=ColleagueIn, without={"subject"}):
    weekly_hours: Annotated[float, Field(gt=0, le=80)] = KEEP
    calendar_id: UUID | None = None
    absences: Annotated[list[Days], Field(max_length=200)] = KEEP


class DayCostIn(In):
    valid_from: PlannedDay
    day_cost: Annotated[NonNegativeMoney, Field(description="internal cost of a working day of the default calendar")]


class DayCostOut(BaseModel):
    valid_from: date
    amount: str
    currency: str


class ColleagueOut(ResourceOut):
    subject: str
    name: str
    role: str
    skills: list[Skill]
    languages: list[str]
    region: str | None
    weekly_hours: float
    calendar_id: UUID | None
    absences: list[Days]
    mail: str | None
    phone: str | None
    is_active: bool
    inactive_since: datetime | None
    day_costs: Annotated[list[DayCostOut] | None, Field(description="null without the permission cost:read")]

    @classmethod
    def of(cls, row: Any, *, with_cost: bool) -> "ColleagueOut":
        shown = cls.model_validate(row)
        return shown if with_cost else shown.model_copy(update={"day_costs": None})


class OwedOut(BaseModel):
    """Something that a person owes others; it can be given to somebody else."""

    model_config = ConfigDict(from_attributes=True)

    kind: Literal["commitment", "clarification", "support_request", "handover", "article"]
    id: UUID
    code: str
    opportunity_id: UUID | None


class OwingColleagueOut(ColleagueOut):
    owes: Annotated[list[OwedOut], Field(description="what is open and theirs: to be given to others when they leave")]

    @classmethod
    def owing(cls, row: Any, owes: Sequence[Any], *, with_cost: bool) -> "OwingColleagueOut":
        shown = ColleagueOut.of(row, with_cost=with_cost)
        return cls(**dict(shown), owes=[OwedOut.model_validate(one) for one in owes])


class ColleagueQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "name")

    subject: str | None = None
    role: str | None = None
    region: str | None = None
    is_active: bool | None = None


class LoadQuery(In):
    first: Annotated[PlannedDay, Field(alias="from", description="first day")]
    last: Annotated[PlannedDay, Field(alias="to", description="last day, included; a year later at most")]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(ENDS_BEFORE)
        if (self.last - self.first).days >= _MOST_DAYS:
            raise ValueError(SPAN_TOO_LONG)
        return self


class PersonLoad(BaseModel):
    colleague_id: UUID
    name: str
    role: str
    capacity_hours: Annotated[float, Field(description="working hours without days off and absences")]
    committed_hours: Annotated[float, Field(description="what is left of open support requests, in this span")]
    recorded_hours: Annotated[float, Field(description="hours recorded in this span")]
    load: Annotated[float | None, Field(description="committed ÷ capacity; null without capacity")]


class LoadOut(BaseModel):
    """Load and capacity of those who are active, by name: it says who has time, and ranks nobody."""

    first: date
    last: date
    people: list[PersonLoad]
    capacity_hours: float
    committed_hours: float
