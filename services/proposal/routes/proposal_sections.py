"""Sections of proposals: who writes which, our own words, and what is missing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.proposal.commands import sections as commands
from services.proposal.models.sections import ProposalSection
from services.proposal.queries import sections as queries
from services.proposal.schemas.sections import (
    ProposalSectionIn,
    ProposalSectionItem,
    ProposalSectionOut,
    ProposalSectionPatch,
    ProposalSectionQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/proposal-sections", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("proposal-sections:read")]
Writer = Annotated[Principal, may("proposal-sections:write")]


@router.post("", status_code=201, operation_id="addProposalSection")
async def add_section(wish: ProposalSectionIn, session: Session, _caller: Writer) -> ProposalSectionOut:
    """Add a section of your own to an opportunity's proposals; the usual ones are there already."""
    return await _shown(session, await commands.add_section(session, wish))


@router.get("", operation_id="listProposalSections")
async def list_sections(
    query: Annotated[ProposalSectionQuery, Query()], session: Session, _caller: Reader
) -> Page[ProposalSectionItem] | Page[ProposalSectionOut]:
    """Sections in their order; `view=full` shows each with its text and what the newest proposal lacks in it."""
    return await queries.sections(session, query)


@router.get("/{section_id}", operation_id="getProposalSection")
async def get_section(section_id: UUID, session: Session, _caller: Reader) -> ProposalSectionOut:
    """One section."""
    return await _shown(session, await find(session, ProposalSection, section_id))


@router.patch("/{section_id}", operation_id="changeProposalSection")
async def change_section(
    section_id: UUID, patch: ProposalSectionPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> ProposalSectionOut:
    """Write on (JSON merge patch). Proposals keep what was finished last; the answer names figures that are loose."""
    return await _shown(session, await commands.change_section(session, section_id, patch, version=seen))


@router.post("/{section_id}/finish", operation_id="finishProposalSection")
async def finish_section(section_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ProposalSectionOut:
    """What is written counts from now on: a new draft has it. Refused while the text has figures of its own."""
    return await _shown(session, await commands.finish_section(session, section_id, version=seen))


@router.post("/{section_id}/revert", operation_id="revertProposalSection")
async def revert_section(section_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ProposalSectionOut:
    """Drop what was written since the section was finished last."""
    return await _shown(session, await commands.revert_section(session, section_id, version=seen))


async def _shown(session: Session, section: ProposalSection) -> ProposalSectionOut:
    [shown] = await queries.shown(session, [section])
    return shown
