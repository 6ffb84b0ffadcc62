"""Technical solutions over HTTP."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.proposal.schemas.wording import Wording
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Patch, rule

CODE_TWICE = rule("duplicate_code", "is there twice", "编码重复")
NO_SUCH_CRITERION = rule("unknown_criterion", "scores must name each criterion once", "评分须与各准则一一对应")
NO_SUCH_OPTION = rule("unknown_option", "must be the code of an option", "必须是选项的编码")
NO_SUCH_COMPONENT = rule("unknown_component", "must name components that there are", "必须是已有组件的编码")

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"), Field(examples=["api"])]
RequirementCode = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f]{1,60}$")]
Phase = Literal["requirements", "design", "build", "test", "deployment", "warranty"]


def _distinct(codes: Iterable[str]) -> None:
    named = list(codes)
    if len(set(named)) < len(named):
        raise ValueError(CODE_TWICE)


class CriterionIn(In):
    code: Code
    name: Wording
    weight: Annotated[float, Field(ge=0.001, le=1000, allow_inf_nan=False)]


class OptionIn(In):
    code: Code
    name: Wording
    description: Wording | None = None
    scores: dict[Code, Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)]]


class DecisionIn(In):
    """How one of several ways is chosen: options scored 0 … 5 against weighted criteria."""

    question: Wording
    criteria: Annotated[list[CriterionIn], Field(min_length=1, max_length=20)]
    options: Annotated[list[OptionIn], Field(min_length=2, max_length=12)]
    chosen: Code | None = None
    reasons: Annotated[Wording | None, Field(description="why; a solution is decided with them only")] = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _distinct(one.code for one in self.criteria)
        _distinct(one.code for one in self.options)
        if any(option.scores.keys() != {one.code for one in self.criteria} for option in self.options):
            raise ValueError(NO_SUCH_CRITERION)
        if self.chosen is not None and self.chosen not in {one.code for one in self.options}:
            raise ValueError(NO_SUCH_OPTION)
        return self


class ComponentIn(In):
    code: Code
    name: Wording
    kind: Literal["application", "service", "data_store", "interface", "device", "platform", "external"]
    layer: Annotated[Wording | None, Field(description="components of one layer are drawn side by side")] = None
    description: Wording | None = None
    technology: Line | None = None
    requirement_codes: Annotated[list[RequirementCode], Field(max_length=2000)] = []


class ConnectionIn(In):
    code: Code
    source: Code
    target: Code
    name: Wording | None = None
    protocol: Line | None = None
    data: Wording | None = None


class DiagramIn(In):
    code: Code
    name: Wording
    kind: Literal["context", "logical", "deployment", "data_flow"]
    component_codes: Annotated[list[Code], Field(min_length=1, max_length=60)]


class ToolIn(In):
    name: Line
    version: Line | None = None
    purpose: Wording | None = None


class StandardIn(In):
    code: Annotated[Line, Field(examples=["GB/T 22239-2019"])]
    name: Wording
    applies_to: Wording | None = None


class StepIn(In):
    name: Wording
    phase: Phase | None = None
    description: Wording | None = None


class DeliverableIn(In):
    code: Code
    name: Wording
    phase: Phase | None = None
    acceptance: Wording | None = None


Many = Field(max_length=200)


class SolutionParts(In):
    """The chapters of a solution."""

    summary: Wording | None = None
    objectives: Annotated[list[Wording], Many] = []
    scope: Wording | None = None
    decisions: Annotated[list[DecisionIn], Field(max_length=20)] = []
    components: Annotated[list[ComponentIn], Many] = []
    connections: Annotated[list[ConnectionIn], Field(max_length=400)] = []
    diagrams: Annotated[list[DiagramIn], Field(max_length=12)] = []
    tools: Annotated[list[ToolIn], Many] = []
    standards: Annotated[list[StandardIn], Many] = []
    steps: Annotated[list[StepIn], Many] = []
    assumptions: Annotated[list[Wording], Many] = []
    exclusions: Annotated[list[Wording], Many] = []
    deliverables: Annotated[list[DeliverableIn], Many] = []

    @model_validator(mode="after")
    def _connected(self) -> Self:
        for parts in (self.components, self.connections, self.diagrams, self.deliverables):
            _distinct(part.code for part in parts)
        known = {one.code for one in self.components}
        named = [end for one in self.connections for end in (one.source, one.target)]
        named += [code for one in self.diagrams for code in one.component_codes]
        if set(named) - known:
            raise ValueError(NO_SUCH_COMPONENT)
        return self


class SolutionIn(SolutionParts):
    opportunity_id: UUID


class SolutionPatch(Patch, of=SolutionIn, without={"opportunity_id"}):
    pass


class SolutionItem(ResourceOut):
    """A solution in a list; its chapters are at its own address."""

    opportunity_id: UUID
    status: str
    epoch: Annotated[int, Field(description="the baseline that it was decided for; 0 before")]
    decided_by: str | None
    allowed_actions: list[AllowedAction]


class SolutionOut(SolutionParts, SolutionItem):
    @model_validator(mode="before")
    @classmethod
    def _flat(cls, row: Any) -> Any:
        if isinstance(row, cls):
            return row
        own = SolutionItem.model_fields.keys()
        return {**row.design, **{name: getattr(row, name) for name in own}}


class SolutionQuery(PageQuery):
    opportunity_id: Several[UUID] = None
    status: Several[Literal["draft", "decided"]] = None


class ScoresOut(BaseModel):
    """A decision's options by weighted score, 0 … 1, the best first."""

    question: Wording
    scores: dict[str, float]
    best: str
    chosen: str | None
    is_firm: Annotated[bool, Field(description="the best stays so when any one criterion counts half or twice")]


class TraceRow(BaseModel):
    requirement_code: str
    title: str
    component_codes: list[str]


class TraceOut(BaseModel):
    """Requirement → component, and what does not fit together."""

    baseline_number: int | None
    coverage: Annotated[float, Field(description="share of the requirements to be delivered that are met")]
    items: list[TraceRow]
    unmet: Annotated[list[str], Field(description="requirements that no component meets")]
    idle: Annotated[list[str], Field(description="components that meet no requirement")]
    unknown: Annotated[list[str], Field(description="codes that components name and the baseline does not deliver")]


class ChapterOut(BaseModel):
    chapter: str
    is_complete: bool
    missing: list[str]
    missing_zh: list[str]


class CompletenessOut(BaseModel):
    share: Annotated[float, Field(description="complete chapters ÷ all")]
    chapters: list[ChapterOut]
