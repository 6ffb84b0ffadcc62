"""Kinds of fields that several resources take."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from shared.kernel.clock import now
from shared.kernel.validation import In, Line, Text, rule
from shared.language.roles import ROLES
from shared.quant.calendars import KNOWN, WorkingCalendar

FAR_AWAY = rule("far_away", "must lie in the years 1970 to 2200", "须在 1970 年至 2200 年之间")
AHEAD = rule("lies_ahead", "must not lie in the future", "不得晚于今天")
TWICE = rule("named_twice", "names the same one twice", "重复列出同一项")
BOTH = rule("off_and_worked", "is both a day off and a day worked", "同一天既是休息日又是工作日")
UNKNOWN_ROLE = rule("unknown_role", "must be a role that can review", "必须是可评审的角色")
UNKNOWN_SECTION = rule("unknown_section", "must be the code of a section", "必须是章节代码")

REVIEWERS = frozenset(role for role, scopes in ROLES.items() if {"proposals:approve", "*:*"} & scopes)
"""Roles that can be asked for a review."""
TOO_MANY_LINKS = rule("too_many_links", "has more than 20000 links", "依赖超过 20000 条")
MOST_LINKS = 20_000
"""Of one network: each costs some microseconds for every sample of a simulation."""
_YEARS = range(1970, 2201)
"""Beyond them nothing is planned, and arithmetic with working days would have no end."""


def _near(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError(FAR_AWAY)
    return day


def distinct() -> AfterValidator:
    """For the annotation of a list that may name nothing twice."""

    def check(values: list[Any]) -> list[Any]:
        if len(set(values)) < len(values):
            raise ValueError(TWICE)
        return values

    return AfterValidator(check)


def distinct_ids() -> AfterValidator:
    """For the annotation of a list of objects of which no two may have one `id`."""

    def check(values: list[Any]) -> list[Any]:
        if len({one.id for one in values}) < len(values):
            raise ValueError(TWICE)
        return values

    return AfterValidator(check)


def _happened(day: date) -> date:
    # It may be tomorrow already where the caller is.
    if day > now().date() + timedelta(days=1):
        raise ValueError(AHEAD)
    return day


Day = Annotated[date, AfterValidator(_near)]
PastDay = Annotated[Day, AfterValidator(_happened)]
"""Of something that has happened."""
Days = Annotated[list[Day], Field(max_length=4_000), distinct()]
Key = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f/\x7f]{1,80}$"),
    Field(description="unique within the network", examples=["build-01"]),
]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", examples=["case_studies"])]
Language = Literal["zh", "en"]
Mail = Annotated[str, Field(pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$", max_length=254)]
Finite = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
Weekday = Annotated[int, Field(ge=1, le=7, description="ISO 8601: Monday is 1")]


class WordsIn(In):
    """A text for the client in one language or both; `null` takes one away."""

    en: Text | None = None
    zh: Text | None = None


class TitleIn(In):
    en: Line | None = None
    zh: Line | None = None


class WordsOut(BaseModel):
    en: str | None
    zh: str | None

    @classmethod
    def of(cls, words: Mapping[str, Any]) -> "WordsOut":
        return cls(en=words.get("en"), zh=words.get("zh"))


class CalendarIn(In):
    """Which days are worked: a known calendar, or days of the week, with days of its own off or worked beside it."""

    base: Annotated[
        Literal["CN", "GB", "US", "weekdays"],
        Field(description="`CN`, `GB` and `US` have public holidays, `CN` its make-up days too; `weekdays` has none"),
    ] = "weekdays"
    weekdays: Annotated[
        Annotated[list[Weekday], distinct()] | None,
        Field(min_length=1, max_length=7, description="days of the week worked, instead of Monday to Friday"),
    ] = None
    holidays: Days = []
    working_days: Annotated[Days, Field(description="worked though the week or the base would have them off")] = []

    @model_validator(mode="after")
    def _decided(self) -> Self:
        if set(self.holidays) & set(self.working_days):
            raise ValueError(BOTH)
        return self

    def calendar(self) -> WorkingCalendar:
        """The calendar as the domain knows it."""
        return KNOWN[self.base].amended(
            weekdays=frozenset(day - 1 for day in self.weekdays) if self.weekdays else None,
            holidays=frozenset(self.holidays),
            worked=frozenset(self.working_days),
        )


class NamedCalendarIn(CalendarIn):
    id: Key
    name: Line
