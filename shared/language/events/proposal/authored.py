"""What the proposal service says of what people write: selling materials and sections."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event


class MaterialRecorded(Event):
    """A version of a selling material was published, looked at or retired; it belongs to no opportunity (all zeros)."""

    type: ClassVar[str] = "proposal.material.recorded.v1"
    material_id: UUID
    key: str
    """The same for all versions of a material."""
    number: int
    kind: str
    status: str
    """published or retired."""
    owner: str
    review_on: date
    title: str | None
    title_zh: str | None
    summary: str | None
    version: int


class SectionRecorded(Event):
    """A section of an opportunity's proposals was written on, finished or reverted; `version` orders its records."""

    type: ClassVar[str] = "proposal.section.recorded.v1"
    proposal_section_id: UUID
    code: str
    """Of the section: introduction, solution …"""
    owner: str
    status: str
    """open (nobody has written), drafting, finished."""
    version: int
