"""Clients: who has the problem."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.requirements.commands import records
from services.requirements.models.opportunities import Client
from services.requirements.schemas.opportunities import ClientIn, ClientOut, ClientPatch
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, SearchQuery, Slice, paginate

router = APIRouter(prefix="/v1/clients", tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("clients:read")]
Writer = Annotated[Principal, may("clients:write")]


@router.post("", status_code=201, response_model=ClientOut, operation_id="createClient")
async def create_client(wish: ClientIn, session: Session, _caller: Writer) -> Client:
    """Record a client."""
    return await records.create_client(session, wish)


@router.get("", response_model=Page[ClientOut], operation_id="listClients")
async def list_clients(query: Annotated[SearchQuery, Query()], session: Session, _caller: Reader) -> Slice[Client]:
    """Clients, newest first."""
    return await paginate(session, Client, query)


@router.get("/{client_id}", response_model=ClientOut, operation_id="getClient")
async def get_client(client_id: UUID, session: Session, _caller: Reader) -> Client:
    """One client."""
    return await find(session, Client, client_id)


@router.patch("/{client_id}", response_model=ClientOut, operation_id="changeClient")
async def change_client(
    client_id: UUID, patch: ClientPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Client:
    """Change what is sent, keep the rest (JSON merge patch)."""
    return await records.change_client(session, client_id, patch, version=seen)
