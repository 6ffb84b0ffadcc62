"""What the requirements service reads."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.domain.duplicates import ALIKE, likeness
from services.requirements.models.baselines import Baseline
from services.requirements.models.changes import KnownClarification, KnownFigures
from services.requirements.models.discovery import Pain, Stakeholder
from services.requirements.models.fit import Capability, FitAssessment, Product
from services.requirements.models.imports import ImportRow
from services.requirements.models.interviews import Confirmation
from services.requirements.models.opportunities import Client, Concern, Constraint, Opportunity
from services.requirements.models.requirements import Requirement
from shared.kernel.problems import FieldError, Invalid


async def requirements_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Requirement]:
    """All requirements of an opportunity that are not withdrawn, by code."""
    statement = (
        sa.select(Requirement)
        .where(Requirement.opportunity_id == opportunity_id, Requirement.status != "withdrawn")
        .order_by(Requirement.code)
    )
    return (await session.scalars(statement)).all()


async def ids_of_codes(session: AsyncSession, opportunity_id: UUID, codes: Iterable[str]) -> dict[str, UUID]:
    """The ids of those of `codes` that are requirements of the opportunity."""
    statement = sa.select(Requirement.code, Requirement.id).where(
        Requirement.opportunity_id == opportunity_id, Requirement.code.in_(list(codes))
    )
    return {row.code: row.id for row in await session.execute(statement)}


async def ids_of_client_codes(session: AsyncSession, opportunity_id: UUID, codes: Iterable[str]) -> dict[str, UUID]:
    """As `ids_of_codes` by the client's codes, of those that only one requirement has."""
    statement = sa.select(Requirement.client_code, sa.func.array_agg(Requirement.id).label("ids")).where(
        Requirement.opportunity_id == opportunity_id,
        Requirement.client_code.in_(list(codes)),
        Requirement.status != "withdrawn",
    )
    rows = await session.execute(statement.group_by(Requirement.client_code))
    return {row.client_code: row.ids[0] for row in rows if len(row.ids) == 1}


async def greatest_requirement_number(session: AsyncSession, opportunity_id: UUID) -> int:
    """The greatest number in a code of the form `REQ-014`, 0 where there is none."""
    number = sa.cast(sa.func.substring(Requirement.code, r"^REQ-(\d{1,9})$"), sa.Integer)
    greatest = await session.scalar(sa.select(sa.func.max(number)).where(Requirement.opportunity_id == opportunity_id))
    return greatest or 0


async def constraints_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Constraint]:
    """All constraints of an opportunity, oldest first."""
    statement = sa.select(Constraint).where(Constraint.opportunity_id == opportunity_id).order_by(Constraint.id)
    return (await session.scalars(statement)).all()


async def concerns_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Concern]:
    """All concerns of an opportunity, by code."""
    statement = sa.select(Concern).where(Concern.opportunity_id == opportunity_id).order_by(Concern.code)
    return (await session.scalars(statement)).all()


async def approved_baseline(session: AsyncSession, opportunity_id: UUID) -> Baseline | None:
    """The baseline that counts, locked, or None."""
    statement = (
        sa.select(Baseline)
        .where(Baseline.opportunity_id == opportunity_id, Baseline.status == "approved")
        .with_for_update()
    )
    return await session.scalar(statement)


async def baseline_to_compare(session: AsyncSession, baseline: Baseline, against: UUID | None) -> Baseline:
    """The baseline `against`, or the numbered one before; raises `Invalid` when there is none of this opportunity."""
    statement = sa.select(Baseline).where(Baseline.opportunity_id == baseline.opportunity_id)
    if against:
        statement = statement.where(Baseline.id == against)
    else:
        statement = statement.where(Baseline.number < baseline.number).order_by(Baseline.number.desc()).limit(1)
    found = await session.scalar(statement)
    if found is None:
        raise Invalid(
            [
                FieldError(
                    "?against",
                    "nothing_to_compare",
                    "must be another baseline of the same opportunity; there is no earlier one",
                    "必须是同一商机的另一条基线；不存在更早的基线",
                )
            ]
        )
    return found


async def next_baseline_number(session: AsyncSession, opportunity_id: UUID) -> int:
    """The number that the opportunity's next baseline gets, from 1."""
    statement = sa.select(sa.func.max(Baseline.number)).where(Baseline.opportunity_id == opportunity_id)
    return (await session.scalar(statement) or 0) + 1


async def people_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Stakeholder]:
    """The stakeholders of an opportunity, the most influential first."""
    statement = sa.select(Stakeholder).where(Stakeholder.opportunity_id == opportunity_id)
    return (await session.scalars(statement.order_by(Stakeholder.influence.desc(), Stakeholder.id))).all()


async def named_people(
    session: AsyncSession, opportunity_id: UUID, ids: Collection[UUID], pointer: str
) -> Sequence[Stakeholder]:
    """The stakeholders `ids` of an opportunity. Raises `Invalid`, naming those that it has not."""
    statement = sa.select(Stakeholder).where(Stakeholder.opportunity_id == opportunity_id, Stakeholder.id.in_(ids))
    found = (await session.scalars(statement)).all()
    unknown = sorted(str(key) for key in set(ids) - {row.id for row in found})
    if unknown:
        text = ", ".join(unknown)
        en, zh = f"the opportunity has no stakeholder {text}", f"该商机没有干系人 {text}"
        raise Invalid([FieldError(pointer, "not_found", en, zh)])
    return found


async def pains_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Pain]:
    """The pains of an opportunity, oldest first."""
    statement = sa.select(Pain).where(Pain.opportunity_id == opportunity_id).order_by(Pain.id)
    return (await session.scalars(statement)).all()


async def possible_duplicates(session: AsyncSession, opportunity: Opportunity) -> list[dict[str, Any]]:
    """Open opportunities that may be the same as `opportunity`, the likeliest first, ten at most."""
    told = ("code", "title", "owner", "stage")
    own = sa.select(Client.name).where(Client.id == opportunity.client_id).scalar_subquery().label("client")
    others = await session.execute(
        sa.select(Opportunity.id, *(getattr(Opportunity, name) for name in told), Client.name, own)
        .join(Client, Client.id == Opportunity.client_id)
        .where(Opportunity.id != opportunity.id, Opportunity.stage != "closed")
        .order_by(Opportunity.created_at.desc())
        .limit(_MOST_COMPARED)
    )
    found = []
    for other in others:
        alike = likeness(other.client, opportunity.title, other.name, other.title)
        if alike.score >= ALIKE:
            found.append(
                {
                    "opportunity_id": other.id,
                    **{name: getattr(other, name) for name in told},
                    "client_name": other.name,
                    "score": alike.score,
                    "reason": f"The clients' names are {alike.client:.0%} alike, the titles {alike.title:.0%}.",
                    "reason_zh": f"客户名称相似度 {alike.client:.0%}，商机标题相似度 {alike.title:.0%}。",
                }
            )
    return sorted(found, key=lambda one: -one["score"])[:10]


_MOST_COMPARED = 2000
"""Open opportunities that a new one is compared with, the newest: a tenant has some hundreds."""


async def open_opportunities_of(session: AsyncSession, client_id: UUID) -> Sequence[UUID]:
    """The ids of a client's opportunities that are not closed, in one order for all who lock them."""
    statement = sa.select(Opportunity.id).where(Opportunity.client_id == client_id, Opportunity.stage != "closed")
    return (await session.scalars(statement.order_by(Opportunity.id))).all()


async def figures_of(session: AsyncSession, opportunity_id: UUID) -> dict[str, KnownFigures]:
    """What the other stages told last of an opportunity, by part: estimate, risk, price, schedule."""
    rows = await session.scalars(sa.select(KnownFigures).where(KnownFigures.opportunity_id == opportunity_id))
    return {row.part: row for row in rows}


async def open_questions_of(
    session: AsyncSession, opportunity_id: UUID, requirement_ids: Iterable[UUID]
) -> Sequence[KnownClarification]:
    """Clarifications about any of these requirements that nobody has settled yet, by code."""
    statement = sa.select(KnownClarification).where(
        KnownClarification.opportunity_id == opportunity_id,
        KnownClarification.is_open,
        KnownClarification.requirement_ids.overlap(list(requirement_ids)),
    )
    return (await session.scalars(statement.order_by(KnownClarification.code))).all()


def needing(relied_on: Sequence[Requirement]) -> sa.Select[Requirement]:
    """The requirements that depend on any of these, of one opportunity, and are not withdrawn."""
    return (
        sa.select(Requirement)
        .where(
            Requirement.opportunity_id == relied_on[0].opportunity_id,
            Requirement.status != "withdrawn",
            Requirement.depends_on.overlap([row.id for row in relied_on]),
        )
        .order_by(Requirement.code)
    )


def worrying_about(needs: Sequence[Requirement]) -> sa.Select[Concern]:
    """The concerns that name any of these requirements of one opportunity."""
    return (
        sa.select(Concern)
        .where(
            Concern.opportunity_id == needs[0].opportunity_id,
            Concern.requirement_ids.overlap([row.id for row in needs]),
        )
        .order_by(Concern.code)
    )


def fits_about(needs: Sequence[Requirement]) -> sa.Select[FitAssessment]:
    """The fit assessments of these requirements."""
    return sa.select(FitAssessment).where(FitAssessment.requirement_id.in_([row.id for row in needs]))


async def epochs_outdated_by(session: AsyncSession, rows: Sequence[Requirement]) -> dict[UUID, int]:
    """For each of these that changed or was withdrawn, the epoch of the approved baseline with its earlier content.

    They are of one opportunity; what its baseline does not hold is not named.
    """
    moved = {str(row.id): row.id for row in rows if row.status in {"changed", "withdrawn"}}
    if not moved:
        return {}
    path = sa.cast("$.requirements[*].id", JSONPATH)
    held = sa.func.jsonb_path_query(Baseline.snapshot, path, type_=JSONB)
    statement = sa.select(Baseline.epoch, held).where(
        Baseline.opportunity_id == rows[0].opportunity_id, Baseline.status == "approved"
    )
    return {moved[key]: epoch for epoch, key in await session.execute(statement) if key in moved}


async def fits_in_force(session: AsyncSession, opportunity_id: UUID) -> tuple[int, dict[UUID, Any]] | None:
    """The epoch of the approved baseline, and what it holds of each requirement's fit: None where it holds nothing."""
    path = sa.cast("$.requirements[*].id", JSONPATH)
    held = await session.execute(
        sa.select(
            Baseline.epoch,
            Baseline.snapshot["fits"],
            sa.func.jsonb_path_query_array(Baseline.snapshot, path, type_=JSONB),
        ).where(Baseline.opportunity_id == opportunity_id, Baseline.status == "approved")
    )
    for epoch, fits, requirements in held:
        by_requirement = {one["requirement_id"]: one for one in fits or ()}
        return epoch, {UUID(key): by_requirement.get(key) for key in requirements}
    return None


async def fits_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[FitAssessment]:
    """All fit assessments of an opportunity, by the code of their requirement."""
    statement = sa.select(FitAssessment).where(FitAssessment.opportunity_id == opportunity_id)
    return (await session.scalars(statement.order_by(FitAssessment.requirement_code))).all()


async def capabilities_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, tuple[Capability, Product]]:
    """Those of `ids` that exist, each with its product."""
    wanted = set(ids)
    statement = sa.select(Capability, Product).join(Product, Product.id == Capability.product_id)
    rows = await session.execute(statement.where(Capability.id.in_(wanted))) if wanted else ()
    return {capability.id: (capability, product) for capability, product in rows}


async def offered_capabilities(session: AsyncSession) -> Sequence[tuple[Capability, Product]]:
    """Every capability of every active product."""
    statement = sa.select(Capability, Product).join(Product, Product.id == Capability.product_id)
    rows = await session.execute(statement.where(Product.status == "active").order_by(Capability.id))
    return [(capability, product) for capability, product in rows]


async def questions_of(session: AsyncSession, requirement: Requirement) -> Sequence[KnownClarification]:
    """Every clarification about a requirement, by code."""
    statement = sa.select(KnownClarification).where(
        KnownClarification.opportunity_id == requirement.opportunity_id,
        KnownClarification.requirement_ids.contains([requirement.id]),
    )
    return (await session.scalars(statement.order_by(KnownClarification.code))).all()


async def baselines_with(session: AsyncSession, requirement: Requirement) -> Sequence[Baseline]:
    """The baselines that hold a requirement, oldest first."""
    statement = sa.select(Baseline).where(
        Baseline.opportunity_id == requirement.opportunity_id,
        Baseline.snapshot.contains({"requirements": [{"id": str(requirement.id)}]}),
    )
    return (await session.scalars(statement.order_by(Baseline.number))).all()


async def confirmations_of(session: AsyncSession, requirement: Requirement) -> Sequence[Confirmation]:
    """Every time that the client was asked to confirm a requirement, oldest first."""
    statement = sa.select(Confirmation).where(
        Confirmation.opportunity_id == requirement.opportunity_id,
        Confirmation.requirement_ids.contains([requirement.id]),
    )
    return (await session.scalars(statement.order_by(Confirmation.id))).all()


async def all_requirements_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Requirement]:
    """All requirements of an opportunity, the withdrawn ones too."""
    return (await session.scalars(sa.select(Requirement).where(Requirement.opportunity_id == opportunity_id))).all()


async def import_rows(session: AsyncSession, import_id: UUID, numbers: Iterable[int]) -> Sequence[ImportRow]:
    """Rows of a preview by their numbers."""
    statement = sa.select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number.in_(set(numbers)))
    return (await session.scalars(statement)).all()


async def import_rows_in(session: AsyncSession, import_id: UUID, states: Sequence[str]) -> Sequence[ImportRow]:
    """Rows of a preview in any of these states, in their order."""
    statement = sa.select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.state.in_(states))
    return (await session.scalars(statement.order_by(ImportRow.number))).all()


async def import_codes(session: AsyncSession, import_id: UUID) -> set[str]:
    """The codes that the new rows of a preview bring along."""
    code = ImportRow.wish["code"].astext
    statement = sa.select(code).where(ImportRow.import_id == import_id, ImportRow.state == "new", code.is_not(None))
    return set(await session.scalars(statement))


async def import_counts(session: AsyncSession, import_id: UUID) -> dict[str, int]:
    """How many rows of a preview are in each state."""
    counted = sa.select(ImportRow.state, sa.func.count().label("rows")).where(ImportRow.import_id == import_id)
    rows = await session.execute(counted.group_by(ImportRow.state))
    return {row.state: row.rows for row in rows}


async def import_page(
    session: AsyncSession, import_id: UUID, *, after: int, limit: int, states: Collection[str] | None
) -> Sequence[ImportRow]:
    """Rows of a preview after a number, in any state or in these."""
    statement = sa.select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number > after)
    if states:
        statement = statement.where(ImportRow.state.in_(states))
    return (await session.scalars(statement.order_by(ImportRow.number).limit(limit))).all()
