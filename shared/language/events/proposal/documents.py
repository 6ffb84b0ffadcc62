"""What the proposal service says of documents."""

from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event
from shared.language.events.values import Reason


class DocumentRendered(Event):
    """A proposal was set as a document; equal content gives equal bytes."""

    type: ClassVar[str] = "proposal.document.rendered.v1"
    document_id: UUID
    proposal_id: UUID
    revision: int
    language: str
    media_type: str
    sha256: str
    size_bytes: int
    pages: int


class DocumentFailed(Event):
    """A proposal could not be set as a document, after several tries or for somebody who waited; `reason` says why."""

    type: ClassVar[str] = "proposal.document.failed.v1"
    document_id: UUID
    proposal_id: UUID
    revision: int
    language: str
    media_type: str
    reason: Reason
