"""What was made from a baseline is suspect where a requirement has moved on since, until the next baseline.

The requirements service says, with each change, which approved baseline it outdates; whoever made something from that
baseline keeps it here and shows it. Freshness is another matter: what is suspect is still the newest there is.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

from shared.db import TENANT, Base
from shared.events.requirements import RequirementRecorded

_REASONS = {
    "changed": ("{code} has changed since the baseline.", "{code} 在基线之后已变更。"),
    "withdrawn": ("{code} was withdrawn after the baseline.", "{code} 在基线之后已撤回。"),
}


class Suspect(Base):
    """A requirement that is ahead of the approved baseline of an epoch."""

    __tablename__ = "suspect"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    requirement_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]


class SuspectOut(BaseModel):
    """A requirement that moved on since the baseline that this was made from."""

    model_config = ConfigDict(from_attributes=True)

    requirement_id: UUID
    requirement_code: str
    title: str
    reason: str
    reason_zh: str


class Suspected:
    """Mixin of a resource that was made from the baseline of its `epoch`: `suspects` is read with it."""

    opportunity_id: Mapped[UUID]
    epoch: Mapped[int]

    @declared_attr
    def marks(cls) -> Mapped[list[Suspect]]:  # noqa: N805
        return relationship(
            Suspect,
            primaryjoin=lambda: sa.and_(
                foreign(Suspect.opportunity_id) == cls.opportunity_id, foreign(Suspect.epoch) == cls.epoch
            ),
            viewonly=True,
            uselist=True,
            lazy="selectin",
            order_by=Suspect.code,
        )

    @property
    def suspects(self) -> list[dict[str, Any]]:
        """As `SuspectOut`; empty for what was made just now, of which nothing was read."""
        if "marks" in sa.inspect(self).unloaded:
            return []
        return [
            {
                "requirement_id": mark.requirement_id,
                "requirement_code": mark.code,
                "title": mark.title,
                "reason": _REASONS[mark.status][0].format(code=mark.code),
                "reason_zh": _REASONS[mark.status][1].format(code=mark.code),
            }
            for mark in self.marks
        ]


async def note_suspect(session: AsyncSession, event: RequirementRecorded) -> None:
    """Keep what moved on since an approved baseline; the newest record of a requirement counts."""
    if event.outdates_epoch is None:
        return
    values = {
        "epoch": event.outdates_epoch,
        **{name: getattr(event, name) for name in ("code", "title", "status", "version")},
    }
    told = insert(Suspect).values(opportunity_id=event.opportunity_id, requirement_id=event.requirement_id, **values)
    newer = told.on_conflict_do_update(
        index_elements=["tenant_id", "opportunity_id", "requirement_id"],
        set_=values,
        where=Suspect.version < event.version,
    )
    await session.execute(newer)
