"""What persons settled is kept: a history that is only added to."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.content.base import Part, Words
from services.proposal.content.estimate_words import EstimateWords, worded, words_of
from services.proposal.content.opportunity_changes import LimitsPart, OpportunityPart, left
from services.proposal.domain.basis import Basis
from services.proposal.models.authored_parts import AuthoredPart
from services.proposal.models.projections import Head, KnownOpportunity, KnownWarnings
from services.proposal.queries.brandings import branding_of
from shared.kernel.db import context_of
from shared.language.events.estimation import EstimateCompleted
from shared.language.events.requirements import BaselineApproved

OF_NO_BASIS = Basis(0)
"""For a part that stays right whatever baseline and estimate there are."""


Parts = dict[str, AuthoredPart]
"""The newest of each kind of an opportunity."""


def keep_part(
    session: AsyncSession, head: Head, parts: Parts, kind: str, facts: Part | None, made_from: Basis = OF_NO_BASIS
) -> bool:
    """Keep `facts` as the opportunity's next authored revision; False when that is what was settled last."""
    told = facts.model_dump(mode="json") if facts else None
    last = parts.get(kind)
    if (last.facts, last.made_from) == (told, made_from) if last else told is None:
        return False
    head.authored_revision += 1
    parts[kind] = AuthoredPart(
        opportunity_id=head.opportunity_id,
        revision=head.authored_revision,
        kind=kind,
        facts=told,
        epoch=made_from.epoch,
        estimate_revision=made_from.estimate_revision,
        settled_by=context_of(session).actor,
    )
    session.add(parts[kind])
    return True


async def keep_branding(session: AsyncSession, head: Head, parts: Parts) -> None:
    """Have the draft that is being made say the branding of now: the tenant's may have changed since the last one."""
    facts = await branding_of(session, head.opportunity_id)
    if keep_part(session, head, parts, "branding", facts):
        # It comes along with something else, which is why older drafts are stale.
        head.settled = head.settled or "branding"


async def keep_moved(session: AsyncSession, head: Head, parts: Parts, baseline: BaselineApproved) -> bool:
    """Have drafts repeat the opportunity and its limits as they are now, where that is newer than the baseline.

    True when that is otherwise than before. What no draft can follow is noted at the head: see `Head.left_baseline`.
    """
    known = await session.get(KnownOpportunity, (context_of(session).tenant, head.opportunity_id))
    if known is None or not known.facts:
        return False
    is_newer = known.version > baseline.opportunity_version
    facts, limits = (known.told_facts, known.told_limits) if is_newer else (baseline.opportunity, None)
    told = {
        "opportunity": OpportunityPart.moved(facts, baseline.opportunity),
        "limits": LimitsPart.moved(limits, baseline.constraints),
    }
    head.left_baseline = left(facts, baseline.opportunity)
    moved = [kind for kind, part in told.items() if keep_part(session, head, parts, kind, part)]
    if moved:
        head.settled = moved[-1]
    return bool(moved)


async def keep_worded(session: AsyncSession, head: Head, parts: Parts, estimate: EstimateCompleted) -> bool:
    """Have drafts say of an estimate what persons have worded for the client by now; True when that was otherwise."""
    key = (context_of(session).tenant, estimate.estimate_id)
    heard = await session.get(KnownWarnings, key, populate_existing=True)
    judged = map(Words.model_validate, heard.worded if heard else ())
    items = tuple(dict.fromkeys((*judged, *worded(estimate.overrides))))
    part = None if items == words_of(estimate) else EstimateWords(items=items)
    if not keep_part(session, head, parts, "estimate_words", part):
        return False
    head.settled = "estimate_words"
    return True
