"""Knowledge 知识库: articles with an owner and a day by which somebody must look at them again."""

from typing import Any

from sqlalchemy.orm import Mapped

from shared.kernel.auth import refusal_unless_owed
from shared.kernel.problems import Problem
from shared.kernel.states import StateMachine
from shared.language.reviewed import LIFE, Reviewed


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


class Article(Reviewed):
    """A version of an article, in Chinese, English or both; once published it never changes."""

    __tablename__ = "article"
    searched = ("key", "title", "title_zh", "body", "body_zh", "tags")
    machine = StateMachine("article", LIFE)
    not_draft, review_due = ArticleIsNotDraft, ReviewIsDue

    title: Mapped[str | None]
    title_zh: Mapped[str | None]
    body: Mapped[str | None]
    """Markdown."""
    body_zh: Mapped[str | None]
    tags: Mapped[list[Any]]

    def unreviewable(self) -> Problem | None:
        return refusal_unless_owed("articles:write", self.key, self.owner)
