"""Requirements: recording, changing, agreeing and withdrawing them."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import records
from services.requirements.domain import dependencies
from services.requirements.models.fit import FitAssessment
from services.requirements.models.opportunities import Concern, Opportunity
from services.requirements.models.requirements import (
    CodeInUse,
    DependencyCycle,
    NoSuchFinding,
    Requirement,
    RequirementMovedOn,
)
from services.requirements.queries.baselines import epochs_outdated_by
from services.requirements.queries.fit import fits_about
from services.requirements.queries.quality import findings_of, text_hash
from services.requirements.queries.requirements import ids_of_codes, needing, requirements_of, worrying_about
from services.requirements.schemas.quality import Dismissal
from services.requirements.schemas.requirements import Moves, RequirementIn, RequirementPatch
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.db import context_of, load
from shared.kernel.messaging import publish_all
from shared.language.events.requirements import OriginFacts, RequirementRecorded

_MOST_NAMED = 10


async def record_requirements(
    session: AsyncSession,
    wishes: Sequence[RequirementIn],
    origin: OriginFacts | None = None,
    ids: Sequence[UUID] | None = None,
    reserved: Collection[str] = (),
) -> list[Requirement]:
    """Record new requirements, all or none; they may depend on each other and on earlier ones.

    `origin` is what they were made from, if it was something that we have; `ids` are given where they must be known
    beforehand; `reserved` are codes of others that are yet to come. Raises `CodeInUse`.
    """
    opportunities = {
        key: await load(session, Opportunity, key) for key in dict.fromkeys(wish.opportunity_id for wish in wishes)
    }
    for opportunity in opportunities.values():
        opportunity.refuse_if_closed()
    codes = {key: iter(await _codes(session, one, wishes, reserved)) for key, one in opportunities.items()}
    made_from = origin and origin.model_dump(mode="json")
    rows: list[Requirement] = []
    for key, wish in zip(ids or [new_id() for _ in wishes], wishes, strict=True):
        content = wish.model_dump(mode="json", exclude={"code", "opportunity_id", "depends_on"})
        own = {"id": key, "opportunity_id": wish.opportunity_id, "depends_on": [], "origin": made_from}
        rows.append(Requirement(**content, **own, code=next(codes[wish.opportunity_id])))
    session.add_all(rows)
    await session.flush()
    for row, wish in zip(rows, wishes, strict=True):
        if wish.depends_on:
            await _depend(session, row, opportunities[row.opportunity_id], wish.depends_on)
    for key in {wish.opportunity_id for wish in wishes if wish.depends_on}:
        await _refuse_cycles(session, opportunities[key])
    await session.flush()
    await publish_all(session, [(_recorded(row), row) for row in rows])
    return rows


async def _codes(
    session: AsyncSession, opportunity: Opportunity, wishes: Sequence[RequirementIn], reserved: Collection[str]
) -> list[str]:
    """The code of each of the wishes for this opportunity, in their order: its own, or the next one."""
    own = [wish.code for wish in wishes if wish.opportunity_id == opportunity.id]
    given = Counter(code for code in own if code)
    taken = [code for code, times in given.items() if times > 1]
    taken += await ids_of_codes(session, opportunity.id, given) if given else []
    if taken:
        raise CodeInUse(code=opportunity.code, codes=", ".join(sorted(set(taken))[:_MOST_NAMED]))
    missing = own.count(None)
    beside = {*given, *reserved}
    drawn = iter(await records.next_requirement_codes(session, opportunity.id, missing, beside) if missing else [])
    return [code or next(drawn) for code in own]


async def change_requirement(
    session: AsyncSession, requirement_id: UUID, patch: RequirementPatch, *, version: int | None
) -> Requirement:
    """Change what the patch names; what stands on the requirement becomes suspect."""
    requirement, opportunity = await records.load_in_open(session, Requirement, requirement_id, version=version)
    await change_requirements(session, opportunity, [(requirement, patch)])
    return requirement


async def change_requirements(
    session: AsyncSession, opportunity: Opportunity, changes: Sequence[tuple[Requirement, RequirementPatch]]
) -> None:
    """Change several requirements of a locked opportunity, each by what its patch names, all or none."""
    relied_on = [requirement for requirement, _ in changes if requirement.status in _RELIED_ON]
    dependent = [(requirement, patch) for requirement, patch in changes if "depends_on" in patch.model_fields_set]
    for requirement, patch in changes:
        requirement.act("change")
        set_fields(requirement, patch.model_dump(mode="json", exclude_unset=True, exclude={"depends_on"}))
    for requirement, patch in dependent:
        await _depend(session, requirement, opportunity, patch.depends_on)
    await session.flush()
    if dependent:
        await _refuse_cycles(session, opportunity)
    changed = [requirement for requirement, _ in changes]
    await _mark_dependants(session, changed, "changed", relied_on)
    await publish_recorded(session, changed)


async def move_requirement(
    session: AsyncSession, requirement_id: UUID, action: str, *, version: int | None
) -> Requirement:
    """Submit, send back, agree or withdraw."""
    requirement, _ = await records.load_in_open(session, Requirement, requirement_id, version=version)
    requirement.act(action)
    if action == "withdraw":
        await _mark_dependants(session, [requirement], "withdrawn", [requirement])
    await publish_recorded(session, [requirement])
    return requirement


async def move_requirements(session: AsyncSession, wish: Moves) -> list[Requirement]:
    """Submit, send back, agree or withdraw many of one opportunity, all or none.

    Raises `UnknownRequirement`, `RequirementMovedOn`, or `IllegalTransition`.
    """
    opportunity = await load(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    ids = await records.ids_of(session, opportunity, [one.code for one in wish.items])
    versions = {one.code: one.version for one in wish.items}
    chosen = sa.select(Requirement).where(Requirement.id.in_(ids)).order_by(Requirement.code)
    rows = (await session.scalars(chosen.with_for_update())).all()
    for row in rows:
        if row.version != versions[row.code]:
            raise RequirementMovedOn(code=row.code, current=row.version)
        row.act(wish.action)
    if wish.action == "withdraw":
        await _mark_dependants(session, rows, "withdrawn", rows)
    await publish_recorded(session, rows)
    return list(rows)


async def clear_requirement(session: AsyncSession, requirement_id: UUID, *, version: int) -> Requirement:
    """Somebody looked: it is right as it is, whatever changed above it."""
    requirement, _ = await records.load_in_open(session, Requirement, requirement_id, version=version)
    requirement.clear_suspect()
    await session.flush()
    return requirement


async def dismiss_finding(session: AsyncSession, requirement_id: UUID, wish: Dismissal, *, version: int) -> Requirement:
    """A finding is no fault, as long as the statement reads as it does now. Raises `NoSuchFinding`."""
    requirement, _ = await records.load_in_open(session, Requirement, requirement_id, version=version)
    needs = await requirements_of(session, requirement.opportunity_id)
    found = {(one["rule"], one["words"]) for one in await findings_of(needs, requirement.id)}
    if (wish.rule, wish.words) not in found:
        raise NoSuchFinding(code=requirement.code, rule=wish.rule, words=wish.words)
    mark = {
        **wish.model_dump(),
        "text_hash": text_hash(requirement),
        "by": context_of(session).actor,
        "at": now().isoformat(),
    }
    kept = [one for one in requirement.dismissals if (one["rule"], one["words"]) != (wish.rule, wish.words)]
    requirement.dismissals = [*kept, mark]
    requirement.remarks = [one for one in requirement.remarks if one["words"] != wish.words]
    await session.flush()
    return requirement


_RELIED_ON = {"agreed", "baselined", "changed"}
_MARKS = {
    "changed": ("{code} has changed.", "{code} 已变更。"),
    "withdrawn": ("{code} was withdrawn.", "{code} 已撤回。"),
}


async def _mark_dependants(
    session: AsyncSession, moved: Sequence[Requirement], change: str, relied_on: Sequence[Requirement]
) -> None:
    """What stands on these requirements is suspect until somebody looks.

    That is their fit verdicts, and of those that were relied on the requirements and concerns that name them.
    """
    by_id = {requirement.id: requirement for requirement in moved}
    for fit in await session.scalars(fits_about(moved).with_for_update()):
        _mark(fit, by_id[fit.requirement_id], change)
    if relied_on:
        ids = {requirement.id for requirement in relied_on}
        for need in await session.scalars(needing(relied_on).with_for_update()):
            for key in [key for key in need.depends_on if key in ids]:
                _mark(need, by_id[key], change)
        for concern in await session.scalars(worrying_about(relied_on).with_for_update()):
            for key in [key for key in concern.requirement_ids if key in ids]:
                _mark(concern, by_id[key], change)


def _mark(row: FitAssessment | Requirement | Concern, moved: Requirement, change: str) -> None:
    en, zh = (text.format(code=moved.code) for text in _MARKS[change])
    mark = {
        "requirement_id": str(moved.id),
        "requirement_code": moved.code,
        "reason": en,
        "reason_zh": zh,
        "at": now().isoformat(),
    }
    row.suspects = [*(old for old in row.suspects if old["reason"] != en), mark]


async def publish_recorded(session: AsyncSession, rows: Sequence[Requirement]) -> None:
    """Say what requirements of one opportunity are now, and which approved baseline they outdate."""
    await session.flush()
    outdated = await epochs_outdated_by(session, rows)
    await publish_all(session, [(_recorded(row, outdates_epoch=outdated.get(row.id)), row) for row in rows])


def _recorded(requirement: Requirement, *, outdates_epoch: int | None = None) -> RequirementRecorded:
    return RequirementRecorded.of(requirement, requirement_id=requirement.id, outdates_epoch=outdates_epoch)


async def _depend(
    session: AsyncSession, requirement: Requirement, opportunity: Opportunity, codes: Sequence[str]
) -> None:
    requirement.depends_on = await records.ids_named(session, opportunity, codes)


async def _refuse_cycles(session: AsyncSession, opportunity: Opportunity) -> None:
    rows = await requirements_of(session, opportunity.id)
    codes = {row.id: row.code for row in rows}
    circle = dependencies.cycle({row.code: [codes[key] for key in row.depends_on if key in codes] for row in rows})
    if circle:
        raise DependencyCycle(circle=" → ".join(circle))
