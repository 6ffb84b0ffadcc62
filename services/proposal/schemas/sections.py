"""Sections of proposals over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.proposal.schemas.fields import Code, TitleIn, WordsIn, WordsOut
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Patch

Position = Annotated[int, Field(ge=0, le=100_000, description="sections are read in this order")]


class ProposalSectionIn(In):
    """A section of one's own, beside those that every proposal has."""

    opportunity_id: UUID
    code: Code
    owner: Line | None = None
    position: Position = 10_000
    title: TitleIn
    text: WordsIn = WordsIn()


class ProposalSectionPatch(Patch, of=ProposalSectionIn, without={"opportunity_id", "code"}):
    owner: Line = KEEP
    is_shown: bool = KEEP
    text: Annotated[WordsIn, Field(description="figures as {{price_incl_tax}}: `GET /v1/proposals/{id}/figures`")] = (
        KEEP
    )


class GapOut(BaseModel):
    """Something that a section lacks; one that is blocking keeps the proposal from review and client."""

    model_config = ConfigDict(from_attributes=True)

    section: str
    code: str
    is_blocking: bool
    message: str
    message_zh: str


class ProposalSectionItem(ResourceOut):
    """A section in a list; its text and gaps are at its own address."""

    opportunity_id: UUID
    code: str
    name: str
    name_zh: str
    owner: str
    status: str
    position: int
    is_shown: bool
    title: WordsOut
    is_settled: Annotated[bool, Field(description="whether something was finished, which counts in proposals")]
    allowed_actions: list[AllowedAction]


class ProposalSectionOut(ProposalSectionItem):
    text: WordsOut
    gaps: Annotated[list[GapOut], Field(description="what the newest proposal lacks here")]
    loose_figures: Annotated[list[str], Field(description="figures as typed that the newest proposal does not say")]


class ProposalSectionQuery(PageQuery):
    sortable = ("created_at", "updated_at", "position")

    sort: Annotated[str, Field(max_length=40, description="a field; - before it for descending")] = "position"
    opportunity_id: Several[UUID] = None
    code: str | None = None
    owner: SeveralNames = None
    status: Several[Literal["open", "drafting", "finished"]] = None


class FigureOut(BaseModel):
    """A figure that texts can name, as the documents write it."""

    name: str
    en: str
    zh: str


class FiguresOut(BaseModel):
    items: list[FigureOut]
