"""Documents of proposals: PDF, Word and workbook, in Chinese and English."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.proposal.commands import documents as commands
from services.proposal.models.documents import Document
from services.proposal.routes.stored import stored_file
from services.proposal.routes.turns import Turns, in_turn
from services.proposal.schemas.documents import DocumentIn, VerificationOut
from services.proposal.schemas.proposals import DocumentOut, DocumentQuery
from shared.auth import Principal, may
from shared.db import Session, find
from shared.http import located
from shared.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/documents", tags=["proposal"], route_class=Turns)

Reader = Annotated[Principal, may("documents:read")]


@router.post("", status_code=201, response_model=DocumentOut, operation_id="makeDocument")
@in_turn
async def make_document(
    wish: DocumentIn, response: Response, session: Session, _caller: Annotated[Principal, may("documents:write")]
) -> Document:
    """Have a proposal as PDF, Word or workbook. What is there already is not made again.

    A few are made at once and the others wait in a row; 503 with `Retry-After` when no turn comes in time.
    """
    document = await commands.make_document(session, wish)
    located(response, "documents", document.id)
    return document


@router.get("", response_model=Page[DocumentOut], operation_id="listDocuments")
async def list_documents(
    query: Annotated[DocumentQuery, Query()], session: Session, _caller: Reader
) -> Slice[Document]:
    """Documents, newest first. A draft has its documents a moment after itself."""
    return await paginate(session, Document, query)


@router.get("/{document_id}", response_model=DocumentOut, operation_id="getDocument")
async def get_document(document_id: UUID, session: Session, _caller: Reader) -> Document:
    """One document, without its bytes."""
    return await find(session, Document, document_id)


@router.post("/{document_id}/verify", operation_id="verifyDocument")
@in_turn
async def verify_document(document_id: UUID, session: Session, _caller: Reader) -> VerificationOut:
    """Make it again from the content that was kept, and compare every byte."""
    return await commands.verify_document(session, document_id)


@router.get(
    "/{document_id}/file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
    operation_id="downloadDocument",
)
async def download_document(document_id: UUID, request: Request, session: Session, _caller: Reader) -> Response:
    """The bytes of a document, checked against its SHA-256."""
    document = await find(session, Document, document_id)
    tag = {"ETag": f'"{document.sha256}"'}
    return await stored_file(
        request, document.sha256, name=document.file_name, media_type=document.media_type, headers=tag
    )
