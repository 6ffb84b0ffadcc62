"""The risk catalogue: a tenant's own rules, and the shipped ones changed or switched off."""

from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands.budgets import project_of
from services.risk.commands.settings import NAMESPACE, follow_all
from services.risk.domain.candidates import propose
from services.risk.domain.catalogue import RULES
from services.risk.domain.risk import Risk
from services.risk.models.catalogue import SHIPPED, CatalogueRule, NothingToTry
from services.risk.queries.projections import newest_basis
from services.risk.schemas.catalogue import RuleIn
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.messaging import publish_of
from shared.language.events.insights import LessonProposed
from shared.language.events.risk.register import RuleRecorded
from shared.language.lessons import LessonKind


async def install_rules(session: AsyncSession) -> None:
    """Give the tenant rows of the shipped rules, as they are shipped."""
    made, tenant = now(), context_of(session).tenant
    rows: list[dict[str, Any]] = [
        {
            "id": uuid5(NAMESPACE, f"{tenant}/rule/{rule.id}"),
            "key": rule.id,
            "number": 1,
            "code_number": rule.number,
            "is_shipped": True,
            "content": None,
            "status": "enabled",
            "version": 1,
            "created_by": "presales",
            "created_at": made,
            "updated_at": made,
        }
        for rule in RULES
    ]
    await session.execute(insert(CatalogueRule).on_conflict_do_nothing(), rows)


async def revise_rule(session: AsyncSession, wish: RuleIn) -> CatalogueRule:
    """The next version of a rule, or a draft finished: enabled at once, it counts in the next budgets."""
    await install_rules(session)
    versions = sa.select(CatalogueRule).where(CatalogueRule.key == wish.key).with_for_update()
    known = list(await session.scalars(versions.order_by(CatalogueRule.number)))
    if known and known[-1].status == "draft":
        return await _finish(session, known[-1], wish)
    await _disable(session, known)
    row = CatalogueRule(
        key=wish.key,
        number=len(known) + 1,
        code_number=known[0].code_number if known else await _next_number(session),
        is_shipped=wish.key in SHIPPED,
        content=wish.content,
        status="enabled",
    )
    session.add(row)
    await _publish(session, row)
    await follow_all(session)
    return row


async def draft_of_lesson(session: AsyncSession, told: LessonProposed) -> None:
    """Draft the rule that a lesson is to become, once: its title and cause, and no figure that nobody has named."""
    if told.kind != LessonKind.RISK_RULE:
        return
    if await session.get(CatalogueRule, told.lesson_id):
        return
    title, text = (told.title, told.title_zh), (told.text, told.text_zh)
    row = CatalogueRule(
        id=told.lesson_id,
        key=f"lesson_{told.lesson_id.hex[:12]}",
        number=1,
        code_number=await _next_number(session),
        is_shipped=False,
        content={"title": _both(*title), "cause": _both(*text)},
        status="draft",
    )
    session.add(row)
    await _publish(session, row)


async def enable_rule(session: AsyncSession, rule_id: UUID, *, version: int) -> CatalogueRule:
    """Have this version count, in place of another of its key."""
    row = await load(session, CatalogueRule, rule_id, version=version)
    status = row.machine.next(row.status, "enable")
    others = sa.select(CatalogueRule).where(CatalogueRule.key == row.key, CatalogueRule.id != row.id)
    await _disable(session, list(await session.scalars(others.with_for_update())))
    row.status = status
    await _publish(session, row)
    await follow_all(session)
    return row


async def disable_rule(session: AsyncSession, rule_id: UUID, *, version: int) -> CatalogueRule:
    """Have it propose nothing any more; what persons took over stays."""
    row = await load(session, CatalogueRule, rule_id, version=version)
    row.status = row.machine.next(row.status, "disable")
    await _publish(session, row)
    await follow_all(session)
    return row


async def try_rule(session: AsyncSession, rule_id: UUID, opportunity_id: UUID) -> tuple[list[Risk], str]:
    """What a rule alone would propose, and in which currency; nothing is stored.

    Raises `NothingToTry`, `RuleIsDraft`.
    """
    row = await find(session, CatalogueRule, rule_id)
    basis = await newest_basis(session, opportunity_id)
    if basis is None:
        raise NothingToTry
    baseline, estimate = basis
    project = project_of(baseline.facts, estimate.facts)
    proposed = propose(project, opportunity_id, [row.rule])
    return [risk for risk in proposed if risk.origin == "rule"], project.estimate.currency


async def _publish(session: AsyncSession, row: CatalogueRule) -> None:
    title = row.shown["title"]
    titles = {"title": title["en"], "title_zh": title["zh"]}
    await publish_of(session, RuleRecorded, row, opportunity_id=NO_OPPORTUNITY, **titles)


async def _finish(session: AsyncSession, draft: CatalogueRule, wish: RuleIn) -> CatalogueRule:
    draft.content, draft.status = wish.content, "enabled"
    await _publish(session, draft)
    await follow_all(session)
    return draft


def _both(en: str | None, zh: str | None) -> dict[str, str]:
    return {"en": en or zh or "", "zh": zh or en or ""}


async def _disable(session: AsyncSession, rows: list[CatalogueRule]) -> None:
    for row in rows:
        if row.status == "enabled":
            row.status = "disabled"
            await _publish(session, row)


async def _next_number(session: AsyncSession) -> int:
    own = sa.select(sa.func.max(CatalogueRule.code_number)).where(~CatalogueRule.is_shipped)
    return (await session.scalar(own) or 0) + 1
