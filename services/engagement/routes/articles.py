"""Articles 知识库: what the team knows, with an owner and a review date."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import articles as commands
from services.engagement.models.articles import Article
from services.engagement.queries import articles as queries
from services.engagement.schemas.articles import (
    ArticleIn,
    ArticleItem,
    ArticleOut,
    ArticlePatch,
    ArticleQuery,
    ReviewIn,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_of

router = APIRouter(prefix="/v1/articles", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("articles:read")]
Writer = Annotated[Principal, may("articles:write")]
Owner = Annotated[Principal, may("articles:own")]


@router.post("", status_code=201, response_model=ArticleOut, operation_id="draftArticle")
async def draft_article(wish: ArticleIn, session: Session, _caller: Writer) -> Article:
    """Draft the next version of the article `key`, in Chinese, English or both."""
    return await commands.draft_article(session, wish)


@router.get("", operation_id="listArticles")
async def list_articles(
    query: Annotated[ArticleQuery, Query()], session: Session, _caller: Reader
) -> Page[ArticleItem] | Page[ArticleOut]:
    """Articles, newest first; `q` looks for words in titles, bodies and tags, `stale=true` shows what is overdue."""
    return page_of(query, await queries.articles(session, query), ArticleItem, ArticleOut)


@router.get("/{article_id}", response_model=ArticleOut, operation_id="getArticle")
async def get_article(article_id: UUID, session: Session, _caller: Reader) -> Article:
    """One version of an article."""
    return await find(session, Article, article_id)


@router.patch("/{article_id}", response_model=ArticleOut, operation_id="changeArticle")
async def change_article(
    article_id: UUID, patch: ArticlePatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Article:
    """Change a draft (JSON merge patch)."""
    return await commands.change_article(session, article_id, patch, version=seen)


@router.post("/{article_id}/publish", response_model=ArticleOut, operation_id="publishArticle")
async def publish_article(article_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Article:
    """This version counts from now on and never changes; the one before is retired."""
    return await commands.publish_article(session, article_id, version=seen)


@router.post("/{article_id}/review", response_model=ArticleOut, operation_id="reviewArticle")
async def review_article(
    article_id: UUID, wish: ReviewIn, session: Session, seen: SeenVersion, _caller: Owner
) -> Article:
    """You looked at it and it still holds, until the next review date."""
    return await commands.review_article(session, article_id, wish.review_on, version=seen)


@router.post("/{article_id}/retire", response_model=ArticleOut, operation_id="retireArticle")
async def retire_article(article_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Article:
    """It is suggested to nobody any more."""
    return await commands.retire_article(session, article_id, version=seen)
