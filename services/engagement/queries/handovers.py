"""Hand-over packages: assembled from what is known, and read."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.advice import Advice
from services.engagement.models.after_sales import AfterSalesPlan
from services.engagement.models.clarifications import OPEN as OPEN_QUESTIONS
from services.engagement.models.clarifications import Clarification
from services.engagement.models.commitments import Commitment
from services.engagement.models.contacts import Contact
from services.engagement.models.handovers import Handover
from services.engagement.models.projections import InOpportunity, KnownBasis, KnownRequirement
from services.engagement.models.proofs import ProofOfConcept
from services.engagement.models.support import OPEN as OPEN_REQUESTS
from services.engagement.models.support import SupportRequest
from services.engagement.models.trainings import Training
from services.engagement.queries.after_sales import shown as plans_shown
from services.engagement.queries.contacts import contacts_by_id
from services.engagement.schemas.handovers import (
    AdvicePart,
    ClarificationPart,
    CommitmentPart,
    HandoverOut,
    HandoverQuery,
    HandoverWhole,
    PackageOut,
    PersonOut,
    ProofPart,
    RequirementPart,
    SupportPart,
    TrainingPart,
)
from shared.kernel.db import context_of
from shared.kernel.pages import Page, paginate
from shared.kernel.states import Reason

P = TypeVar("P", bound=BaseModel)

_LINKED = {"content", "contacts", "allowed_actions"}
_OWN = [name for name in HandoverOut.model_fields if name not in _LINKED]


async def handovers(session: AsyncSession, query: HandoverQuery) -> Page[HandoverOut]:
    """One page of hand-overs, without their packages."""
    found = await paginate(session, Handover, query)
    actor = context_of(session).actor
    items = [HandoverOut.model_validate({**_own(row), "allowed_actions": row.actions(actor)}) for row in found.items]
    return Page(items=items, next_cursor=found.next_cursor)


async def shown(session: AsyncSession, row: Handover) -> HandoverWhole:
    """A hand-over with its package, and the client's people as they are now."""
    keys = [UUID(key) for key in row.contact_ids]
    people = await contacts_by_id(session, keys)
    return HandoverWhole.model_validate(
        {
            **_own(row),
            "content": row.content,
            "contacts": [PersonOut.model_validate(people[key]) for key in keys if key in people],
            "allowed_actions": row.actions(context_of(session).actor),
        }
    )


def _own(row: Handover) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _OWN}


async def package(session: AsyncSession, opportunity_id: UUID) -> PackageOut:
    """All that delivery must know, as it is now."""
    told = sa.select(KnownBasis).where(KnownBasis.opportunity_id == opportunity_id)
    heard = {row.kind: row.facts for row in await session.scalars(told)}
    baseline, risks, offer = (heard.get(kind, {}) for kind in ("baseline", "risk_budget", "proposal"))
    plan = await _plan(session, opportunity_id)
    parts: dict[str, Any] = {
        "open_commitments": await _parts(
            session, CommitmentPart, Commitment, opportunity_id, Commitment.status == "open"
        ),
        "open_clarifications": await _parts(
            session, ClarificationPart, Clarification, opportunity_id, Clarification.status.in_(OPEN_QUESTIONS)
        ),
        "open_support_requests": await _parts(
            session, SupportPart, SupportRequest, opportunity_id, SupportRequest.status.in_(OPEN_REQUESTS)
        ),
        "advice": await _parts(session, AdvicePart, Advice, opportunity_id, Advice.status.in_(["given", "accepted"])),
        "proofs": await _parts(
            session, ProofPart, ProofOfConcept, opportunity_id, ProofOfConcept.status != "cancelled"
        ),
        "trainings": await _parts(session, TrainingPart, Training, opportunity_id, Training.status != "cancelled"),
    }
    return PackageOut(
        basis={kind: {k: v for k, v in facts.items() if k not in _LISTED} for kind, facts in sorted(heard.items())},
        requirements=await _requirements(session, opportunity_id, baseline),
        assumptions=_together(baseline, offer, "assumptions"),
        exclusions=_together(baseline, offer, "exclusions"),
        price=heard.get("outcome", {}).get("final_price") or offer.get("price_incl_tax"),
        milestones=offer.get("milestones", []),
        payments=offer.get("payments", []),
        deliverables=offer.get("deliverables", []),
        success_criteria=baseline.get("success_criteria", []),
        gaps=baseline.get("gaps", []),
        open_risks=risks.get("risks", []),
        after_sales_plan=plan,
        missing=_missing(heard, plan, parts),
        **parts,
    )


def _together(baseline: Mapping[str, Any], offer: Mapping[str, Any], name: str) -> list[str]:
    """What the baseline and the proposal say, each once."""
    return list(dict.fromkeys([*baseline.get(name, ()), *offer.get(name, ())]))


_LISTED = {
    "requirements", "assumptions", "exclusions", "success_criteria", "gaps", "risks", "milestones", "payments",
    "deliverables",
}  # fmt: skip
"""Facts that have a place of their own in the package."""


async def _parts(
    session: AsyncSession,
    kind: type[P],
    model: type[InOpportunity],
    opportunity_id: UUID,
    condition: sa.ColumnElement[bool],
) -> list[P]:
    own = sa.select(model).where(model.opportunity_id == opportunity_id, condition).order_by(model.id)
    return [kind.model_validate(row) for row in await session.scalars(own)]


async def contact_ids(session: AsyncSession, opportunity_id: UUID) -> list[str]:
    """The client's people of an opportunity."""
    own = sa.select(Contact.id).where(Contact.opportunity_id == opportunity_id).order_by(Contact.name, Contact.id)
    return [str(key) for key in await session.scalars(own)]


async def _plan(session: AsyncSession, opportunity_id: UUID) -> dict[str, Any] | None:
    own = sa.select(AfterSalesPlan).where(
        AfterSalesPlan.opportunity_id == opportunity_id, AfterSalesPlan.status == "agreed"
    )
    agreed = (await session.scalars(own)).one_or_none()
    if agreed is None:
        return None
    [plan] = await plans_shown(session, [agreed])
    return plan.model_dump(mode="json", exclude={"allowed_actions"})


async def _requirements(
    session: AsyncSession, opportunity_id: UUID, baseline: Mapping[str, Any]
) -> Sequence[RequirementPart]:
    """Those of the approved baseline; where none was heard of, those that are known and not withdrawn."""
    if baseline:
        return [RequirementPart.model_validate(one) for one in baseline["requirements"]]
    known = sa.select(KnownRequirement).where(
        KnownRequirement.opportunity_id == opportunity_id, KnownRequirement.status != "withdrawn"
    )
    return [RequirementPart.model_validate(row) for row in await session.scalars(known.order_by(KnownRequirement.code))]


_MISSING = {
    "no_baseline": ("No approved baseline is known.", "没有已批准的需求基线。"),
    "no_risk_budget": ("No risk budget is known.", "没有风险预算。"),
    "no_proposal": ("No submitted proposal is known.", "没有已提交的方案书。"),
    "no_after_sales_plan": ("No after-sales plan has been agreed.", "尚无已商定的售后方案。"),
    "open_commitments": ("{n} commitments are still open.", "还有 {n} 项承诺未完成。"),
    "open_clarifications": ("{n} questions are still open.", "还有 {n} 个问题未答复。"),
    "open_support_requests": ("{n} support requests are still open.", "还有 {n} 个支持申请未办结。"),
}


def _missing(
    heard: Mapping[str, Any], plan: Mapping[str, Any] | None, parts: Mapping[str, Sequence[Any]]
) -> list[Reason]:
    counts = {f"no_{kind}": int(kind not in heard) for kind in ("baseline", "risk_budget", "proposal")}
    counts |= {"no_after_sales_plan": int(plan is None)}
    counts |= {name: len(parts[name]) for name in ("open_commitments", "open_clarifications", "open_support_requests")}
    return [
        Reason(code=code, message=_MISSING[code][0].format(n=n), message_zh=_MISSING[code][1].format(n=n))
        for code, n in counts.items()
        if n
    ]
