"""Events that open and close work, of one opportunity each."""

from datetime import timedelta
from uuid import UUID

from services.insights.domain.work_item import Told
from services.insights.handlers import on
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.language.events.engagement import ClarificationRecorded, CommitmentRecorded
from shared.language.events.engagement.support import SupportRequestRecorded
from shared.language.events.proposal import ProposalDrafted, ProposalReviewed
from shared.language.events.requirements import (
    BaselineRejected,
    BaselineSubmitted,
    OpportunityClosed,
    OpportunityFacts,
    OpportunityOpened,
)
from shared.language.events.values import Basis
from tests.conftest import envelope
from tests.support.days import today

NOWHERE = UUID(int=7)


def opened(deal, owner="ann", code="OPP-2026-0001"):
    facts = OpportunityFacts(
        code=code, title="Deal", client_name="Bank", client_industry=None, client_background=None,
        language="zh", currency="CNY", region=None, owner=owner, stage="draft",
    )  # fmt: skip
    return OpportunityOpened(opportunity_id=deal, opportunity=facts, version=1)


def closed(deal):
    return OpportunityClosed(opportunity_id=deal, outcome="lost", reason=None, epoch=1)


def submitted(deal, by="ann", baseline_id=NOWHERE, number=1):
    return BaselineSubmitted(
        opportunity_id=deal, baseline_id=baseline_id, baseline_number=number, requirement_count=1, submitted_by=by
    )


def rejected(deal, baseline_id=NOWHERE, number=1):
    return BaselineRejected(
        opportunity_id=deal, baseline_id=baseline_id, baseline_number=number, rejected_by="bob", reason="Too thin."
    )


def promised(deal, owner="ann", *, due_on=None, status="open", side="us", commitment_id=None, version=1):
    return CommitmentRecorded(
        opportunity_id=deal, commitment_id=commitment_id or new_id(), code="CMT-001", side=side,
        statement="Send the plan", owner=owner, due_on=due_on or today() + timedelta(days=30), status=status,
        version=version,
    )  # fmt: skip


def asked(deal, owner="ann", *, due_at=None, status="asked", requirement_ids=(), clarification_id=None, version=1):
    return ClarificationRecorded(
        opportunity_id=deal, clarification_id=clarification_id or new_id(), code="CLR-001", question="Who approves?",
        requirement_ids=requirement_ids, status=status, is_open=status != "accepted", owed_by="us", due_at=due_at,
        version=version, owner=owner, asked_at=now() - timedelta(days=3),
    )  # fmt: skip


def support(deal, status, *, request_id=None, assignee=None, version=1):
    return SupportRequestRecorded(
        opportunity_id=deal, support_request_id=request_id or new_id(), code="SUP-001", title="Sizing",
        domain="technical", kind="consulting", priority="normal", status=status, requester="ann", assignee=assignee,
        needed_by=None, waits_for=None, escalation_level=0, times_reopened=0, rating=None, requirement_ids=(),
        version=version,
    )  # fmt: skip


def drafted(deal, proposal_id):
    basis = Basis(baseline_id=NOWHERE, baseline_number=1, epoch=1, content_hash="x")
    return ProposalDrafted(
        opportunity_id=deal, proposal_id=proposal_id, code="PRP-001", revision=1, basis=basis, estimate_id=NOWHERE,
        estimate_revision=1, risk_budget_id=NOWHERE, risk_revision=1, content_hash="x",
        price_incl_tax={"amount": "100.00", "currency": "CNY"}, effort_days=1, start=today(), finish=today(),
    )  # fmt: skip


def reviewed(deal, proposal_id, status, by="ann"):
    return ProposalReviewed(
        opportunity_id=deal, proposal_id=proposal_id, revision=1, status=status, content_hash="x", by=by
    )


def told(event, sequence=1):
    """An event, as work is folded from it."""
    one = envelope(event, sequence=sequence)
    return Told(one.type, one.opportunity_id, one.time, one.sequence, one.data)


async def hear(client, *events, tenant="acme", sequence=1):
    await on.handle(client.app.state.database, [envelope(one, sequence=sequence, tenant=tenant) for one in events])
