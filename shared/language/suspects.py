"""What was made from a baseline is suspect where a requirement or its fit has moved on since, until the next baseline.

The requirements service says, with each change, which approved baseline it outdates; whoever made something from that
baseline keeps it here and shows it. Freshness is another matter: what is suspect is still the newest there is.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

from shared.kernel.base import TENANT, Base
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.requirements import FitRecorded, RequirementRecorded

_REASONS = {
    "changed": ("{code} has changed since the baseline.", "{code} 在基线之后已变更。"),
    "withdrawn": ("{code} was withdrawn after the baseline.", "{code} 在基线之后已撤回。"),
    "fit": ("The fit of {code} has changed since the baseline.", "{code} 的符合性结论在基线之后已变更。"),
}


class Suspect(Base):
    """A requirement that is ahead of the approved baseline of an epoch, itself or how our products meet it."""

    __tablename__ = "suspect"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    requirement_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True, server_default="requirement")
    """requirement or fit."""
    epoch: Mapped[int]
    """0: ahead of none."""
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
            order_by=(Suspect.code, Suspect.kind.desc()),
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
                **dict(zip(("reason", "reason_zh"), _reasons(mark), strict=True)),
            }
            for mark in self.marks
        ]


def _reasons(mark: Suspect) -> list[str]:
    texts = _REASONS["fit" if mark.kind == "fit" else mark.status]
    return [text.format(code=mark.code) for text in texts]


async def note_suspect(session: AsyncSession, event: RequirementRecorded | FitRecorded) -> None:
    """Keep what moved on since an approved baseline; the newest record of a requirement, or of its fit, counts."""
    if isinstance(event, FitRecorded):
        # A fit may come back to what the baseline holds: the mark stays, and is of no baseline.
        key, code, epoch = "fit", event.requirement_code, event.outdates_epoch or 0
    elif event.outdates_epoch is not None:
        key, code, epoch = "requirement", event.code, event.outdates_epoch
    else:
        return
    values = {"epoch": epoch, "code": code, **{name: getattr(event, name) for name in ("title", "status", "version")}}
    which = {"opportunity_id": event.opportunity_id, "requirement_id": event.requirement_id, "kind": key}
    await keep_newest(session, Suspect, which, values)
