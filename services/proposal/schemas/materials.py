"""Selling material over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.proposal.schemas.fields import Day, PastDay
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.pages import PageQuery, ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction, Reason
from shared.kernel.validation import KEEP, In, Line, Patch, Text, rule

NO_TITLE = rule("title_missing", "needs title or title_zh", "须填写 title 或 title_zh")


Kind = Literal["deck", "case_study", "data_sheet", "demo", "reference", "price_list", "certificate", "other"]
Tags = Annotated[list[Annotated[Line, Field(max_length=60)]], Field(max_length=30)]
Link = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00-\x1f]{1,2000}$")]


class MaterialIn(In):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="the same for all versions")]
    kind: Kind
    title: Line | None = None
    title_zh: Line | None = None
    summary: Text | None = None
    tags: Tags = []
    is_for_clients: Annotated[bool, Field(description="whether it may leave the house")] = False
    link: Annotated[Link | None, Field(description="where it is, unless a file is put here")] = None
    owner: Annotated[Line | None, Field(description="you, when left out")] = None
    review_on: Annotated[Day, Field(description="the day by which somebody must look at it again")]

    @model_validator(mode="after")
    def _titled(self) -> Self:
        if self.title is None and self.title_zh is None:
            raise ValueError(NO_TITLE)
        return self


class MaterialPatch(Patch, of=MaterialIn, without={"key"}):
    owner: Line = KEEP


class MaterialReviewIn(In):
    review_on: Annotated[Day, Field(description="the next day by which somebody must look at it again")]


class UseIn(In):
    opportunity_id: UUID
    used_on: Annotated[PastDay | None, Field(description="today, when left out")] = None
    note: Text | None = None


class MaterialOut(ResourceOut):
    key: str
    number: int
    kind: str
    title: str | None
    title_zh: str | None
    summary: str | None
    tags: list[str]
    is_for_clients: bool
    link: str | None
    file_name: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    owner: str
    review_on: date
    reviewed_at: datetime | None
    is_stale: Annotated[bool, Field(description="published, and its review is overdue")]
    stale_reason: Reason | None
    stale_since: datetime | None
    status: str
    published_at: datetime | None
    allowed_actions: list[AllowedAction]


class MaterialQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "key", "review_on")

    key: str | None = None
    kind: Several[Kind] = None
    owner: SeveralNames = None
    status: Several[Literal["draft", "published", "retired"]] = None
    is_for_clients: bool | None = None
    tag: Annotated[str | None, Field(max_length=60)] = None
    stale: bool | None = None


FileName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f/\\\\]{1,200}$")]


class FileQuery(In):
    file_name: Annotated[FileName | None, Field(description="a form may say it instead", examples=["deck.pdf"])] = None


class UseOut(ResourceOut):
    material_id: UUID
    opportunity_id: UUID
    used_on: date
    note: str | None


class UseQuery(PageQuery):
    sortable = ("created_at", "used_on")

    opportunity_id: Several[UUID] = None
