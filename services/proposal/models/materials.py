"""Selling material 销售材料: versions with an owner and a review date, and where they were used."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import StateMachine
from shared.language.reviewed import LIFE, Reviewed


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


class Material(Reviewed):
    """A version of a deck, case study, data sheet …; once published it never changes."""

    __tablename__ = "material"
    searched = ("key", "title", "title_zh", "summary", "tags")
    machine = StateMachine("material", LIFE)
    not_draft, review_due = MaterialIsNotDraft, MaterialReviewIsDue

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

    def unpublishable(self) -> Problem | None:
        return self.overdue() or (None if self.link or self.sha256 else NothingToShow(key=self.key))

    def refuse_unless_published(self) -> None:
        """Raises `MaterialNotPublished`."""
        if self.status != "published":
            raise MaterialNotPublished(number=self.number, key=self.key, status=self.status)


class MaterialUse(Resource):
    """That a version was shown in an opportunity."""

    __tablename__ = "material_use"

    material_id: Mapped[UUID] = mapped_column(sa.ForeignKey("material.id"), index=True)
    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    used_on: Mapped[date]
    note: Mapped[str | None]
