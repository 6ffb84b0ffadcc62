"""What a proposal says, to the byte, and the documents made of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, AppendOnly, Base, Resource
from shared.kernel.clock import now
from shared.kernel.problems import Problem

Wanted = Literal["waiting", "rendering", "rendered", "failed", "superseded"]


class DocumentFailed(Problem):
    status = 422
    title = ("The document cannot be made", "无法生成文档")
    en = "The content does not go into the template: {why}"
    zh = "内容无法套用模板：{why_zh}"

    def members(self) -> Mapping[str, Any]:
        return {"diagnostics": self.facts["diagnostics"]}


class Content(AppendOnly, Base):
    """What a proposal says, as the canonical bytes that its hash is of, and beside it what it costs us."""

    __tablename__ = "proposal_content"

    proposal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("proposal.id"), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(server_default=TENANT)
    content: Mapped[bytes]
    internal_figures: Mapped[dict[str, Any]]


class Document(Resource):
    """A rendered document; its bytes are in the store under their hash."""

    __tablename__ = "document"

    opportunity_id: Mapped[UUID]
    proposal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("proposal.id"), index=True)
    language: Mapped[str]
    media_type: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    pages: Mapped[int]
    content_hash: Mapped[str]
    engine: Mapped[str]
    """What made it: engine, templates and fonts, so that it can be made again to the byte."""
    template_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("template.id", name="fk_document_template_id_template")
    )
    """The tenant's own template that it was made on; None for the shipped one."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "proposal_id", "language", "media_type", "engine"),)


class WantedDocument(Base):
    """A document that its draft, or somebody, wants: waiting for its moment, being made, made, or why not."""

    __tablename__ = "wanted_document"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The document's, unless what makes it is another by then."""
    tenant_id: Mapped[str] = mapped_column(server_default=TENANT)
    opportunity_id: Mapped[UUID]
    proposal_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("proposal.id", name="fk_wanted_document_proposal_id_proposal"), index=True
    )
    language: Mapped[str]
    media_type: Mapped[str]
    template_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("template.id", name="fk_wanted_document_template_id_template")
    )
    status: Mapped[str] = mapped_column(default="waiting")
    is_asked: Mapped[bool] = mapped_column(default=False)
    """Somebody waits for it: it is made though its proposal is superseded, and its failure is told at once."""
    wanted_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[dict[str, Any] | None]
    """The problem that it met last: `code`, `message`, `message_zh` and `facts`."""
    document_id: Mapped[UUID | None]
