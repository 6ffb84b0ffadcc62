"""What a basis proposes and a person may decide otherwise: risks and their measures."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column


class Proposed:
    """Mixin of a row that newer bases bring up to date, but for the fields that persons set."""

    id: Mapped[UUID]
    origin: Mapped[str]
    """rule, concern, person."""
    basis_order: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Order of the newest basis that proposed it; 0 for a person's."""
    is_proposed: Mapped[bool] = mapped_column(default=True)
    """Whether the newest basis gives cause for it; a person's needs no cause."""
    decided: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    """Fields that a person set: no baseline overwrites them."""

    def take_over(self, columns: dict[str, Any], order: int) -> None:
        """What a basis proposes, but for what a person decided. An older basis changes nothing."""
        if order < self.basis_order:
            return
        self.basis_order = order
        for name, value in columns.items():
            if name not in self.decided and getattr(self, name) != value:
                setattr(self, name, value)

    def decide(self, changes: dict[str, Any]) -> None:
        """Set fields to what a person says."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.decided = sorted({*self.decided, *changes})
