"""Persons by their subject, over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.insights.domain.person import known
from shared.kernel.asked import SeveralNames
from shared.kernel.validation import In, Line, rule

UNKNOWN_ZONE = rule(
    "time_zone", "must be an IANA time zone, such as Asia/Shanghai", "必须是 IANA 时区，例如 Asia/Shanghai"
)
TWICE = rule("person_twice", "names a person twice", "同一人员出现两次")
_ZONES = available_timezones()
MOST_AT_ONCE = 1000


def _zone(value: str) -> str:
    if value not in _ZONES:
        raise ValueError(UNKNOWN_ZONE)
    return value


Subject = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Zone = Annotated[str, Field(max_length=60, examples=["Asia/Shanghai"]), AfterValidator(_zone)]
Picture = Annotated[str, StringConstraints(max_length=1000, pattern=r"^https://[^\s\x00-\x1f]+$")]


class PersonIn(In):
    """What is recorded of a person; it goes before what tokens and the roster say."""

    name: Line
    name_zh: Line | None = None
    title: Line | None = None
    picture_url: Picture | None = None
    team: Line | None = None
    time_zone: Zone | None = None
    is_active: bool | None = None


class NamedPersonIn(PersonIn):
    subject: Subject


def _once(people: list[NamedPersonIn]) -> list[NamedPersonIn]:
    if len({one.subject for one in people}) < len(people):
        raise ValueError(TWICE)
    return people


class PeopleBatch(In):
    items: Annotated[list[NamedPersonIn], Field(min_length=1, max_length=MOST_AT_ONCE), AfterValidator(_once)]


class PersonOut(BaseModel):
    """A person, as far as anybody has said who they are."""

    subject: Annotated[str, Field(description="who the person is to the identity provider: what rows carry")]
    named: Annotated[bool, Field(description="false: nobody has said a name; show the subject")]
    name: str | None
    name_zh: str | None
    title: str | None
    picture_url: str | None
    team: str | None
    time_zone: str | None
    is_active: Annotated[bool, Field(description="false: no longer works here")]
    inactive_since: datetime | None
    sources: Annotated[list[str], Field(description="who has said something: import, token, roster")]

    @classmethod
    def of(cls, row: Any) -> Self:
        said = known(row.told)
        is_active = said.pop("is_active") is not False
        named = bool(said["name"] or said["name_zh"])
        since = None if is_active else said.pop("inactive_since", None)
        said.pop("inactive_since", None)
        return cls(subject=row.subject, named=named, is_active=is_active, inactive_since=since,
                   sources=sorted(row.told), **said)  # fmt: skip


class PeopleOut(BaseModel):
    items: list[PersonOut]


class PeopleQuery(BaseModel):
    """Which persons: all that are known, or those asked for by subject, known or not."""

    model_config = ConfigDict(extra="forbid")

    subject: SeveralNames = None
    team: SeveralNames = None
    is_active: bool | None = None
    q: Annotated[str | None, Field(min_length=1, max_length=200, description="part of a name, title or subject")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=400)] = None
