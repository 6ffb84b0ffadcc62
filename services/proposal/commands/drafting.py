"""Drafting: ingredients are kept as they are heard, and a proposal is made once all four of one basis are there.

Whatever order they come in, the end is the same: each basis has one proposal with one content, the newest counts. What
persons settle (`authoring`) is part of the basis: a draft has what was settled by then, and another is made when that
changes.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID, uuid5

import sqlalchemy as sa
from prometheus_client import Histogram
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authored_parts import keep_branding, keep_moved, keep_worded
from services.proposal.commands.plans import mark_plans
from services.proposal.content.assembly import Ingredients, assemble, proposal_code
from services.proposal.content.client import for_client
from services.proposal.content.completeness import Gap, gaps
from services.proposal.content.difference import hard_limits_missed, internal_figures
from services.proposal.content.figures import with_figures
from services.proposal.content.model import ProposalContent, SettledPart
from services.proposal.content.part_types import Authored, authored
from services.proposal.domain.basis import Basis
from services.proposal.domain.canonical import canonical, content_hash
from services.proposal.domain.sections import OF_PART
from services.proposal.models.authored_parts import AuthoredPart
from services.proposal.models.documents import Content
from services.proposal.models.projections import Head, Ingredient, IngredientsDisagree
from services.proposal.models.proposals import OPEN, Proposal
from services.proposal.models.reviews import ReviewPolicy
from services.proposal.queries import proposals as queries
from services.proposal.queries.authored_parts import newest_parts
from shared.kernel.clock import now
from shared.kernel.events import Event
from shared.kernel.messaging import publish, publish_of
from shared.kernel.revisions import in_force
from shared.language.events.estimation import EstimateCompleted, EstimateOutdated, EstimatePriced
from shared.language.events.proposal import (
    EconomicCaseFacts,
    ItemPriceFacts,
    ProposalDrafted,
    ProposalOutdated,
    ProposalSuperseded,
    WorkPriceFacts,
)
from shared.language.events.requirements import BaselineApproved
from shared.language.events.risk import RiskBudgetCalculated, RiskBudgetOutdated
from shared.language.events.values import Basis as BasisFacts
from shared.language.money import Money

SECONDS = Histogram(
    "presales_approval_to_draft_seconds",
    "from the approval of a baseline to its first draft",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300),
)
WRITTEN = OF_PART.keys() | {"sections"}
"""Kinds whose authors do not approve what they wrote."""


async def take_in(session: AsyncSession, head: Head, kind: str, event: Event, basis: Basis) -> None:
    """Keep an ingredient, draft what it completes, and see what is stale or superseded by it.

    Raises `IngredientsDisagree`, or a problem of the content when the figures cannot make a proposal.
    """
    head.advance(basis)
    keys, has_proposals = await _keep_ingredient(session, kind, event, basis)
    proposals = await queries.proposals_of(session, event.opportunity_id) if has_proposals else []
    drafted = {proposal.basis.computed for proposal in proposals}
    new: list[Proposal] = []
    for complete in queries.complete_of(basis.epoch, keys):
        if complete not in drafted:
            is_first = all(proposal.epoch != complete.epoch for proposal in (*proposals, *new))
            new.append(await _draft(session, head, complete, is_first=is_first))
    await _bring_in_line(session, head, proposals, new)


async def _keep_ingredient(
    session: AsyncSession, kind: str, event: Event, basis: Basis
) -> tuple[Iterable[tuple[str, int, int]], bool]:
    """Keep it unless it is there; returns all that are there of its epoch, and whether the opportunity has proposals.

    All in one statement: most that is heard of an opportunity comes before its first proposal.
    """
    new = insert(Ingredient).values(
        opportunity_id=event.opportunity_id,
        kind=kind,
        epoch=basis.epoch,
        estimate_revision=basis.estimate_revision,
        risk_revision=basis.risk_revision,
        data=event.model_dump(mode="json"),
    )
    there = queries.keys_of(event.opportunity_id, basis.epoch)
    kept = new.on_conflict_do_nothing().returning(*there.selected_columns).cte("kept")
    all_there = there.union(sa.select(kept)).subquery()
    has_proposals = sa.exists().where(Proposal.opportunity_id == event.opportunity_id)
    rows = (await session.execute(sa.select(all_there, has_proposals.label("has_proposals")))).all()
    return [(row.kind, row.estimate_revision, row.risk_revision) for row in rows], rows[0].has_proposals


async def draft_anew(session: AsyncSession, head: Head) -> None:
    """Draft the newest basis again, with all that is settled now; nothing is drafted while an ingredient is missing."""
    newest, proposals = head.basis.computed, await queries.proposals_of(session, head.opportunity_id)
    new: list[Proposal] = []
    if head.is_live and newest in await queries.complete_bases(session, head.opportunity_id, head.epoch):
        new = [await _draft(session, head, newest)]
    await _bring_in_line(session, head, proposals, new)


async def follow_opportunity(session: AsyncSession, head: Head) -> None:
    """Something was told of the opportunity: what a draft repeats of it, or is judged by, follows."""
    baseline = await queries.baseline_of(session, head)
    if baseline is None:
        return
    if await keep_moved(session, head, await newest_parts(session, head.opportunity_id), baseline):
        await draft_anew(session, head)
    else:
        await _bring_in_line(session, head, await queries.proposals_of(session, head.opportunity_id))


async def follow_judgements(session: AsyncSession, head: Head) -> None:
    """Persons judged warnings: what a draft says of its estimate to the client follows."""
    estimate = await queries.estimate_of(session, head)
    if estimate and await keep_worded(session, head, await newest_parts(session, head.opportunity_id), estimate):
        await draft_anew(session, head)


async def begin_epoch(session: AsyncSession, opportunity_id: UUID, epoch: int, *, began: str) -> None:
    """The baseline was withdrawn or the opportunity closed: nothing made before counts any more."""
    head = await queries.head_of(session, opportunity_id)
    head.advance(Basis(epoch), began)
    await _bring_in_line(session, head, await queries.proposals_of(session, opportunity_id))


async def note_outdated(session: AsyncSession, event: EstimateOutdated) -> None:
    """An estimate would come out otherwise now: what was made from it is stale until it is made anew."""
    head = await queries.head_of(session, event.opportunity_id)
    head.note_outdated(event.basis.epoch, event.revision)
    await _bring_in_line(session, head, await queries.proposals_of(session, event.opportunity_id))


async def note_outdated_risk(session: AsyncSession, event: RiskBudgetOutdated) -> None:
    """A risk budget would come out otherwise now: what was made from it is stale until it is made anew."""
    head = await queries.head_of(session, event.opportunity_id)
    head.note_outdated_risk(Basis(event.basis.epoch, event.estimate_revision, event.revision))
    await _bring_in_line(session, head, await queries.proposals_of(session, event.opportunity_id))


async def _draft(session: AsyncSession, head: Head, computed: Basis, *, is_first: bool = False) -> Proposal:
    made_of = await ingredients_of(session, head.opportunity_id, computed)
    newest = await newest_parts(session, head.opportunity_id)
    if computed == head.basis.computed:
        await keep_branding(session, head, newest)
        await keep_moved(session, head, newest, made_of.baseline)
        await keep_worded(session, head, newest, made_of.estimate)
    parts = [part for _, part in sorted(newest.items()) if part.facts is not None]
    policy = await in_force(session, ReviewPolicy)
    required = frozenset(policy.required_sections if policy else ())
    # In a thread: other requests are answered meanwhile.
    content, data, missing = await asyncio.to_thread(_assembled, made_of, _settled(head, parts), required)
    basis = replace(computed, authored_revision=head.authored_revision)
    proposal = _proposal(made_of, content, content_hash(data), basis)
    proposal.gaps = [gap.model_dump(mode="json") for gap in missing]
    proposal.limits_missed = [asdict(one) for one in hard_limits_missed(content)]
    proposal.authors = sorted({part.settled_by for part in parts if part.kind in WRITTEN})
    session.add(proposal)
    await session.flush()
    figures = internal_figures(made_of.price).model_dump(mode="json")
    session.add(Content(proposal_id=proposal.id, content=data, internal_figures=figures))
    await publish(session, _drafted(proposal, made_of, content), about=proposal)
    if is_first:
        _measure(session, made_of.baseline.approved_at)
    return proposal


def _measure(session: AsyncSession, approved_at: datetime) -> None:
    def observe(_session: object) -> None:
        SECONDS.observe((now() - approved_at).total_seconds())

    sa.event.listen(session.sync_session, "after_commit", observe, once=True)


def _settled(head: Head, parts: Sequence[AuthoredPart]) -> Authored:
    found = [(SettledPart.of(part), part.facts or {}) for part in parts]
    return authored(head.authored_revision, found)


def _assembled(
    made_of: Ingredients, settled: Authored, required: frozenset[str]
) -> tuple[ProposalContent, bytes, tuple[Gap, ...]]:
    content = assemble(made_of, settled)
    missing = gaps(content, required)
    if content.sections:
        sections = with_figures(content.sections, for_client(content))
        content = content.model_copy(update={"sections": sections})
    return content, canonical(content.model_dump(mode="json")), missing


async def ingredients_of(session: AsyncSession, opportunity_id: UUID, basis: Basis) -> Ingredients:
    """The four events of a computed basis that is complete. Raises `IngredientsDisagree`."""
    data = await queries.ingredients(session, opportunity_id, basis)
    made_of = Ingredients(
        baseline=BaselineApproved.model_validate(data["baseline"]),
        estimate=EstimateCompleted.model_validate(data["estimate"]),
        risk=RiskBudgetCalculated.model_validate(data["risk"]),
        price=EstimatePriced.model_validate(data["price"]),
    )
    _refuse_disagreement(made_of)
    return made_of


def _refuse_disagreement(made_of: Ingredients) -> None:
    """Epoch and revisions are equal already; ids and hashes have to be so too."""
    baseline, estimate, risk, price = made_of.baseline, made_of.estimate, made_of.risk, made_of.price
    checks = [
        (kind, field, getattr(basis, field), getattr(baseline, field))
        for kind, basis in (("estimate", estimate.basis), ("risk", risk.basis), ("price", price.basis))
        for field in ("baseline_id", "content_hash")
    ]
    checks += [
        ("risk", "estimate_id", risk.estimate_id, estimate.estimate_id),
        ("price", "estimate_id", price.estimate_id, estimate.estimate_id),
        ("price", "risk_budget_id", price.risk_budget_id, risk.risk_budget_id),
        ("risk", "currency", risk.currency, estimate.currency),
        ("price", "currency", price.currency, estimate.currency),
    ]
    for kind, field, found, wanted in checks:
        if found != wanted:
            raise IngredientsDisagree(kind=kind, epoch=baseline.epoch, field=field, found=found, wanted=wanted)


def _proposal(made_of: Ingredients, content: ProposalContent, digest: str, basis: Basis) -> Proposal:
    baseline, estimate, risk = made_of.baseline, made_of.estimate, made_of.risk
    key = content.key_figures
    authored_part = f":{basis.authored_revision}" if basis.authored_revision else ""
    return Proposal(
        id=uuid5(estimate.estimate_id, f"proposal:{risk.risk_budget_id}{authored_part}"),
        opportunity_id=baseline.opportunity_id,
        code=proposal_code(content.opportunity_code),
        revision=basis.revision,
        version_label=content.version_label,
        title=content.title,
        client_name=content.client.name,
        language=content.language,
        baseline_id=baseline.baseline_id,
        baseline_number=baseline.baseline_number,
        epoch=baseline.epoch,
        baseline_hash=baseline.content_hash,
        estimate_id=estimate.estimate_id,
        estimate_revision=estimate.revision,
        risk_budget_id=risk.risk_budget_id,
        risk_revision=risk.revision,
        authored_revision=basis.authored_revision,
        content_hash=digest,
        currency=content.currency,
        price_excl_tax=key.price_excl_tax,
        price_incl_tax=key.price_incl_tax,
        effort_days=key.effort_days,
        start=key.start,
        finish=key.finish,
        p80_finish=key.p80_finish,
        validity_days=content.validity_days,
        stale_because=None,
    )


def _drafted(proposal: Proposal, made_of: Ingredients, content: ProposalContent) -> ProposalDrafted:
    baseline, lines, case = made_of.baseline, made_of.estimate.lines, content.economics
    shown = for_client(content)
    return ProposalDrafted.of(
        proposal,
        proposal_id=proposal.id,
        basis=BasisFacts.of(baseline),
        price_incl_tax=Money(amount=proposal.price_incl_tax, currency=proposal.currency),
        work_prices=tuple(
            WorkPriceFacts.of(work, line_id=line.id) for line, work in zip(lines, shown.work, strict=True)
        ),
        item_prices=tuple(
            ItemPriceFacts.of(item, code=str(number)) for number, item in enumerate(shown.price.items, 1)
        ),
        phase_prices=tuple(
            ItemPriceFacts(code=phase.phase, name=phase.name, name_zh=phase.name_zh, price=phase.total)
            for phase in shown.price.phases
        ),
        economics=case and EconomicCaseFacts.of(case, economic_analysis_id=case.analysis_id),
    )


async def _bring_in_line(
    session: AsyncSession, head: Head, earlier: Sequence[Proposal], new: Sequence[Proposal] = ()
) -> None:
    """Bring all proposals of the opportunity in line with what was heard: freshness, and who supersedes whom."""
    if earlier:  # plans are drafted after them
        await mark_plans(session, head)
    proposals = sorted((*earlier, *new), key=lambda one: one.revision)
    newest = proposals[-1] if proposals else None
    for proposal in proposals:
        if proposal.compare(head) and proposal.status in _MARKED:
            await _publish_outdated(session, head, proposal)
        if newest and proposal is not newest and proposal.status in OPEN:
            proposal.status = "superseded"
            await publish_of(session, ProposalSuperseded, proposal, superseded_by=newest.id)


_MARKED = OPEN | {"submitted", "accepted"}
"""Whoever works with these wants to know."""


async def _publish_outdated(session: AsyncSession, head: Head, proposal: Proposal) -> None:
    reason = proposal.stale_reason
    if reason is None:
        return
    await publish_of(session, ProposalOutdated, proposal, epoch=head.epoch, reason=reason)
