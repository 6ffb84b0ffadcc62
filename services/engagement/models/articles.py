"""Knowledge 知识库: articles with an owner and a day by which somebody must look at them again."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from shared.kernel.auth import refusal_unless_owed
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, Reason, StateMachine, Transition
from shared.language.business_day import today_for


class ArticleIsNotDraft(Problem):
    status = 409
    title = ("A published version never changes", "已发布版本不可修改")
    en = "Version {number} of {key} is {status}; draft a new version of it."
    zh = "{key} 第 {number} 版状态为 {status}，请新建版本。"


class ReviewIsDue(Problem):
    status = 409
    title = ("The review date has passed", "复核日期已过")
    en = "The review of {key} is due on {day}; name a later day first."
    zh = "{key} 的复核日期为 {day}，请先指定更晚的日期。"


class Article(Searched, Resource):
    """A version of an article, in Chinese, English or both; once published it never changes."""

    __tablename__ = "article"
    searched = ("key", "title", "title_zh", "body", "body_zh", "tags")

    key: Mapped[str]
    number: Mapped[int]
    title: Mapped[str | None]
    title_zh: Mapped[str | None]
    body: Mapped[str | None]
    """Markdown."""
    body_zh: Mapped[str | None]
    tags: Mapped[list[Any]]
    owner: Mapped[str]
    review_on: Mapped[date]
    """The last day on which it may be relied on without being looked at again."""
    reviewed_at: Mapped[datetime | None]
    stale_since: Mapped[datetime | None]
    """When it was told that its review was overdue."""
    status: Mapped[str]
    published_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "key", "number"),
        sa.Index(
            "uq_article_published", "tenant_id", "key", unique=True, postgresql_where=sa.text("status = 'published'")
        ),
        search_index("article"),
    )

    machine = StateMachine(
        "article",
        (
            Transition("change", ("draft",), "draft"),
            Transition("publish", ("draft",), "published"),
            Transition("review", ("published",), "published"),
            Transition("retire", ("published",), "retired"),
        ),
    )

    @property
    def is_stale(self) -> bool:
        return self.status == "published" and self.review_on < today_for(self)

    @property
    def stale_reason(self) -> Reason | None:
        """Why it should not be relied on without a look."""
        if not self.is_stale:
            return None
        return Reason(
            code="review_overdue",
            message=f"Its review was due on {self.review_on}; {self.owner} has not confirmed it since.",
            message_zh=f"应于 {self.review_on} 前复核，{self.owner} 尚未确认。",
        )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        blocked: dict[str, Problem] = {"publish": self._due()} if self.review_on <= today_for(self) else {}
        if others := self._others():
            blocked["review"] = others
        return self.machine.allowed(self.status, blocked, instead={"change": self._unchangeable()})

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, `OnlyTheOwner`, `ReviewIsDue` (stale at once)."""
        status = self.machine.next(self.status, action)
        others = self._others()
        if action == "review" and others:
            raise others
        if action in {"publish", "review"} and self.review_on <= today_for(self):
            raise self._due()
        self.status = status

    def _others(self) -> Problem | None:
        return refusal_unless_owed("articles:write", self.key, self.owner)

    def _due(self) -> Problem:
        return ReviewIsDue(key=self.key, day=self.review_on)

    def refuse_unless_draft(self) -> None:
        """Raises `ArticleIsNotDraft`."""
        if self.status != "draft":
            raise self._unchangeable()

    def _unchangeable(self) -> ArticleIsNotDraft:
        return ArticleIsNotDraft(number=self.number, key=self.key, status=self.status)
