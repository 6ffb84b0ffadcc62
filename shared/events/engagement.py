"""What the engagement service says: talks with the client, what was asked and promised, and support given."""

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


class NeedHeard(Event):
    """Something that the client said in a talk and that should become a requirement or a change request.

    The requirements service answers with `requirements.requirement.recorded` whose `origin` names `need_id`.
    """

    type: ClassVar[str] = "engagement.need.heard.v1"
    need_id: UUID
    interaction_id: UUID
    statement: str
    """Our interpretation."""
    client_words: str | None
    """The client's own words."""
    speaker: str | None
    wants: str
    """requirement or change_request."""
    kind: str | None = None
    """Kind of requirement, where it is known."""
    priority: str | None = None
    source: str
    """The talk, as a source is named: `meeting on 2027-03-01: Kick-off`."""
    heard_at: datetime
    recorded_by: str


class ClarificationRecorded(Event):
    """A question to the client or to us was asked, answered, reopened or withdrawn; `version` orders its records."""

    type: ClassVar[str] = "engagement.clarification.recorded.v1"
    clarification_id: UUID
    code: str
    question: str
    requirement_ids: tuple[UUID, ...]
    status: str
    """draft, asked, answered, accepted, reopened, withdrawn."""
    is_open: bool
    """Whether somebody still owes an answer, or it has not been accepted: open on a must-have, it blocks approval."""
    owed_by: str
    """client or us."""
    due_at: datetime | None
    version: int
