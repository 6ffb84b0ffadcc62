"""What a tenant starts with: a calendar, response policies, cadences and surveys, as rows like its own."""

from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.cadences import CadenceRule
from services.engagement.models.calendars import Calendar
from services.engagement.models.response_clocks import ResponsePolicy
from services.engagement.models.surveys import Survey
from services.engagement.shipped import DEFAULTS, SURVEYS
from shared.kernel.base import Resource
from shared.kernel.clock import now
from shared.kernel.db import context_of, find
from shared.quant.calendars import public_days

_NAMESPACE = UUID("8d3f3c9a-9d2b-5a53-9a55-5f0e4b9e3f10")


def default_calendar_id(session: AsyncSession) -> UUID:
    """The calendar that counts where none is named."""
    return _id(session, f"calendar/{DEFAULTS['calendar']['code']}")


async def default_calendar(session: AsyncSession) -> Calendar:
    """The tenant's calendar that counts where none is named."""
    calendar = await session.get(Calendar, default_calendar_id(session))
    if calendar is None:
        await install_shipped(session)
        calendar = await find(session, Calendar, default_calendar_id(session))
    return calendar


async def install_shipped(session: AsyncSession) -> None:
    """Give the tenant the shipped rows, once; what it has changed since stays."""
    calendar_id = default_calendar_id(session)
    if await session.scalar(sa.select(Calendar.id).where(Calendar.id == calendar_id)):
        return
    calendar = DEFAULTS["calendar"]
    years = public_days(calendar["code"])["years"]
    await _insert(session, Calendar, [{**calendar, "id": calendar_id, "years": years}])
    policies = [
        {
            **policy,
            "id": _id(session, f"policy/{policy['subject_kind']}/{policy['priority']}"),
            "revision": 1,
            "due_soon_fraction": DEFAULTS["due_soon_fraction"],
            "calendar_id": calendar_id,
            "is_shipped": True,
        }
        for policy in DEFAULTS["policies"]
    ]
    await _insert(session, ResponsePolicy, policies)
    rules = [{**rule, "id": _id(session, f"cadence/{rule['stage']}")} for rule in DEFAULTS["cadences"]]
    await _insert(session, CadenceRule, rules)


def shipped_survey_id(session: AsyncSession, key: str) -> UUID:
    """The shipped version of the survey `key`."""
    return _id(session, f"survey/{key}")


async def install_surveys(session: AsyncSession) -> None:
    """Give the tenant the shipped surveys, once, published; it may retire them."""
    common = {"number": 1, "status": "published", "published_at": now(), "is_shipped": True}
    surveys = [{**survey, **common, "id": shipped_survey_id(session, survey["key"])} for survey in SURVEYS]
    if not await session.scalar(sa.select(Survey.id).where(Survey.id == surveys[-1]["id"])):
        await _insert(session, Survey, surveys)


async def _insert(session: AsyncSession, model: type[Resource], rows: list[dict[str, Any]]) -> None:
    made = now()
    whole = [{**row, "version": 1, "created_by": "presales", "created_at": made, "updated_at": made} for row in rows]
    await session.execute(insert(model).values(whole).on_conflict_do_nothing())


def _id(session: AsyncSession, name: str) -> UUID:
    return uuid5(_NAMESPACE, f"{context_of(session).tenant}/{name}")
