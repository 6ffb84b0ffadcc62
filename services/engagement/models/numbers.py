"""Numbers that people say: CLR-001, ADV-002."""

from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base


class EngagementCounter(Base):
    """The last number given in a sequence of human-readable codes."""

    __tablename__ = "engagement_counter"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
