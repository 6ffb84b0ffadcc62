"""Documents of proposals: PDF, Word and workbook, in Chinese and English."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from services.proposal.commands import documents as commands
from services.proposal.exchange.attachment import attachment
from services.proposal.models.documents import Document, WantedDocument
from services.proposal.routes.concurrency import Turns, in_turn
from services.proposal.schemas.documents import DocumentIn, VerificationOut, WantedDocumentOut
from services.proposal.schemas.proposals import DocumentOut, DocumentQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/documents", tags=["proposal"], route_class=Turns)

Reader = Annotated[Principal, may("documents:read")]


AWAITED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": WantedDocumentOut,
        "description": "It is being made; ask at `Location` again after `Retry-After` seconds.",
        "headers": {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
    }
}


@router.post("", status_code=201, response_model=DocumentOut, responses=AWAITED, operation_id="makeDocument")
async def make_document(
    wish: DocumentIn, session: Session, _caller: Annotated[Principal, may("documents:write")]
) -> Document | JSONResponse:
    """Have a proposal as PDF, Word or workbook: 201 with what is there already, else 202, and it is made at once.

    What could not be made is tried again.
    """
    return _told(await commands.ask_for_document(session, wish))


@router.get("", response_model=Page[DocumentOut], operation_id="listDocuments")
async def list_documents(
    query: Annotated[DocumentQuery, Query()], session: Session, _caller: Reader
) -> Slice[Document]:
    """Documents, newest first. A draft has its PDF in the client's language once it stands for some seconds.

    With `proposal_id` they are asked for: the one in the other language is made too, and at once.
    What is still to be made is at `/v1/proposals/{proposal_id}/documents`.
    """
    await commands.bring_forward(session, query.proposal_id)
    return await paginate(session, Document, query)


@router.get("/{document_id}", response_model=DocumentOut, responses=AWAITED, operation_id="getDocument")
async def get_document(document_id: UUID, session: Session, _caller: Reader) -> Document | JSONResponse:
    """One document, without its bytes. One that is wanted and not there yet is made at once: 202 until then.

    So is one of a draft that was replaced or taken back, and went nowhere, whose file was thrown away: with the same
    engine it is the same to the byte.
    """
    return _told(await commands.await_document(session, document_id))


@router.post("/{document_id}/verify", operation_id="verifyDocument")
@in_turn
async def verify_document(document_id: UUID, session: Session, _caller: Reader) -> VerificationOut:
    """Make it again from the content that was kept, and compare every byte."""
    return await commands.verify_document(session, document_id)


@router.get(
    "/{document_id}/file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}, **AWAITED},
    operation_id="downloadDocument",
)
async def download_document(document_id: UUID, session: Session, _caller: Reader) -> Response:
    """The bytes of a document, checked against its SHA-256. 202 as for the document itself."""
    found = await commands.read_document(session, document_id)
    if isinstance(found, WantedDocument):
        return _awaited(found)
    document, content = found
    tag = {"ETag": f'"{document.sha256}"'}
    return attachment(content, name=document.file_name, media_type=document.media_type, headers=tag)


def _told(found: Document | WantedDocument) -> Document | JSONResponse:
    return _awaited(found) if isinstance(found, WantedDocument) else found


def _awaited(wanted: WantedDocument) -> JSONResponse:
    headers = {"Location": f"/v1/documents/{wanted.id}", "Retry-After": "1"}
    return JSONResponse(WantedDocumentOut.model_validate(wanted).model_dump(mode="json"), 202, headers)
