"""Finding things by words, over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.insights.domain.search_entries import COLLECTIONS, Kind, snippet
from services.insights.schemas.work import WorkOpportunityOut
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.validation import Line


class SearchFor(BaseModel):
    """What is looked for: all words of `q`, each as the beginning of a word, Chinese and English."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[Line, Field(max_length=200, description="words, or beginnings of words, in any order")]
    kind: Several[Kind] = None
    opportunity_id: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200, description="how many at most")] = 50
    cursor: Annotated[str | None, Field(max_length=400, description="next_cursor of the page before")] = None


class SnippetOut(BaseModel):
    field: Annotated[str, Field(description="where the words are: code, title, title_zh, body")]
    text: str
    hits: Annotated[list[tuple[int, int]], Field(description="first character of each hit, and the one after it")]


class FoundOut(BaseModel):
    """Something that the words are in."""

    kind: Kind
    id: UUID
    code: str | None
    title: str
    title_zh: str
    snippet: SnippetOut | None
    opportunity: Annotated[WorkOpportunityOut | None, Field(description="null for what is of no opportunity")]
    path: Annotated[str, Field(description="of the resource")]
    changed_at: Annotated[datetime, Field(description="when it was told last")]

    @classmethod
    def of(cls, row: Any, q: str) -> Self:
        """A row of `queries.search`."""
        texts = {"title": row.title, "title_zh": row.title_zh, "body": row.body, "code": row.code}
        hit = snippet(texts, q)
        about = None
        if row.opportunity_id != NO_OPPORTUNITY:
            about = WorkOpportunityOut(id=row.opportunity_id, code=row.opportunity_code, title=row.opportunity_title)
        return cls(
            kind=row.kind,
            id=row.id,
            code=row.code,
            title=row.title,
            title_zh=row.title_zh or row.title,
            snippet=SnippetOut(field=hit.field, text=hit.text, hits=hit.hits) if hit else None,
            opportunity=about,
            path=f"/v1/{COLLECTIONS[Kind(row.kind)]}/{row.id}",
            changed_at=row.at,
        )


class AlsoOut(BaseModel):
    """What is searched where it is kept."""

    kind: Literal["contact"]
    path: Annotated[str, Field(description="asks there for the same words")]

    @classmethod
    def of(cls, query: SearchFor, caller: Principal) -> list[Self]:
        """Contacts, for who may read them, unless things of some kind or opportunity are looked for."""
        if query.kind or query.opportunity_id or not caller.may("contacts:read"):
            return []
        return [cls(kind="contact", path=f"/v1/contacts?{urlencode({'q': query.q})}")]


class FoundPage(BaseModel):
    """What was found: what has the words in its title as they were given first, then the newest first."""

    items: list[FoundOut]
    next_cursor: str | None
    also: Annotated[list[AlsoOut], Field(description="where else to look: persons at the client are not found here")]
