"""Selling material 销售材料: versions with an owner and a review date, and where they were used."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, Reason, StateMachine, Transition
from shared.language.business_day import today_for


class MaterialIsNotDraft(Problem):
    status = 409
    title = ("A published version never changes", "已发布版本不可修改")
    en = "Version {number} of {key} is {status}; draft a new version of it."
    zh = "{key} 第 {number} 版状态为 {status}，请新建版本。"


class MaterialReviewIsDue(Problem):
    status = 409
    title = ("The review date has passed", "复核日期已过")
    en = "The review of {key} is due on {day}; name a later day first."
    zh = "{key} 的复核日期为 {day}，请先指定更晚的日期。"


class NothingToShow(Problem):
    status = 409
    title = ("There is nothing to show", "没有可展示的内容")
    en = "{key} has neither a file nor a link; add one, then publish it."
    zh = "{key} 既无文件也无链接，请先补充再发布。"


class MaterialNotPublished(Problem):
    status = 409
    title = ("Only published material is used", "仅可使用已发布的材料")
    en = "Version {number} of {key} is {status}."
    zh = "{key} 第 {number} 版状态为 {status}。"


class Material(Searched, Resource):
    """A version of a deck, case study, data sheet …; once published it never changes."""

    __tablename__ = "material"
    searched = ("key", "title", "title_zh", "summary", "tags")

    key: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str | None]
    title_zh: Mapped[str | None]
    summary: Mapped[str | None]
    tags: Mapped[list[Any]]
    is_for_clients: Mapped[bool]
    """Whether it may leave the house."""
    link: Mapped[str | None]
    file_name: Mapped[str | None]
    media_type: Mapped[str | None]
    size_bytes: Mapped[int | None]
    sha256: Mapped[str | None]
    owner: Mapped[str]
    review_on: Mapped[date]
    reviewed_at: Mapped[datetime | None]
    stale_since: Mapped[datetime | None]
    """When it was told that its review was overdue."""
    status: Mapped[str]
    published_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "key", "number"),
        sa.Index(
            "uq_material_published", "tenant_id", "key", unique=True, postgresql_where=sa.text("status = 'published'")
        ),
        search_index("material"),
    )

    machine = StateMachine(
        "material",
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
        """Why it should not be shown without a look."""
        if not self.is_stale:
            return None
        return Reason(
            code="review_overdue",
            message=f"Its review was due on {self.review_on}; {self.owner} has not confirmed it since.",
            message_zh=f"应于 {self.review_on} 前复核，{self.owner} 尚未确认。",
        )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        unpublishable = self._unpublishable()
        return self.machine.allowed(
            self.status,
            {"publish": unpublishable} if unpublishable else None,
            instead={"change": self._not_draft()},
        )

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, `MaterialReviewIsDue`, `NothingToShow`."""
        status = self.machine.next(self.status, action)
        problem = self._due() if action == "review" else self._unpublishable() if action == "publish" else None
        if problem:
            raise problem
        self.status = status

    def refuse_unless_draft(self) -> None:
        """Raises `MaterialIsNotDraft`."""
        if self.status != "draft":
            raise self._not_draft()

    def refuse_unless_published(self) -> None:
        """Raises `MaterialNotPublished`."""
        if self.status != "published":
            raise MaterialNotPublished(number=self.number, key=self.key, status=self.status)

    def _not_draft(self) -> MaterialIsNotDraft:
        return MaterialIsNotDraft(number=self.number, key=self.key, status=self.status)

    def _due(self) -> Problem | None:
        return MaterialReviewIsDue(key=self.key, day=self.review_on) if self.review_on <= today_for(self) else None

    def _unpublishable(self) -> Problem | None:
        return self._due() or (None if self.link or self.sha256 else NothingToShow(key=self.key))


class MaterialUse(Resource):
    """That a version was shown in an opportunity."""

    __tablename__ = "material_use"

    material_id: Mapped[UUID] = mapped_column(sa.ForeignKey("material.id"), index=True)
    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    used_on: Mapped[date]
    note: Mapped[str | None]
