"""Documents over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.proposal.models.documents import Wanted
from shared.kernel.states import Reason
from shared.kernel.validation import In, rule

ONLY_PDF = rule("only_pdf", "bilingual documents are PDF only", "双语文档仅支持 PDF")


class DocumentIn(In):
    proposal_id: UUID
    language: Annotated[
        Literal["zh", "en", "bilingual"], Field(description="bilingual, Chinese beside English, is for pdf only")
    ]
    format: Annotated[
        Literal["pdf", "docx", "xlsx"],
        Field(description="pdf and docx are set on the tenant's template, if one is active"),
    ]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.language == "bilingual" and self.format != "pdf":
            raise ValueError(ONLY_PDF)
        return self


class VerificationOut(BaseModel):
    """A document beside what its content gives now."""

    document_id: UUID
    is_identical: Annotated[bool, Field(description="whether every byte is the same")]
    is_same_engine: Annotated[
        bool,
        Field(description="with another engine a difference says nothing of the content; the template is that of then"),
    ]
    sha256: str
    sha256_again: str
    engine: str
    engine_now: str


class WantedDocumentOut(BaseModel):
    """A document that is wanted, and how far it is."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    proposal_id: UUID
    language: str
    media_type: str
    status: Annotated[
        Wanted,
        Field(
            description="superseded: a newer draft came before it was made, or its file was thrown away long after;"
            " it can be asked for all the same"
        ),
    ]
    is_asked: Annotated[bool, Field(description="somebody asked for it: it does not wait until the draft stands")]
    wanted_at: datetime
    due_at: Annotated[datetime, Field(description="made from then on")]
    attempts: int
    failure: Annotated[Reason | None, Field(description="what kept it from being made when it was last tried")]
    document_id: Annotated[UUID | None, Field(description="once it is made")]


class WantedDocumentsOut(BaseModel):
    items: list[WantedDocumentOut]
