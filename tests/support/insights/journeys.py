"""Journeys folded from events."""

from datetime import UTC, datetime, timedelta

from services.insights.domain.journey import Fact, Journey, fold
from shared.language.events.requirements import OpportunityFacts, OpportunityOpened

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def basis(epoch):
    return {"baseline_id": f"b{epoch}", "baseline_number": epoch, "epoch": epoch, "content_hash": "x"}


def fact(kind, seconds, version=1, **data):
    """An event of the journey, `seconds` after noon."""
    return Fact(
        f"{kind}-{seconds}-{version}-{data.get('language', '')}",
        kind,
        NOON + timedelta(seconds=seconds),
        version,
        "ann",
        data,
    )


def chain(epoch, start):
    """What one approval brings about."""
    return [
        fact("requirements.baseline.submitted.v1", start - 5, 2, baseline_id=f"b{epoch}", baseline_number=epoch),
        fact("requirements.baseline.approved.v1", start, 3, baseline_id=f"b{epoch}", baseline_number=epoch, epoch=epoch),
        fact("estimation.estimate.completed.v1", start + 1, basis=basis(epoch), estimate_id=f"e{epoch}", revision=1),
        fact("risk.budget.calculated.v1", start + 2, basis=basis(epoch), risk_budget_id=f"r{epoch}", estimate_revision=1, revision=1),
        fact("estimation.estimate.priced.v1", start + 3, 2, basis=basis(epoch), estimate_id=f"e{epoch}", revision=1),
        fact("proposal.proposal.drafted.v1", start + 4, basis=basis(epoch), proposal_id=f"p{epoch}", revision=epoch),
        fact("proposal.document.rendered.v1", start + 5, proposal_id=f"p{epoch}", document_id=f"d{epoch}zh", revision=epoch, language="zh", sha256="1"),
        fact("proposal.document.rendered.v1", start + 5, proposal_id=f"p{epoch}", document_id=f"d{epoch}en", revision=epoch, language="en", sha256="2"),
    ]  # fmt: skip


def folded(facts):
    journey = Journey()
    for one in facts:
        journey = fold(journey, one)
    return journey


def opened(opportunity_id, title="Deal"):
    facts = OpportunityFacts(
        code="OPP-2026-0001", title=title, client_name="Bank", client_industry=None, client_background=None,
        language="zh", currency="CNY", region=None, owner="ann", stage="draft",
    )  # fmt: skip
    return OpportunityOpened(opportunity_id=opportunity_id, opportunity=facts)
