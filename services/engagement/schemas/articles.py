"""Articles over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from services.engagement.schemas.fields import PlannedDay
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction, Reason
from shared.kernel.validation import KEEP, In, Line, Patch, rule

NO_LANGUAGE = rule(
    "language_missing", "needs title and body, or title_zh and body_zh", "须填写 title 与 body，或 title_zh 与 body_zh"
)
NUL = rule("nul_character", "must not hold a NUL character", "不得包含 NUL 字符")


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError(NUL)
    return text


Markdown = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100_000), AfterValidator(_storable)
]
Tags = Annotated[list[Annotated[Line, Field(max_length=60)]], Field(max_length=30)]


class ArticleIn(In):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="the same for all versions")]
    title: Line | None = None
    title_zh: Line | None = None
    body: Annotated[Markdown | None, Field(description="Markdown")] = None
    body_zh: Markdown | None = None
    tags: Tags = []
    owner: Annotated[Line | None, Field(description="you, when left out")] = None
    review_on: Annotated[PlannedDay, Field(description="the day by which somebody must look at it again")]

    @model_validator(mode="after")
    def _in_a_language(self) -> Self:
        pairs = ((self.title, self.body), (self.title_zh, self.body_zh))
        if any((title is None) != (body is None) for title, body in pairs) or all(
            pair == (None, None) for pair in pairs
        ):
            raise ValueError(NO_LANGUAGE)
        return self


class ArticlePatch(Patch, of=ArticleIn, without={"key"}):
    owner: Line = KEEP


class ReviewIn(In):
    review_on: Annotated[PlannedDay, Field(description="the next day by which somebody must look at it again")]


class ArticleItem(ResourceOut):
    """A version of an article in a list; its text is at its own address."""

    key: str
    number: int
    title: str | None
    title_zh: str | None
    tags: list[str]
    owner: str
    review_on: date
    reviewed_at: datetime | None
    is_stale: Annotated[bool, Field(description="published, and its review is overdue")]
    stale_reason: Reason | None
    stale_since: datetime | None
    status: str
    published_at: datetime | None
    allowed_actions: list[AllowedAction]


class ArticleOut(ArticleItem):
    body: str | None
    body_zh: str | None


class ArticleQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "key", "review_on")

    key: str | None = None
    owner: SeveralNames = None
    status: Several[Literal["draft", "published", "retired"]] = None
    tag: Annotated[str | None, Field(max_length=60)] = None
    stale: bool | None = None


class SuggestedArticle(BaseModel):
    """An article that fits, and the words that made it so."""

    id: UUID
    key: str
    number: int
    title: str | None
    title_zh: str | None
    score: Annotated[float, Field(description="BM25")]
    words: Annotated[list[str], Field(description="what it shares with the request, the rarest first")]
    is_stale: bool
    stale_reason: Reason | None


class SuggestionsOut(BaseModel):
    articles: list[SuggestedArticle]
