"""What a proposal says, to the byte, and the documents made of it."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import TENANT, Base, Resource


class Content(Base):
    """What a proposal says, as the canonical bytes that its hash is of, and beside it what it costs us.

    Never edited: a trigger refuses UPDATE and DELETE.
    """

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
    template_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("template.id"))
    """The tenant's own template that it was made on; None for the shipped one."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "proposal_id", "language", "media_type", "engine"),)
