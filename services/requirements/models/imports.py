"""Files that clients sent, what was read of them, and the work that takes a while."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.requirements.models.guards import Guarded, InOpportunity
from shared.kernel.base import TENANT, Base
from shared.kernel.problems import Problem
from shared.kernel.states import StateMachine, Transition


class NothingToImport(Problem):
    status = 409
    title = ("Nothing to import", "没有可导入的内容")
    en = "{name} has no row that would become or change a requirement."
    zh = "{name} 中没有可新增或更新需求的行。"


class UnreadableRows(Problem):
    status = 409
    title = ("Some rows cannot be read", "部分行无法读取")
    en = "{count} rows cannot be read, first {places}: mend the file or the columns, or leave them out."
    zh = "有 {count} 行无法读取，首先是 {places}：请修正文件或列映射，或选择跳过这些行。"


class Import(InOpportunity):
    """A client's file and what it would become; nothing is a requirement before it is committed."""

    __tablename__ = "import"

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    file_name: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    format: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="reading")
    columns: Mapped[list[Any]]
    """For each table: table, heading_row, headings, columns (position by field), is_guessed."""
    counts: Mapped[dict[str, Any]]
    """Rows by state: new, changed, unchanged, unreadable, skipped."""
    remarks: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """Guesses, and what was left out: code, table, count, message, message_zh."""
    priority_scale: Mapped[str | None]
    """The agreed scale of priorities that are numbers, from the lowest to the highest: `1-9`."""
    refused: Mapped[dict[str, Any] | None]
    """Why the file was not read: code, message, message_zh."""
    same_as: Mapped[UUID | None]
    """An earlier import of the same content into the same opportunity."""
    operation_id: Mapped[UUID | None]
    committed_at: Mapped[datetime | None]

    machine = StateMachine(
        "import",
        (
            Transition("map", ("preview",), "preview"),
            Transition("change_rows", ("preview",), "preview"),
            Transition("commit", ("preview",), "committed"),
            Transition("discard", ("preview", "failed"), "discarded"),
        ),
    )

    @property
    def nothing(self) -> Problem | None:
        """Why there is nothing to commit."""
        wanted = self.counts.get("new", 0) + self.counts.get("changed", 0)
        return None if wanted else NothingToImport(name=self.file_name)

    def refusals(self) -> Mapping[str, Problem]:
        blocked = self.nothing if self.status == "preview" else None
        return {"commit": blocked} if blocked else {}


class ImportSource(Base):
    """The file until it is read, and then what was read of it: for reading it again with other columns."""

    __tablename__ = "import_source"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    file: Mapped[bytes | None]
    document: Mapped[bytes | None]
    """JSON, deflated."""


class ImportRow(Base):
    """A row of a preview."""

    __tablename__ = "import_row"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str]
    state: Mapped[str]
    """new, changed, unchanged, unreadable, skipped."""
    wish: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None]
    reason_zh: Mapped[str | None]
    notes: Mapped[list[Any]]
    notes_zh: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    left_out: Mapped[str | None]
    """Why reading skipped it: contents, placeholder, quotation, instruction, data_sheet, lead_in, no_demand."""
    suggested: Mapped[list[Any]]
    """Fields that the row does not say, but the words suggest."""
    requirement_id: Mapped[UUID | None]
    """The requirement that it changes, or became."""


class Operation(Guarded):
    """Work that takes longer than a caller would wait."""

    __tablename__ = "operation"

    kind: Mapped[str]
    subject: Mapped[UUID]
    status: Mapped[str] = mapped_column(default="queued")
    """queued, running, done, failed."""
    progress: Mapped[float] = mapped_column(default=0.0)
    result: Mapped[str | None]
    problem: Mapped[dict[str, Any] | None]
    options: Mapped[dict[str, Any]]
    finished_at: Mapped[datetime | None]

    machine = StateMachine("operation", ())
