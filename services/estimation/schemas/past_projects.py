"""Past projects over HTTP. What they cost is null for callers without `cost:read`."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.estimation.domain.units import SizeUnit
from services.estimation.models.history import Origin, PastProject
from shared.files.numbers import Mark
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Line, Patch, Text, rule
from shared.language.money import NonNegativeMoney

Size = Annotated[float, Field(ge=0.001, le=10_000_000)]
Effort = Annotated[float, Field(ge=0.001, le=10_000_000)]
Days = Annotated[date, Field(ge=date(1960, 1, 1), le=date(2199, 12, 31))]
Months = Annotated[float, Field(gt=0, le=1200)]
WHY_EXCLUDED = rule("why_excluded", "needs an exclusion_reason when it is excluded", "排除时须说明原因")

ESTIMATE = ("estimated_effort_days", "estimated_effort_p80_days", "estimated_cost", "estimated_cost_p80")


class PastProjectIn(In):
    """Effort from the start until acceptance: deployment and training are in it, warranty is not."""

    name: Line
    industry: Line | None = None
    organisation: Annotated[Line | None, Field(description="who did the work: a division, a company")] = None
    technology: Line | None = None
    size: Size
    size_unit: SizeUnit = "fp"
    size_variant: Annotated[Line | None, Field(description="how it was counted", examples=["cn_estimated"])] = None
    effort_days: Effort
    duration_months: Months | None = None
    cost: NonNegativeMoney | None = None
    estimated_effort_days: Effort | None = None
    estimated_effort_p80_days: Effort | None = None
    estimated_cost: NonNegativeMoney | None = None
    estimated_cost_p80: NonNegativeMoney | None = None
    started_on: Days | None = None
    finished_on: Days | None = None
    source: Annotated[Line, Field(description="where the figures are from")] = "entered"
    note: Text | None = None
    is_excluded: Annotated[bool, Field(description="left out of calibration")] = False
    exclusion_reason: Text | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.started_on and self.finished_on and self.finished_on < self.started_on:
            raise ValueError("end_before_start")
        if self.is_excluded and not self.exclusion_reason:
            raise ValueError(WHY_EXCLUDED)
        amounts = [money for money in (self.cost, self.estimated_cost, self.estimated_cost_p80) if money]
        if len({money.currency for money in amounts}) > 1:
            raise ValueError("currency_mismatch")
        return self


class PastProjectPatch(Patch, of=PastProjectIn):
    pass


class PastProjectOut(ResourceOut):
    name: str
    industry: str | None
    organisation: str | None
    technology: str | None
    size: float
    size_unit: SizeUnit
    size_variant: str | None
    effort_days: float
    duration_months: float | None
    cost: NonNegativeMoney | None
    estimated_effort_days: float | None
    estimated_effort_p80_days: float | None
    estimated_cost: NonNegativeMoney | None
    estimated_cost_p80: NonNegativeMoney | None
    started_on: date | None
    finished_on: date | None
    origin: Origin
    source: str
    note: str | None
    is_excluded: bool
    exclusion_reason: str | None
    opportunity_id: UUID | None
    estimate_id: UUID | None

    @classmethod
    def of(cls, row: PastProject, caller: Principal) -> Self:
        """As much as `caller` may see."""
        shown = cls.model_validate(row)
        hidden = dict.fromkeys(("cost", "estimated_cost", "estimated_cost_p80"))
        return shown if caller.may("cost:read") else shown.model_copy(update=hidden)


class PastProjectQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "name", "finished_on", "size", "effort_days")

    name: Annotated[str | None, Field(max_length=300)] = None
    industry: Annotated[str | None, Field(max_length=300)] = None
    organisation: Annotated[str | None, Field(max_length=300)] = None
    technology: Annotated[str | None, Field(max_length=300)] = None
    size_unit: Several[SizeUnit] = None
    origin: Several[Origin] = None
    is_excluded: bool | None = None
    opportunity_id: Several[UUID] = None


class ProjectFileQuery(In):
    """How a file is read: which heading is what, and what its units are in person-hours."""

    file_name: Annotated[
        Line | None, Field(description="with its ending: .xlsx, .xls, .ods or .csv; a form may say it instead")
    ] = None
    columns: Annotated[
        str | None,
        Field(
            max_length=4000,
            description="JSON object of headings by field, where they are not the usual ones",
            examples=['{"size": "AFP", "effort_hours": "Effort"}'],
        ),
    ] = None
    size_unit: Annotated[SizeUnit, Field(description="of rows that do not say it")] = "fp"
    currency: Annotated[
        str | None, Field(pattern=r"^[A-Z]{3}$", description="of amounts whose row does not say it")
    ] = None
    decimal: Annotated[
        Mark | None, Field(description="what stands before decimals; read from the numbers when left out")
    ] = None
    hours_per_day: Annotated[float, Field(gt=0, le=24, description="converts effort in hours")] = 8.0
    hours_per_month: Annotated[float, Field(ge=100, le=250, description="converts effort in person-months")] = 174.0


class ReadingRemarkOut(BaseModel):
    """How a heading or a cell was understood that could have meant something else."""

    code: str
    about: Annotated[str, Field(description="the heading or cell")]
    message: str
    message_zh: str


class ProjectRowOut(BaseModel):
    """A row with its place; `errors` say why it cannot be read."""

    place: str
    state: Literal["new", "changed", "unchanged", "unreadable"]
    project: dict[str, Any] | None
    project_id: UUID | None
    errors: list["RowErrorOut"]
    remarks: list[ReadingRemarkOut]


class RowErrorOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    field: str
    code: str
    message: str
    message_zh: str


class ProjectPreviewOut(BaseModel):
    """What a file would become. Nothing is recorded."""

    columns: Annotated[dict[str, str], Field(description="heading by field")]
    unused_headings: list[str]
    decimal: Annotated[Mark | None, Field(description="what stands before decimals; null where nothing says")]
    remarks: list[ReadingRemarkOut]
    counts: dict[str, int]
    rows: list[ProjectRowOut]


class ProjectsImportedOut(BaseModel):
    counts: dict[str, int]
    remarks: Annotated[list[ReadingRemarkOut], Field(description="of the file and of each row")]
    project_ids: list[UUID]


class ProjectExportQuery(In):
    format: Literal["xlsx", "csv"] = "xlsx"
    language: Literal["zh", "en"] = "zh"
