"""Risk registers that come as files, over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.files.numbers import Mark
from shared.kernel.validation import In, Line


class RegisterFileQuery(In):
    """Whose register a file is, and how it is read."""

    opportunity_id: UUID
    file_name: Annotated[
        Line | None, Field(description="with its ending: .xlsx, .xls, .ods or .csv; a form may say it instead")
    ] = None
    columns: Annotated[
        str | None,
        Field(
            max_length=4000,
            description="JSON object of headings by field, where they are not the usual ones",
            examples=['{"title": "What may happen", "probability": "P"}'],
        ),
    ] = None
    decimal: Annotated[
        Mark | None, Field(description="what stands before decimals; read from the numbers when left out")
    ] = None


class RowRemarkOut(BaseModel):
    """What was guessed, or left out."""

    field: str
    code: str
    message: str
    message_zh: str


class RegisterRowOut(BaseModel):
    """A row with its place; `errors` say why it cannot be read, `remarks` what was guessed or left out."""

    place: str
    state: Literal["new", "changed", "unchanged", "unreadable"]
    risk_id: Annotated[UUID | None, Field(description="of the risk with this reference, code or title")]
    code: str | None
    risk: Annotated[dict[str, Any] | None, Field(description="as `POST /v1/risks` takes it; what changes of one known")]
    status: Annotated[str, Field(description="open, closed or materialised")]
    errors: list[RowRemarkOut]
    remarks: list[RowRemarkOut]


class RegisterPreviewOut(BaseModel):
    """What a file would become. Nothing is recorded."""

    columns: Annotated[dict[str, str], Field(description="heading by field")]
    unused_headings: list[str]
    decimal: Annotated[Mark | None, Field(description="what stands before decimals; null where nothing says")]
    counts: dict[str, int]
    rows: list[RegisterRowOut]


class RegisterImportedOut(BaseModel):
    counts: dict[str, int]
    risk_ids: Annotated[list[UUID], Field(description="of the risks that are new or changed, in the order of the file")]
