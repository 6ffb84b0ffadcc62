"""What changes articles; an overdue review is told."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.publishing_support import publish_article_of, publish_lapsed_article
from services.engagement.models.articles import Article
from services.engagement.queries.colleagues import person_of_ours
from services.engagement.schemas.articles import ArticleIn, ArticlePatch
from shared.kernel.base import set_fields
from shared.kernel.db import context_of, load
from shared.kernel.timers import Due
from shared.kernel.validation import whole
from shared.language import reviewed
from shared.language.business_day import today
from shared.language.events.insights import LessonProposed
from shared.language.lessons import LessonKind

DUE = reviewed.due_timer(Article)
"""Kind of timer."""
_REVIEWED_AFTER = timedelta(days=182)
"""When an article that a lesson became is looked at again, unless somebody names another day."""


async def draft_article(session: AsyncSession, wish: ArticleIn) -> Article:
    """The next version of an article. Raises as `person_of_ours`."""
    owner = await person_of_ours(session, wish.owner or context_of(session).actor)
    return await reviewed.draft(session, Article(**{**wish.model_dump(), "owner": owner}))


async def draft_of_lesson(session: AsyncSession, told: LessonProposed) -> None:
    """Draft the article that a lesson is to become, once; who proposed it finishes it, and names its review date."""
    if told.kind != LessonKind.ARTICLE:
        return
    if await session.get(Article, told.lesson_id):
        return
    article = Article(
        id=told.lesson_id,
        key=f"lesson-{told.lesson_id.hex[:12]}",
        title=told.title,
        title_zh=told.title_zh,
        body=told.text,
        body_zh=told.text_zh,
        tags=[],
        owner=context_of(session).actor,
        review_on=today(session) + _REVIEWED_AFTER,
    )
    await publish_article_of(session, await reviewed.draft(session, article))


async def change_article(session: AsyncSession, article_id: UUID, patch: ArticlePatch, *, version: int) -> Article:
    """Raises `ArticleIsNotDraft`."""
    article = await load(session, Article, article_id, version=version)
    article.refuse_unless_draft()
    changes = patch.changes()
    if "owner" in changes:
        changes["owner"] = await person_of_ours(session, changes["owner"])
    whole(ArticleIn, changes, of=article)
    set_fields(article, changes)
    await session.flush()
    return article


async def publish_article(session: AsyncSession, article_id: UUID, *, version: int) -> Article:
    """From now on this version counts: the one before is retired. Raises `ReviewIsDue`."""
    return await reviewed.publish_version(session, Article, article_id, version=version, told=publish_article_of)


async def review_article(session: AsyncSession, article_id: UUID, review_on: date, *, version: int) -> Article:
    """Somebody looked at it: it holds until the next day named. Raises `OnlyTheOwner`, `ReviewIsDue`."""
    return await reviewed.review_version(
        session, Article, article_id, review_on, version=version, told=publish_article_of
    )


async def retire_article(session: AsyncSession, article_id: UUID, *, version: int) -> Article:
    """Nobody is shown it any more."""
    return await reviewed.retire_version(session, Article, article_id, version=version, told=publish_article_of)


async def note_stale(session: AsyncSession, due: Due) -> None:
    """Say, once for each review date, that nobody has looked at it."""
    if article := await reviewed.became_stale(session, Article, due.subject, due.at):
        await publish_lapsed_article(session, article)
