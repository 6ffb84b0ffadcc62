"""Competitors 竞争对手, and where they are met."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.proposal.commands import competitors as commands
from services.proposal.models.competitors import Competitor, Rivalry
from services.proposal.queries import selling
from services.proposal.schemas.competitors import (
    CompetitorIn,
    CompetitorOut,
    CompetitorPatch,
    CompetitorQuery,
    RecordOut,
    RivalryIn,
    RivalryOut,
    RivalryPatch,
    RivalryQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find, load
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/competitors", tags=["proposal"], route_class=Route)
rivalries = APIRouter(prefix="/v1/rivalries", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("competitors:read")]
Writer = Annotated[Principal, may("competitors:write")]


@router.post("", status_code=201, response_model=CompetitorOut, operation_id="recordCompetitor")
async def record_competitor(wish: CompetitorIn, session: Session, _caller: Writer) -> Competitor:
    """Record another seller, with its strengths, weaknesses, opportunities and threats, and its price beside ours."""
    return await commands.record_competitor(session, wish)


@router.get("", response_model=Page[CompetitorOut], operation_id="listCompetitors")
async def list_competitors(
    query: Annotated[CompetitorQuery, Query()], session: Session, _caller: Reader
) -> Slice[Competitor]:
    """Competitors; `q` looks for words in names and SWOT."""
    return await paginate(session, Competitor, query)


@router.get("/{competitor_id}", response_model=CompetitorOut, operation_id="getCompetitor")
async def get_competitor(competitor_id: UUID, session: Session, _caller: Reader) -> Competitor:
    """One competitor."""
    return await find(session, Competitor, competitor_id)


@router.get("/{competitor_id}/record", operation_id="getCompetitorRecord")
async def get_competitor_record(competitor_id: UUID, session: Session, _caller: Reader) -> RecordOut:
    """What became of the opportunities where it was met: our win rate against it, with its uncertainty."""
    return RecordOut.of(await selling.record_of_competitor(session, competitor_id))


@router.patch("/{competitor_id}", response_model=CompetitorOut, operation_id="changeCompetitor")
async def change_competitor(
    competitor_id: UUID, patch: CompetitorPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Competitor:
    """Change what is sent, keep the rest (JSON merge patch)."""
    return await commands.change_competitor(session, competitor_id, patch, version=seen)


@router.post("/{competitor_id}/retire", response_model=CompetitorOut, operation_id="retireCompetitor")
async def retire_competitor(competitor_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Competitor:
    """It is gone from the market: it is met no more."""
    return await commands.act_on_competitor(session, competitor_id, "retire", version=seen)


@router.post("/{competitor_id}/revive", response_model=CompetitorOut, operation_id="reviveCompetitor")
async def revive_competitor(competitor_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Competitor:
    """It is back."""
    return await commands.act_on_competitor(session, competitor_id, "revive", version=seen)


@rivalries.post("", status_code=201, response_model=RivalryOut, operation_id="noteRivalry")
async def note_rivalry(wish: RivalryIn, session: Session, _caller: Writer) -> Rivalry:
    """Note that a competitor is in an opportunity, and how it stands there."""
    return await commands.note_rivalry(session, wish)


@rivalries.get("", response_model=Page[RivalryOut], operation_id="listRivalries")
async def list_rivalries(query: Annotated[RivalryQuery, Query()], session: Session, _caller: Reader) -> Slice[Rivalry]:
    """Who is met where."""
    return await paginate(session, Rivalry, query)


@rivalries.get("/{rivalry_id}", response_model=RivalryOut, operation_id="getRivalry")
async def get_rivalry(rivalry_id: UUID, session: Session, _caller: Reader) -> Rivalry:
    """A competitor in one opportunity."""
    return await find(session, Rivalry, rivalry_id)


@rivalries.patch("/{rivalry_id}", response_model=RivalryOut, operation_id="changeRivalry")
async def change_rivalry(
    rivalry_id: UUID, patch: RivalryPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Rivalry:
    """Change what is sent, keep the rest (JSON merge patch)."""
    return await commands.change_rivalry(session, rivalry_id, patch, version=seen)


@rivalries.delete("/{rivalry_id}", status_code=204, operation_id="deleteRivalry")
async def delete_rivalry(rivalry_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """It was not there after all."""
    await session.delete(await load(session, Rivalry, rivalry_id, version=seen))
