"""Imports, their rows, and operations over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.requirements.domain.columns import FIELDS
from services.requirements.schemas.opportunities import OfOpportunity
from services.requirements.schemas.requirements import RequirementWish
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, rule

UNKNOWN_FIELD = rule("not_allowed", f"columns are named {', '.join(FIELDS)}", f"列名须为：{', '.join(FIELDS)}")
NOTHING = rule("missing", "say the columns of a table, or the scale of priorities", "请指定列映射或优先级标度")
NO_SCALE = rule("not_allowed", "its ends must differ", "标度的两端不能相同")
NO_STATEMENT = rule("missing", "some column must hold the statement", "必须指定需求描述所在的列")


def _differ(scale: str) -> str:
    lowest, highest = scale.split("-")
    if int(lowest) == int(highest):
        raise ValueError(NO_SCALE)
    return scale


PriorityScale = Annotated[
    str,
    StringConstraints(pattern=r"^\d{1,3}-\d{1,3}$"),
    AfterValidator(_differ),
    Field(
        description="what numbers mean as priorities, from the lowest: `1-9`, or `5-1` where 1 is the highest",
        examples=["1-9"],
    ),
]


class ImportQuery(OfOpportunity):
    sha256: str | None = None
    status: Several[Literal["reading", "preview", "committing", "committed", "failed", "discarded"]] = None


class ImportWish(BaseModel):
    """Query parameters of an upload; the file is the body, as it is."""

    model_config = ConfigDict(extra="forbid")

    opportunity_id: UUID
    file_name: Annotated[
        Line | None, Field(description="with its ending, which says how it is read; a form may say it instead")
    ] = None
    priority_scale: PriorityScale | None = None


class TableColumns(In):
    """Which columns of a table are what: positions from 0 by field."""

    table: Annotated[str, Field(max_length=300)]
    heading_row: Annotated[int, Field(ge=-1, lt=50_000, description="row of the headings, from 0; -1 for none")] = 0
    columns: Annotated[dict[str, Annotated[int, Field(ge=0, lt=500)]], Field(max_length=20)]

    @model_validator(mode="after")
    def _known(self) -> Self:
        if not self.columns.keys() <= set(FIELDS):
            raise ValueError(UNKNOWN_FIELD)
        if self.columns and "statement" not in self.columns:
            raise ValueError(NO_STATEMENT)
        return self


class ColumnsIn(In):
    """Tables that are not named keep their columns; without columns a table's cells are searched for sentences."""

    tables: Annotated[list[TableColumns], Field(max_length=200)] = []
    priority_scale: PriorityScale | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.tables and not self.priority_scale:
            raise ValueError(NOTHING)
        return self


class RowChange(In):
    number: Annotated[int, Field(ge=1, le=100_000)]
    skip: Annotated[bool | None, Field(description="leave it out, or take it in again")] = None
    requirement: Annotated[RequirementWish | None, Field(description="what it says instead")] = None


class RowChanges(In):
    rows: Annotated[list[RowChange], Field(min_length=1, max_length=1000)]


class Commit(In):
    leave_out_unreadable: Annotated[bool, Field(description="import the rest, though some rows cannot be read")] = False


class TableColumnsOut(BaseModel):
    table: str
    heading_row: int
    headings: list[str]
    columns: dict[str, int]
    is_guessed: Annotated[bool, Field(description="no heading was known: the texts are taken for the statement")] = (
        False
    )


class ImportRemarkOut(BaseModel):
    """A guess, or what was left out, and what to do about it."""

    code: str
    table: Annotated[str, Field(description="empty: the file as a whole")]
    count: int
    message: str
    message_zh: str


class RefusedOut(BaseModel):
    code: str
    message: str
    message_zh: str


class ImportItem(ResourceOut):
    """An import in a list; its columns and remarks are at its own address."""

    opportunity_id: UUID
    file_name: str
    size_bytes: int
    sha256: str
    format: str | None
    status: str
    counts: dict[str, int]
    priority_scale: str | None
    refused: RefusedOut | None
    same_as: UUID | None
    operation_id: UUID | None
    committed_at: datetime | None
    allowed_actions: list[AllowedAction]


class ImportOut(ImportItem):
    columns: list[TableColumnsOut]
    remarks: list[ImportRemarkOut]


class RowOut(BaseModel):
    """A row of a preview with the place that it is from: `Sheet1!B7`, `page 3 line 12`, `paragraph 4`."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    place: str
    state: Literal["new", "changed", "unchanged", "unreadable", "skipped"]
    requirement: Annotated[dict[str, Any] | None, Field(validation_alias="wish")]
    reason: str | None
    reason_zh: str | None
    notes: list[str]
    notes_zh: list[str]
    left_out: Annotated[
        Literal["contents", "placeholder", "quotation", "instruction", "data_sheet", "lead_in", "no_demand"] | None,
        Field(description="why it is skipped: it seems to be none of the solution. `skip: false` takes it in"),
    ]
    suggested: Annotated[list[str], Field(description="fields that the file does not say, but its words suggest")]
    requirement_id: UUID | None


class RowQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    after: Annotated[int, Field(ge=0, le=100_000, description="number of the last row that was seen")] = 0
    state: Several[Literal["new", "changed", "unchanged", "unreadable", "skipped"]] = None


class RowsOut(BaseModel):
    items: list[RowOut]
    next_after: int | None


class OperationOut(ResourceOut):
    kind: str
    status: str
    progress: Annotated[float, Field(description="0 … 1")]
    result: Annotated[str | None, Field(description="where its result is")]
    problem: dict[str, Any] | None
    finished_at: datetime | None
    allowed_actions: Annotated[list[AllowedAction], Field(description="none: work ends by itself")]


class OperationQuery(PageQuery):
    kind: Several[Literal["import-read", "import-map", "import-commit"]] = None
    status: Several[Literal["queued", "running", "done", "failed"]] = None


class ExportQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    opportunity_id: UUID
    format: Literal["xlsx", "csv", "reqif"] = "xlsx"
    language: Literal["zh", "en"] = "zh"
