"""What changes articles; an overdue review is told."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.telling_support import tell_lapsed_article
from services.engagement.models.articles import Article
from services.engagement.queries.colleagues import person_of_ours
from services.engagement.schemas.articles import ArticleIn, ArticlePatch
from shared.kernel.clock import now
from shared.kernel.db import context_of, load
from shared.kernel.timers import clear_timer, set_timer
from shared.kernel.validation import whole
from shared.language.business_day import end_of_day

DUE = "article-review-due"
"""Kind of timer."""


async def draft_article(session: AsyncSession, wish: ArticleIn) -> Article:
    """The next version of an article. Raises as `person_of_ours`."""
    owner = await person_of_ours(session, wish.owner or context_of(session).actor)
    last = await session.scalar(sa.select(sa.func.max(Article.number)).where(Article.key == wish.key))
    article = Article(
        **{**wish.model_dump(), "owner": owner},
        number=(last or 0) + 1,
        status="draft",
    )
    session.add(article)
    await session.flush()
    return article


async def change_article(session: AsyncSession, article_id: UUID, patch: ArticlePatch, *, version: int) -> Article:
    """Raises `ArticleIsNotDraft`."""
    article = await load(session, Article, article_id, version=version)
    article.refuse_unless_draft()
    changes = patch.changes()
    if "owner" in changes:
        changes["owner"] = await person_of_ours(session, changes["owner"])
    whole(ArticleIn, {**{name: getattr(article, name) for name in ArticleIn.model_fields}, **changes})
    for name, value in changes.items():
        setattr(article, name, value)
    await session.flush()
    return article


async def publish_article(session: AsyncSession, article_id: UUID, *, version: int) -> Article:
    """From now on this version counts: the one before is retired. Raises `ReviewIsDue`."""
    article = await load(session, Article, article_id, version=version)
    before = sa.select(Article).where(Article.key == article.key, Article.status == "published")
    for old in (await session.scalars(before.with_for_update())).all():
        await retire_article(session, old.id, version=old.version)
    article.act("publish")
    article.published_at = now()
    await _watch(session, article)
    return article


async def review_article(session: AsyncSession, article_id: UUID, review_on: date, *, version: int) -> Article:
    """Somebody looked at it: it holds until the next day named. Raises `ReviewIsDue`."""
    article = await load(session, Article, article_id, version=version)
    article.review_on = review_on
    article.act("review")
    article.reviewed_at, article.stale_since = now(), None
    await _watch(session, article)
    return article


async def retire_article(session: AsyncSession, article_id: UUID, *, version: int) -> Article:
    """Nobody is shown it any more."""
    article = await load(session, Article, article_id, version=version)
    article.act("retire")
    await clear_timer(session, DUE, article.id)
    await session.flush()
    return article


async def note_stale(session: AsyncSession, article_id: UUID, at: datetime) -> None:
    """Say, once for each review date, that nobody has looked at it."""
    article = await session.get(Article, article_id, with_for_update=True)
    if article and article.status == "published" and article.stale_since is None:
        article.stale_since = at
        await tell_lapsed_article(session, article)


async def _watch(session: AsyncSession, article: Article) -> None:
    """It is stale when its review date is over where we work."""
    await set_timer(session, DUE, article.id, end_of_day(session, article.review_on))
    await session.flush()


async def watch_articles(session: AsyncSession) -> None:
    """Days end at another moment: so do the reviews that are still in time."""
    relied_on = sa.select(Article).where(Article.status == "published", Article.stale_since.is_(None))
    for article in await session.scalars(relied_on.order_by(Article.id)):
        await _watch(session, article)
