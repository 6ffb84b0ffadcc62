"""Templates of a tenant for its documents: versions, of which one counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.auth import CALLER, Principal
from shared.kernel.base import Resource
from shared.kernel.problems import Forbidden, Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class MayNotProgram(Forbidden):
    title = ("You may not run code here", "无权运行代码")
    en = (
        "A typst template is a program that the typesetter runs; to upload or activate one takes the permission"
        " `templates:program`, which administrators have; your roles are: {roles}."
    )
    zh = "Typst 模板是由排版程序执行的代码；上传或启用需要权限 `templates:program`（管理员具备）；您的角色为：{roles}。"


class TemplateRefused(Problem):
    status = 422
    title = ("The template cannot be used", "模板无法使用")
    en = "Tried on the sample {sample} ({language}) it failed: {why}"
    zh = "以示例数据 {sample}（{language}）试用时失败：{why_zh}"

    def members(self) -> Mapping[str, Any]:
        return {name: self.facts[name] for name in ("sample", "language", "diagnostics")}


class TemplateHarmful(Problem):
    status = 422
    title = ("The file is refused", "文件被拒绝")
    en = "{why}"
    zh = "{why_zh}"


class Template(Resource):
    """A version of a template; it was tried on sample data before it was kept, and never changes."""

    __tablename__ = "template"

    kind: Mapped[str]
    """word, typst."""
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
        refusal = self._program_of(CALLER.get())
        return self.machine.allowed(self.status, {"activate": refusal} if refusal else None)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`."""
        self.status = self.machine.next(self.status, action)

    def refuse_program_of(self, caller: Principal) -> None:
        """Raises `MayNotProgram`."""
        if refusal := self._program_of(caller):
            raise refusal

    def _program_of(self, caller: Principal | None) -> MayNotProgram | None:
        is_barred = self.kind == "typst" and caller is not None and not caller.may("templates:program")
        return MayNotProgram(roles=", ".join(caller.roles) or "none") if caller and is_barred else None
