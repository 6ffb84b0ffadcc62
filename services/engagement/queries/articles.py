"""Articles, and which of them fit a support request."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.relevance import relevance
from services.engagement.models.articles import Article
from services.engagement.models.support import SupportRequest
from services.engagement.schemas.articles import ArticleQuery, SuggestedArticle, SuggestionsOut
from shared.kernel.pages import Slice, paginate
from shared.kernel.words import tokens
from shared.language.business_day import today

_MOST_WORDS = 64
_MOST_LOOKED_AT = 200
_MOST_SUGGESTED = 10
_WORDS_SHOWN = 8


async def articles(session: AsyncSession, query: ArticleQuery) -> Slice[Article]:
    """One page of articles."""
    statement = sa.select(Article)
    if query.tag:
        statement = statement.where(Article.tags.contains([query.tag]))
    if query.stale is not None:
        is_stale = (Article.status == "published") & (Article.review_on < today(session))
        statement = statement.where(is_stale if query.stale else ~is_stale)
    return await paginate(session, Article, query, statement)


async def suggested(session: AsyncSession, request: SupportRequest) -> SuggestionsOut:
    """Published articles that share words with a request, the most relevant first; stale ones say so."""
    skills = [skill["name"] for skill in request.skills]
    words = list(dict.fromkeys(tokens(" ".join([request.title, *skills, request.description]))))[:_MOST_WORDS]
    if not words:
        return SuggestionsOut(articles=[])
    published = sa.select(Article).where(Article.status == "published")
    any_word = sa.cast(" | ".join(f"'{word}'" for word in words), TSQUERY)
    column = Article.__table__.c.search
    most_words_first = (sa.func.ts_rank(column, any_word).desc(), Article.published_at.desc())
    having = published.where(column.op("@@")(any_word)).order_by(*most_words_first)
    rows = (await session.scalars(having.limit(_MOST_LOOKED_AT))).all()
    number = await session.scalar(sa.select(sa.func.count()).select_from(published.subquery()))
    found = relevance(words, [tokens(_text(row)) for row in rows], of=number)
    best = sorted(zip(rows, found, strict=True), key=lambda one: (-one[1].score, one[0].key))
    return SuggestionsOut(
        articles=[
            SuggestedArticle(
                id=row.id,
                key=row.key,
                number=row.number,
                title=row.title,
                title_zh=row.title_zh,
                score=round(fit.score, 4),
                words=list(fit.words)[:_WORDS_SHOWN],
                is_stale=row.is_stale,
                stale_reason=row.stale_reason,
            )
            for row, fit in best[:_MOST_SUGGESTED]
        ]
    )


def _text(row: Article) -> str:
    return " ".join(part for part in (row.title, row.title_zh, row.body, row.body_zh, *row.tags) if part)
