"""Requirements over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.requirements.models.requirements import Kind, Priority
from services.requirements.schemas.opportunities import Code, OfOpportunity, SuspectOut, Texts
from shared.kernel.asked import Several
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Patch, Text, rule

MOST_SOURCES = 50
MOST_CODE = 60
ClientCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_CODE)]
"""What a client calls something: any sign may be in it."""
Needed = Annotated[
    list[ClientCode],
    Field(max_length=100, description="what it depends on in the same opportunity, by our codes or the client's"),
]
TWICE = rule("named_twice", "each requirement may be named once", "每条需求只能出现一次")


class Metric(In):
    """What a performance requirement promises, measurably."""

    name: Line
    operator: Literal["<", "<=", "=", ">=", ">"]
    value: float
    unit: Line
    condition: Line | None = None


class Size(In):
    """Counts of function types (IFPUG, NESMA)."""

    internal_files: Annotated[int, Field(ge=0, le=1000)] = 0
    external_files: Annotated[int, Field(ge=0, le=1000)] = 0
    inputs: Annotated[int, Field(ge=0, le=1000)] = 0
    outputs: Annotated[int, Field(ge=0, le=1000)] = 0
    queries: Annotated[int, Field(ge=0, le=1000)] = 0


class Source(In):
    document: Line
    location: Line
    quote: Text | None = None


class RequirementWish(In):
    """A requirement, whichever opportunity it belongs to."""

    code: Annotated[Code | None, Field(description="given by us when left out")] = None
    title: Line
    statement: Text
    kind: Kind
    priority: Priority = Priority.MUST
    group: Line | None = None
    rationale: Text | None = None
    acceptance_criteria: Texts = []
    metric: Metric | None = None
    size: Size | None = None
    depends_on: Needed = []
    client_words: Annotated[Text | None, Field(description="what the client said, beside our statement of it")] = None
    client_code: Annotated[ClientCode | None, Field(description="what the client calls it in its own list")] = None
    sources: Annotated[list[Source], Field(max_length=MOST_SOURCES)] = []


class RequirementIn(RequirementWish):
    opportunity_id: UUID


class RequirementsIn(In):
    items: Annotated[list[RequirementIn], Field(min_length=1, max_length=1000)]


class RequirementPatch(Patch, of=RequirementIn, without={"code", "opportunity_id"}):
    depends_on: Needed = KEEP


class Seen(In):
    code: Code
    version: Annotated[int, Field(ge=1, lt=2**31, description="that you saw, as with If-Match")]


class Moves(In):
    """One action on many requirements of an opportunity, all or none."""

    opportunity_id: UUID
    action: Literal["submit", "send_back", "agree", "withdraw"]
    items: Annotated[list[Seen], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.code for one in self.items}) < len(self.items):
            raise ValueError(TWICE)
        return self


class FieldChangeOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    field: str
    before: Any
    after: Any


class RemarkOut(BaseModel):
    """What the client wants changed, said by link."""

    model_config = ConfigDict(from_attributes=True)

    confirmation_id: UUID
    said_by: str
    words: str
    at: datetime


class RequirementOut(ResourceOut):
    opportunity_id: UUID
    code: str
    title: str
    statement: str
    kind: str
    priority: str
    group: str | None
    rationale: str | None
    acceptance_criteria: list[str]
    metric: dict[str, Any] | None
    size: dict[str, Any] | None
    depends_on: list[UUID]
    sources: list[dict[str, Any]]
    client_words: str | None
    client_code: str | None
    origin: dict[str, Any] | None
    status: str
    suspects: list[SuspectOut]
    remarks: list[RemarkOut]
    confirmed_by: str | None
    confirmed_at: datetime | None
    allowed_actions: list[AllowedAction]


class HistoryEntryOut(BaseModel):
    """One change of a requirement: who, when, and each field before and after."""

    at: datetime
    actor: str
    action: Literal["create", "update", "delete"]
    fields: list[FieldChangeOut]


class LinkOut(BaseModel):
    """Something that is tied to a requirement; `is_suspect` when it stands on an earlier content of it."""

    kind: Literal[
        "depends_on",
        "needed_by",
        "concern",
        "clarification",
        "change_request",
        "baseline",
        "fit_assessment",
        "confirmation",
        "origin",
    ]
    id: UUID
    label: str
    status: str | None
    is_suspect: bool


class RequirementsOut(BaseModel):
    items: list[RequirementOut]


class RequirementQuery(OfOpportunity, SearchQuery):
    sortable = ("created_at", "updated_at", "code")

    is_suspect: Annotated[bool | None, Field(description="something that it stands on changed since a look")] = None
    has_remarks: Annotated[bool | None, Field(description="the client wants it changed, and nobody has yet")] = None
    code: str | None = None
    client_code: str | None = None
    kind: Several[Kind] = None
    priority: Several[Priority] = None
    status: Several[Literal["draft", "in_review", "agreed", "baselined", "changed", "withdrawn"]] = None
    group: str | None = None
