"""Documents over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.proposal.schemas.fields import In


class DocumentIn(In):
    proposal_id: UUID
    language: Literal["zh", "en"]
    format: Annotated[
        Literal["pdf", "docx", "xlsx"], Field(description="docx is set on the tenant's template, if one is active")
    ]


class VerificationOut(BaseModel):
    """A document beside what its content gives now."""

    document_id: UUID
    is_identical: Annotated[bool, Field(description="whether every byte is the same")]
    is_same_engine: Annotated[
        bool, Field(description="with another engine or template a difference says nothing of the content")
    ]
    sha256: str
    sha256_again: str
    engine: str
    engine_now: str
