"""What the engagement service says: talks with the client and what they changed."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.events import Event


class InteractionRecorded(Event):
    """A talk with the client was recorded or corrected, with the requirements that it created or changed."""

    type: ClassVar[str] = "engagement.interaction.recorded.v1"
    interaction_id: UUID
    channel: str
    direction: str
    occurred_at: datetime
    subject: str
    requirement_ids: tuple[UUID, ...]
    """Requirements that this talk created or changed."""
    recorded_by: str
