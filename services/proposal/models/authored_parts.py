"""What persons settled for an opportunity's proposals, each time: a history that is only added to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.domain.basis import Basis
from shared.kernel.base import TENANT, AppendOnly, Base
from shared.kernel.clock import now


class AuthoredPart(AppendOnly, Base):
    """A part as it was settled with an authored revision of its opportunity."""

    __tablename__ = "authored_part"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    facts: Mapped[dict[str, Any] | None]
    """None: dropped, so that the computed one counts again."""
    epoch: Mapped[int]
    """The baseline that it was made for; 0 for one that depends on none."""
    estimate_revision: Mapped[int]
    """The estimate that it was made for; 0 likewise."""
    settled_by: Mapped[str]
    settled_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def made_from(self) -> Basis:
        return Basis(self.epoch, self.estimate_revision)
