"""What changes cadences: the stage of the opportunity, each talk, and people."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.publishing import publish_lapsed_cadence
from services.engagement.commands.shipped import default_calendar, install_shipped
from services.engagement.domain.business_time import HORIZON
from services.engagement.models.cadences import Cadence, CadenceEnded, CadenceRule
from services.engagement.models.interactions import Interaction
from services.engagement.models.projections import KnownOpportunity
from services.engagement.schemas.cadences import CadencePatch, CadenceRulePatch
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.db import load
from shared.kernel.timers import Due, clear_timer, set_timer

DUE = "touch-due"
"""Kind of timer."""


async def follow_opportunity(session: AsyncSession, opportunity: KnownOpportunity) -> None:
    """Have the cadence of an opportunity follow its stage; it ends when the opportunity is closed."""
    cadence = await _of(session, opportunity.id)
    if opportunity.is_closed:
        if cadence:
            cadence.state, cadence.stage = "ended", opportunity.stage
            await _plan(session, cadence)
        return
    rule = await _rule(session, opportunity.stage)
    if rule is None:
        return
    if cadence is None:
        cadence = Cadence(id=new_id(), opportunity_id=opportunity.id, is_own=False, state="active", created_at=now())
    is_same = cadence.stage == opportunity.stage and cadence.owner == opportunity.owner
    cadence.stage, cadence.owner = opportunity.stage, opportunity.owner
    if not cadence.is_own:
        cadence.every_days, cadence.channel = rule.every_days, rule.channel
    if not is_same:
        await _plan(session, cadence)
    session.add(cadence)  # a new one only now, with its plan: it is written once


async def note_touch(session: AsyncSession, opportunity_id: UUID) -> None:
    """A talk was recorded or corrected: the next one is due from the last on."""
    cadence = await _of(session, opportunity_id)
    if cadence:
        await _plan(session, cadence)


async def change_cadence(session: AsyncSession, cadence_id: UUID, patch: CadencePatch, *, version: int) -> Cadence:
    """Set the rhythm of one opportunity, or have it follow its stage again. Raises `CadenceEnded`."""
    cadence = await _live(session, cadence_id, version)
    changes = patch.changes()
    cadence.is_own = changes.pop("is_own", True)
    if not cadence.is_own:
        rule = await _rule(session, cadence.stage)
        if rule:
            changes = {"every_days": rule.every_days, "channel": rule.channel}
    set_fields(cadence, changes)
    await _plan(session, cadence)
    return cadence


async def pause_cadence(session: AsyncSession, cadence_id: UUID, *, version: int) -> Cadence:
    return await _move(session, cadence_id, "pause", version)


async def resume_cadence(session: AsyncSession, cadence_id: UUID, *, version: int) -> Cadence:
    return await _move(session, cadence_id, "resume", version)


async def change_rule(session: AsyncSession, rule_id: UUID, patch: CadenceRulePatch, *, version: int) -> CadenceRule:
    """Change the rhythm of a stage: cadences that follow it are planned anew."""
    rule = await load(session, CadenceRule, rule_id, version=version)
    set_fields(rule, patch.changes())
    await session.flush()
    following = sa.select(Cadence).where(Cadence.stage == rule.stage, ~Cadence.is_own, Cadence.state != "ended")
    for cadence in (await session.scalars(following.order_by(Cadence.id).with_for_update())).all():
        cadence.every_days, cadence.channel = rule.every_days, rule.channel
        await _plan(session, cadence)
    return rule


async def replan_cadences(session: AsyncSession) -> None:
    """The calendar has changed: compute anew when the next talks are due."""
    active = sa.select(Cadence).where(Cadence.state == "active").order_by(Cadence.id).with_for_update()
    for cadence in (await session.scalars(active)).all():
        await _plan(session, cadence)


async def note_lapsed(session: AsyncSession, due: Due) -> None:
    """Say, once, that we should have talked by now."""
    cadence = await session.get(Cadence, due.subject, with_for_update=True)
    if cadence and cadence.next_touch_at and cadence.overdue_since is None:
        cadence.overdue_since = due.at
        await publish_lapsed_cadence(session, cadence, cadence.next_touch_at)


async def _move(session: AsyncSession, cadence_id: UUID, action: str, version: int) -> Cadence:
    cadence = await _live(session, cadence_id, version)
    cadence.state = cadence.machine.next(cadence.state, action)
    await _plan(session, cadence)
    return cadence


async def _live(session: AsyncSession, cadence_id: UUID, version: int) -> Cadence:
    cadence = await load(session, Cadence, cadence_id, version=version)
    if cadence.state == "ended":
        raise CadenceEnded
    return cadence


async def _of(session: AsyncSession, opportunity_id: UUID) -> Cadence | None:
    own = sa.select(Cadence).where(Cadence.opportunity_id == opportunity_id).with_for_update()
    return (await session.scalars(own)).one_or_none()


async def _rule(session: AsyncSession, stage: str) -> CadenceRule | None:
    wanted = sa.select(CadenceRule).where(CadenceRule.stage == stage)
    rule = (await session.scalars(wanted)).one_or_none()
    if rule is None:
        await install_shipped(session)
        rule = (await session.scalars(wanted)).one_or_none()
    return rule


async def _plan(session: AsyncSession, cadence: Cadence) -> None:
    """The next talk is due so many days after the last, at the first working moment from then on."""
    last = sa.select(sa.func.max(Interaction.occurred_at)).where(Interaction.opportunity_id == cadence.opportunity_id)
    with session.no_autoflush:  # a cadence is written once, with its plan
        touched = await session.scalar(last)
        calendar = (await default_calendar(session)).business_calendar() if cadence.state == "active" else None
    due = None
    if calendar:
        at = (touched or cadence.created_at) + timedelta(days=cadence.every_days)
        due = next((begin for begin, _ in calendar.open_between(at, at + HORIZON)), at)
    if (touched, due) != (cadence.last_touch_at, cadence.next_touch_at):
        cadence.last_touch_at, cadence.next_touch_at, cadence.overdue_since = touched, due, None
    if due and cadence.overdue_since is None:
        await set_timer(session, DUE, cadence.id, due)
    elif due is None:
        await clear_timer(session, DUE, cadence.id)
    await session.flush()
