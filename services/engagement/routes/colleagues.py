"""Colleagues: people of the team, their skills, capacity and load."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import colleagues as commands
from services.engagement.commands.shipped import default_calendar
from services.engagement.models.colleagues import Colleague
from services.engagement.queries import colleagues as queries
from services.engagement.queries.open_items import owed_by
from services.engagement.schemas.colleagues import (
    ColleagueIn,
    ColleagueOut,
    ColleaguePatch,
    ColleagueQuery,
    DayCostIn,
    LoadOut,
    LoadQuery,
    OwingColleagueOut,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page
from shared.language.business_day import today

router = APIRouter(prefix="/v1/colleagues", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("colleagues:read")]
Writer = Annotated[Principal, may("colleagues:write")]


@router.post("", status_code=201, operation_id="addColleague")
async def add_colleague(wish: ColleagueIn, session: Session, caller: Writer) -> ColleagueOut:
    """Add a person of the team: skills, languages, weekly hours and absences."""
    return _shown(await commands.add_colleague(session, wish), caller)


@router.get("", operation_id="listColleagues")
async def list_colleagues(
    query: Annotated[ColleagueQuery, Query()], session: Session, caller: Reader
) -> Page[ColleagueOut]:
    """The team; `q` looks for words in name, role and skills."""
    return await queries.colleagues(session, query, with_cost=caller.may("cost:read"))


@router.get("/load", operation_id="getLoad")
async def get_load(query: Annotated[LoadQuery, Query()], session: Session, _caller: Reader) -> LoadOut:
    """Load and capacity of the team between two days, by name."""
    calendar = await default_calendar(session)
    return await queries.load_of_people(session, query, calendar, today(session))


@router.get("/{colleague_id}", operation_id="getColleague")
async def get_colleague(colleague_id: UUID, session: Session, caller: Reader) -> OwingColleagueOut:
    """One person, and what they owe others now; `/overview` says what they own in the other services too."""
    return await _owing(session, await find(session, Colleague, colleague_id), caller)


@router.patch("/{colleague_id}", operation_id="changeColleague")
async def change_colleague(
    colleague_id: UUID, patch: ColleaguePatch, session: Session, seen: SeenVersion, caller: Writer
) -> OwingColleagueOut:
    """Change what is sent (JSON merge patch); who has left is given nothing, and `owes` is for others to take on."""
    return await _owing(session, await commands.change_colleague(session, colleague_id, patch, version=seen), caller)


@router.post("/{colleague_id}/day-cost", operation_id="setDayCost")
async def set_day_cost(
    colleague_id: UUID,
    wish: DayCostIn,
    session: Session,
    seen: SeenVersion,
    caller: Annotated[Principal, may("colleagues:price")],
) -> ColleagueOut:
    """Say what a working day of this person costs us from a date on; its hours are those of the default calendar."""
    return _shown(await commands.set_day_cost(session, colleague_id, wish, version=seen), caller)


async def _owing(session: AsyncSession, colleague: Colleague, caller: Principal) -> OwingColleagueOut:
    owes = await owed_by(session, colleague)
    return OwingColleagueOut.owing(colleague, owes, with_cost=caller.may("cost:read"))


def _shown(colleague: Colleague, caller: Principal) -> ColleagueOut:
    return ColleagueOut.of(colleague, with_cost=caller.may("cost:read"))
