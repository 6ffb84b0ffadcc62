"""Products, and how they meet the requirements."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands.records import next_numbers
from services.requirements.domain.fit import GAPS, SHORTFALLS
from services.requirements.models.fit import AssessedAlready, Capability, Deviation, FitAssessment, Product, Verdict
from services.requirements.models.opportunities import Opportunity
from services.requirements.models.requirements import Requirement, UnknownRequirement
from services.requirements.queries.baselines import fits_in_force
from services.requirements.queries.fit import capabilities_by_id, fits_of
from services.requirements.queries.requirements import requirements_of
from services.requirements.schemas.fit import (
    CapabilityIn,
    CapabilityPatch,
    FitAssessmentIn,
    FitAssessmentPatch,
    FitAssessmentsIn,
    FitJudgement,
    ProductIn,
    ProductPatch,
)
from shared.kernel.base import Resource, set_fields
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load
from shared.kernel.events import NO_OPPORTUNITY, Event
from shared.kernel.messaging import Passing, publish_all
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.validation import whole
from shared.language.events.requirements import FitFacts, FitRecorded
from shared.language.events.requirements.own import CapabilityRecorded, ProductRecorded


async def record_products(session: AsyncSession, wishes: Sequence[ProductIn]) -> list[Product]:
    """Record products with their capabilities, all or none."""
    products = [Product(**wish.model_dump(mode="json", exclude={"capabilities"})) for wish in wishes]
    session.add_all(products)
    await session.flush()
    capabilities = [
        Capability(product_id=product.id, **one.model_dump(mode="json"))
        for product, wish in zip(products, wishes, strict=True)
        for one in wish.capabilities
    ]
    session.add_all(capabilities)
    await _publish_catalogue(session, [*products, *capabilities])
    return products


async def change_product(session: AsyncSession, key: UUID, patch: ProductPatch, *, version: int) -> Product:
    product = await load(session, Product, key, version=version)
    product.status = product.machine.next(product.status, "change")
    set_fields(product, patch.model_dump(mode="json", exclude_unset=True))
    await session.flush()
    if product.version > version:
        await _publish_catalogue(session, [product])
    return product


async def move_product(session: AsyncSession, key: UUID, action: str, *, version: int) -> Product:
    """Retire or reactivate. What stands on a retired product is suspect."""
    product = await load(session, Product, key, version=version)
    product.status = product.machine.next(product.status, action)
    if action == "retire":
        ids = await session.scalars(sa.select(Capability.id).where(Capability.product_id == product.id))
        name = f"{product.name} {product.release}"
        await _mark(session, ids.all(), f"{name} was retired.", f"{name} 已停用。")
    await _publish_catalogue(session, [product])
    return product


async def add_capability(session: AsyncSession, product_id: UUID, wish: CapabilityIn) -> Capability:
    (await find(session, Product, product_id)).refuse_if_retired()
    capability = Capability(product_id=product_id, **wish.model_dump(mode="json"))
    session.add(capability)
    await _publish_catalogue(session, [capability])
    return capability


async def change_capability(session: AsyncSession, key: UUID, patch: CapabilityPatch, *, version: int) -> Capability:
    """Change a capability; the verdicts that stand on it are suspect until somebody confirms them again."""
    capability = await load(session, Capability, key, version=version)
    (await find(session, Product, capability.product_id)).refuse_if_retired()
    before = capability.text
    set_fields(capability, patch.model_dump(mode="json", exclude_unset=True))
    if capability.text != before:
        await _mark(session, [key], f"Capability {capability.code} has changed.", f"能力 {capability.code} 已变更。")
    await session.flush()
    if capability.version > version:
        await _publish_catalogue(session, [capability])
    return capability


async def _publish_catalogue(session: AsyncSession, rows: Sequence[Product | Capability]) -> None:
    await session.flush()
    told: list[tuple[Event, Resource]] = [
        (ProductRecorded.of(row, product_id=row.id, opportunity_id=NO_OPPORTUNITY), row)
        if isinstance(row, Product)
        else (CapabilityRecorded.of(row, capability_id=row.id, opportunity_id=NO_OPPORTUNITY), row)
        for row in rows
    ]
    await publish_all(session, told)


async def _mark(session: AsyncSession, capability_ids: Sequence[UUID], reason: str, reason_zh: str) -> None:
    standing = sa.select(FitAssessment).where(FitAssessment.capability_ids.overlap(list(capability_ids)))
    for row in await session.scalars(standing.with_for_update()):
        mark = {
            "requirement_id": str(row.requirement_id),
            "requirement_code": row.requirement_code,
            "reason": reason,
            "reason_zh": reason_zh,
            "at": now().isoformat(),
        }
        row.suspects = [*(old for old in row.suspects if old["reason"] != reason), mark]


async def assess(session: AsyncSession, wish: FitAssessmentIn) -> FitAssessment:
    """Judge a requirement. Raises `AssessedAlready`, `RequirementIsWithdrawn`, or `RetiredProduct`."""
    requirement = await load(session, Requirement, wish.requirement_id)
    (await find(session, Opportunity, requirement.opportunity_id)).refuse_if_closed()
    requirement.refuse_if_withdrawn()
    known = await session.scalar(sa.select(FitAssessment).where(FitAssessment.requirement_id == requirement.id))
    if known:
        raise AssessedAlready(code=requirement.code, assessment_id=known.id)
    await _refuse_unknown_capabilities(session, wish.capability_ids)
    assessment = _assessment_of(requirement)
    _judge(assessment, wish)
    session.add(assessment)
    await _publish(session, [assessment])
    return assessment


async def assess_many(session: AsyncSession, wish: FitAssessmentsIn) -> list[FitAssessment]:
    """Judge many requirements of one opportunity, all or none. Raises `UnknownRequirement`."""
    opportunity = await load(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    needs = {row.code: row for row in await requirements_of(session, opportunity.id)}
    unknown = sorted({one.requirement_code for one in wish.items} - needs.keys())
    if unknown:
        raise UnknownRequirement(code=opportunity.code, codes=", ".join(unknown))
    await _refuse_unknown_capabilities(session, [key for one in wish.items for key in one.capability_ids])
    known = {row.requirement_id: row for row in await fits_of(session, opportunity.id)}
    rows = []
    for one in wish.items:
        requirement = needs[one.requirement_code]
        row = known.get(requirement.id) or _assessment_of(requirement)
        known[requirement.id] = row
        _judge(row, one)
        if wish.confirm:
            _confirm(row, context_of(session).actor)
        rows.append(row)
    session.add_all(rows)
    await _publish(session, rows)
    return rows


async def change_assessment(
    session: AsyncSession, key: UUID, patch: FitAssessmentPatch, *, version: int
) -> FitAssessment:
    """Change the judgement: it waits to be confirmed again."""
    assessment = await _open(session, key, version=version)
    assessment.status = assessment.machine.next(assessment.status, "change")
    assessment.confirmed_by = assessment.confirmed_at = None
    changes = patch.model_dump(mode="json", exclude_unset=True, exclude={"capability_ids"})
    whole(FitJudgement, changes, of=assessment)
    if "capability_ids" in patch.model_fields_set:
        await _refuse_unknown_capabilities(session, patch.capability_ids)
        assessment.capability_ids = patch.capability_ids
    if "verdict" in patch.model_fields_set:
        assessment.deviation = _usual_deviation(patch.verdict)
    set_fields(assessment, changes)
    await _publish(session, [assessment])
    return assessment


async def confirm_assessment(session: AsyncSession, key: UUID, *, version: int) -> FitAssessment:
    """A person stands for the verdict, as requirement and capability are now."""
    assessment = await _open(session, key, version=version)
    _confirm(assessment, context_of(session).actor)
    await _publish(session, [assessment])
    return assessment


async def remove_assessment(session: AsyncSession, key: UUID, *, version: int) -> None:
    """Take a verdict away; baselines made before keep their copy."""
    assessment = await _open(session, key, version=version)
    await session.delete(assessment)
    await _publish(session, [assessment], is_removed=True)


async def _publish(session: AsyncSession, rows: Sequence[FitAssessment], *, is_removed: bool = False) -> None:
    """Say what is judged now of requirements of one opportunity, and whether the approved baseline holds it so."""
    await session.flush()
    rows = list(dict.fromkeys(rows))
    opportunity_id, keys = rows[0].opportunity_id, {row.requirement_id for row in rows}
    epoch, held = await fits_in_force(session, opportunity_id) or (None, {})
    told = {
        fit.requirement_id: fit.model_dump(mode="json") for fit in await fit_facts_of(session, opportunity_id, keys)
    }
    titles = sa.select(Requirement.id, Requirement.title).where(Requirement.id.in_(keys))
    title = {row.id: row.title for row in await session.execute(titles)}
    numbers = await next_numbers(session, [f"fit-{key}" for key in keys])
    events = [
        FitRecorded.of(
            row,
            opportunity_id=opportunity_id,
            title=title[row.requirement_id],
            status="removed" if is_removed else row.status,
            version=numbers[f"fit-{row.requirement_id}"],
            outdates_epoch=epoch if _differs(row.requirement_id, held, told) else None,
        )
        for row in rows
    ]
    await publish_all(
        session,
        [(event, Passing(row.id, event.version, row.__tablename__)) for event, row in zip(events, rows, strict=True)],
    )


def _differs(key: UUID, held: Mapping[UUID, Any], told: Mapping[UUID, Any]) -> bool:
    return key in held and held[key] != told.get(key)


async def _open(session: AsyncSession, key: UUID, *, version: int) -> FitAssessment:
    assessment = await load(session, FitAssessment, key, version=version)
    (await find(session, Opportunity, assessment.opportunity_id)).refuse_if_closed()
    return assessment


def _assessment_of(requirement: Requirement) -> FitAssessment:
    return FitAssessment(
        opportunity_id=requirement.opportunity_id, requirement_id=requirement.id, requirement_code=requirement.code
    )


def _judge(assessment: FitAssessment, wish: FitJudgement) -> None:
    own = wish.model_dump(mode="json", exclude={"requirement_id", "requirement_code", "deviation", "capability_ids"})
    set_fields(assessment, own)
    assessment.capability_ids = wish.capability_ids
    assessment.deviation = wish.deviation or _usual_deviation(wish.verdict)
    assessment.status, assessment.confirmed_by, assessment.confirmed_at = "proposed", None, None
    assessment.suspects = []


def _usual_deviation(verdict: Verdict) -> Deviation:
    return Deviation.NEGATIVE if verdict in SHORTFALLS else Deviation.NONE


def _confirm(assessment: FitAssessment, actor: str) -> None:
    assessment.status = assessment.machine.next(assessment.status, "confirm")
    assessment.confirmed_by, assessment.confirmed_at, assessment.suspects = actor, now(), []


async def _refuse_unknown_capabilities(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Raises `Invalid`, or `RetiredProduct` for what is not sold any more."""
    known = await capabilities_by_id(session, ids)
    unknown = sorted(str(key) for key in set(ids) - known.keys())
    if unknown:
        en, zh = f"these are no capabilities: {', '.join(unknown)}", f"以下能力不存在：{', '.join(unknown)}"
        raise Invalid([FieldError("/capability_ids", "not_found", en, zh)])
    for _, product in known.values():
        product.refuse_if_retired()


async def fit_facts_of(session: AsyncSession, opportunity_id: UUID, kept: Collection[UUID]) -> list[FitFacts]:
    """The confirmed verdicts about the requirements `kept`, as a baseline holds them, by code."""
    rows = [
        row
        for row in await fits_of(session, opportunity_id)
        if row.status == "confirmed" and row.requirement_id in kept
    ]
    capabilities = await capabilities_by_id(session, [key for row in rows for key in row.capability_ids])
    return [_facts(row, capabilities) for row in rows]


def _facts(row: FitAssessment, capabilities: Mapping[UUID, tuple[Capability, Product]]) -> FitFacts:
    met_by = [capabilities[key] for key in row.capability_ids if key in capabilities]
    gap = row.gap or (row.reason if row.verdict in GAPS else None)
    return FitFacts.of(
        row,
        product=", ".join(dict.fromkeys(f"{product.name} {product.release}" for _, product in met_by)) or None,
        product_zh="、".join(
            dict.fromkeys(f"{product.name_zh or product.name} {product.release}" for _, product in met_by)
        )
        or None,
        capability=", ".join(capability.name for capability, _ in met_by) or None,
        capability_zh="、".join(capability.name_zh or capability.name for capability, _ in met_by) or None,
        gap=gap,
    )
