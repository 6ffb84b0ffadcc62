"""Templates of a tenant for its documents: versions, of which one counts."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Resource
from shared.problems import Problem
from shared.states import AllowedAction, StateMachine, Transition


class TemplateRefused(Problem):
    status = 422
    title = ("The template cannot be used", "模板无法使用")
    en = "Tried on sample data it failed: {why}"
    zh = "以示例数据试用时失败：{why}"


class TemplateHarmful(Problem):
    status = 422
    title = ("The file is refused", "文件被拒绝")
    en = "{why}"
    zh = "{why_zh}"


class DocumentFailed(Problem):
    status = 422
    title = ("The document cannot be made", "无法生成文档")
    en = "The content does not go into the template: {why}"
    zh = "内容无法套用模板：{why}"


class Template(Resource):
    """A version of a template; it was tried on sample data before it was kept, and never changes."""

    __tablename__ = "template"

    kind: Mapped[str]
    """word."""
    number: Mapped[int]
    name: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    status: Mapped[str] = mapped_column(default="tried")
    activated_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "kind", "number"),
        sa.Index("uq_template_active", "tenant_id", "kind", unique=True, postgresql_where=sa.text("status = 'active'")),
    )

    machine = StateMachine(
        "template",
        (
            Transition("activate", ("tried", "retired"), "active"),
            Transition("retire", ("tried", "active"), "retired"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`."""
        self.status = self.machine.next(self.status, action)
