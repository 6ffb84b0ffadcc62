"""What services say of opportunities over months, at the moments that a test names: events for the figures."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from services.insights.domain import dossier
from services.insights.domain.journey import Fact
from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.compute import Figure
from services.insights.domain.period import Period, Span
from services.insights.handlers import on
from shared.kernel.context import Context
from shared.kernel.messaging.envelope import decode, encode
from shared.language.events.engagement import (
    ResponseClockBreached,
    ResponseClockFacts,
    ResponseClockMet,
    ResponseClockMissed,
    ResponseClockNeared,
    SurveyAnswered,
    SurveySent,
)
from shared.language.events.engagement.support import PursuitTotalled, SupportRequestRecorded
from shared.language.events.estimation.history import PastProjectRecorded
from shared.language.events.proposal import MaterialUsed, OutcomeRecorded, ProposalDrafted, ProposalSubmitted
from shared.language.events.requirements import OpportunityChanged, OpportunityClosed, OpportunityFacts, Prospect
from shared.language.events.risk.register import RiskRecorded
from shared.language.money import Money
from tests.conftest import TENANT
from tests.support.estimation.events import approved, requirement
from tests.support.proposal import samples

FIRST = datetime(2026, 7, 1, 4, tzinfo=UTC)
"""Noon where the tenant works, on the first day of the third quarter."""
NAMED = {"code": "OPP-2026-0001", "title": "Deal", "client_name": "Bank", "client_industry": "Banking"}


def key(*parts):
    return uuid5(NAMESPACE_URL, "/".join(map(str, ("stories", *parts))))


def at(days, minutes=0):
    """So long after the first noon."""
    return FIRST + timedelta(days=days, minutes=minutes)


def told(event, moment, version=1, about=None, tenant=TENANT):
    """`event` as it arrives, said at `moment` by version `version` of `about`."""
    about = about or event.opportunity_id
    context = Context(tenant=tenant, actor="ann")
    event_id = key(event.type, about, version, tenant)
    return decode(encode(event, context, event_id=event_id, aggregate_id=about, sequence=version, time=moment))


def fact(envelope):
    """An event as the domain folds it."""
    return Fact(
        str(envelope.id), envelope.type, envelope.time, envelope.sequence, envelope.actor, envelope.data
    )  # fmt: skip


def cny(amount):
    return Money.of(str(amount), "CNY")


def changed(deal, stage, days, version, *, prospect=None, **wish):
    facts = {
        **NAMED, "client_background": None, "language": "zh", "currency": "CNY", "region": "South", "owner": "lin",
        "stage": stage, **wish,
    }  # fmt: skip
    event = OpportunityChanged(
        opportunity_id=deal, opportunity=OpportunityFacts(**facts), version=version,
        prospect=Prospect(**(prospect or {})),
    )  # fmt: skip
    return told(event, at(days), version)


def closed(deal, days, version, outcome="lost"):
    return told(OpportunityClosed(opportunity_id=deal, outcome=outcome, reason=None, epoch=9), at(days), version)


def outcome(deal, result, day, version=1, **wish):
    silent = dict.fromkeys(
        ("reason", "competitor_id", "competitor_name", "proposal_id", "submitted_at", "win_probability",
         "offered_price", "final_price", "winning_price")
    )  # fmt: skip
    event = OutcomeRecorded(
        opportunity_id=deal, outcome_id=key(deal, "outcome"), result=result, version=version,
        decided_on=date.fromisoformat(day), **{"reasons": (), "lessons": (), **silent, **wish},
    )  # fmt: skip
    return told(event, at(100 + version), version, about=event.outcome_id)


def baseline(deal, number, days, requirements=None, **wish):
    event = approved(number, requirements or [requirement(n) for n in range(4)], deal=deal)
    event = event.model_copy(update={"approved_at": at(days), "opportunity_id": deal, **wish})
    return told(event, at(days), 3, about=event.baseline_id)


@cache
def _sample():
    return samples.events("lending", size=3)


def estimated(deal, number, days, effort=100.0, low_high=(80.0, 130.0)):
    event = _sample().estimate
    leading = event.methods[0].model_copy(update={"low_days": low_high[0], "high_days": low_high[1]})
    event = event.model_copy(
        update={
            "opportunity_id": deal, "estimate_id": key(deal, "estimate", number), "effort_days": effort,
            "basis": event.basis.model_copy(update={"epoch": number}), "methods": (leading,),
        }
    )  # fmt: skip
    return told(event, at(days), 1, about=event.estimate_id)


def priced(deal, number, days, *, price, budget, version=2):
    event = _sample().price
    event = event.model_copy(
        update={
            "opportunity_id": deal, "estimate_id": key(deal, "estimate", number), "price_excl_tax": cny(price),
            "total_budget": cny(budget), "currency": "CNY",
        }
    )  # fmt: skip
    return told(event, at(days), version, about=event.estimate_id)


def drafted(deal, number, days):
    event = ProposalDrafted(
        opportunity_id=deal, proposal_id=key(deal, "proposal", number), code="P-1", revision=number,
        basis=_sample().estimate.basis.model_copy(update={"epoch": number}), estimate_id=key(deal, "estimate", number),
        estimate_revision=1, risk_budget_id=key(deal, "risk"), risk_revision=1, content_hash="x",
        price_incl_tax=cny(100), effort_days=1, start=date(2027, 1, 1), finish=date(2027, 6, 1),
    )  # fmt: skip
    return told(event, at(days), 1, about=event.proposal_id)


def submitted(deal, number, days, price=100):
    event = ProposalSubmitted(
        opportunity_id=deal, proposal_id=key(deal, "proposal", number), revision=number,
        basis=_sample().estimate.basis.model_copy(update={"epoch": number}), content_hash="x", submitted_by="lin",
        submitted_at=at(days), valid_until=date(2027, 1, 1), price_incl_tax=cny(price),
    )  # fmt: skip
    return told(event, at(days), 4, about=event.proposal_id)


_CLOCKS = {
    "neared": ResponseClockNeared, "breached": ResponseClockBreached, "met": ResponseClockMet,
    "missed": ResponseClockMissed,
}  # fmt: skip


def clock(deal, name, state, days, minutes, version=2, purpose="first"):
    facts = ResponseClockFacts(
        clock_id=key(deal, "clock", name), subject_kind="clarification", subject_id=key(deal, name),
        subject_label="Q", purpose=purpose, priority="high", owner="lin", target_minutes=240,
        elapsed_minutes=minutes, started_at=at(days), due_at=at(days + 1),
    )  # fmt: skip
    event = _CLOCKS[state](opportunity_id=deal, clock=facts)
    return told(event, at(days, minutes), version, about=facts.clock_id)


def _survey(deal, name, kind):
    return {
        "opportunity_id": deal, "survey_invitation_id": key(deal, "invitation", name), "survey_id": key(kind),
        "survey_key": kind, "survey_number": 1, "kind": kind, "stage": None, "interaction_id": None,
        "support_request_id": None, "training_id": None,
    }  # fmt: skip


def asked(deal, name, kind, days):
    event = SurveySent(**_survey(deal, name, kind))
    return told(event, at(days), 1, about=event.survey_invitation_id)


def answered(deal, name, kind, days, score, *words, origin="link"):
    event = SurveyAnswered(
        **_survey(deal, name, kind), origin=origin, score=score, verbatims=words, answered_at=at(days)
    )
    return told(event, at(days), 2, about=event.survey_invitation_id)


def support(deal, name, days, version=1, status="requested", **wish):
    silent = dict.fromkeys(("assignee", "needed_by", "waits_for", "rating"))
    facts = {
        "domain": "technical", "kind": "consulting", "priority": "normal", "escalation_level": 0,
        "times_reopened": 0, **silent, **wish,
    }  # fmt: skip
    event = SupportRequestRecorded(
        opportunity_id=deal, support_request_id=key(deal, "support", name), code="SUP-1", title="Help",
        status=status, requester="lin", requirement_ids=(), version=version, **facts,
    )  # fmt: skip
    return told(event, at(days), version, about=event.support_request_id)


def pursuit(deal, hours, cost, days, version=1, uncosted=0.0):
    event = PursuitTotalled(
        opportunity_id=deal, hours=hours, costs=(cny(cost),) if cost else (), uncosted_hours=uncosted,
        hours_by_activity={"analysis": hours}, last_worked_on=None, version=version,
    )  # fmt: skip
    return told(event, at(days), version)


def risk(deal, name, probability, came, days, version=4):
    event = RiskRecorded(
        opportunity_id=deal, risk_id=key(deal, "risk", name), code="RSK-1", title="R", title_zh="风险",
        category="technical", kind="threat", status="closed" if came else "identified", reason=None, owner=None,
        probability=probability, rating=None, accepted_by=None, accepted_until=None, version=version, outcome=came,
        outcome_probability=probability if came else None, outcome_at=at(days) if came else None,
    )  # fmt: skip
    return told(event, at(days), version, about=event.risk_id)


def delivered(deal, number, actual, estimated_days, p80, finished, revision=1, **wish):
    facts = {"is_excluded": False, **wish}
    event = PastProjectRecorded(
        opportunity_id=deal, past_project_id=key(deal, "project", number), revision=revision,
        estimate_id=key(deal, "estimate", number), size=1, size_unit="fp", effort_days=actual,
        estimated_effort_days=estimated_days, estimated_effort_p80_days=p80, cost=None, estimated_cost=None,
        estimated_cost_p80=None, duration_months=None, started_on=None,
        finished_on=date.fromisoformat(finished) if finished else None, **facts,
    )  # fmt: skip
    return told(event, at(200 + revision), revision, about=event.past_project_id)


def shown(deal, material, name, day):
    event = MaterialUsed(
        opportunity_id=deal, material_use_id=key(deal, "use", name), material_id=key(material), key=material, number=1,
        used_on=date.fromisoformat(day),
    )  # fmt: skip
    return told(event, at(50), 1, about=event.material_use_id)


async def hear(client, *envelopes):
    """Deliver events, all in one batch; returns how many were new."""
    return await on.handle(client.app.state.database, list(envelopes))


def cases(*envelopes):
    """What the service makes of these events, without a database: one case for each opportunity, by its id."""
    sections, outcomes = defaultdict(dict), {}
    for one in envelopes:
        own = one.opportunity_id
        sections[own] = {**sections[own], **dossier.fold(sections[own], [fact(one)])}
        if one.type == OutcomeRecorded.type and one.sequence >= outcomes.get(own, (0,))[0]:
            outcomes[own] = (one.sequence, one.data)
    return [Case(own, outcomes.get(own, (0, None))[1], held) for own, held in sorted(sections.items())]


def span(label=None, today="2026-10-01"):
    """A period where the tenant works, looked at on a day."""
    return Span(Period.parse(label) if label else None, ZoneInfo("Asia/Shanghai"), date.fromisoformat(today))


def by_id(measures):
    """Measures by what names them."""
    return {Figure({}, one).id: one for one in measures}


def values(measures):
    """Their values as floats, by what names them."""
    return {name: None if one.value is None else float(one.value) for name, one in by_id(measures).items()}


DEAL = key("deal")


def story(deal=DEAL, offset=0):
    """An opportunity from its opening to its end, with something of everything that figures are made of."""
    needs = [requirement(n) for n in range(4)]
    other = [requirement(0, title="Other"), *needs[1:3], requirement(9)]
    return [
        changed(deal, "draft", offset, 1, prospect={"kind": "tender"}),
        changed(deal, "active", offset + 3, 2, prospect={"kind": "tender", "win_probability": 0.5}),
        clock(deal, "a", "met", offset + 4, 90),
        clock(deal, "b", "neared", offset + 4, 200, version=2),
        clock(deal, "b", "breached", offset + 4, 240, version=3),
        clock(deal, "b", "missed", offset + 4, 300, version=4),
        baseline(deal, 1, offset + 10, needs),
        estimated(deal, 1, offset + 10),
        priced(deal, 1, offset + 10, price=1000, budget=800),
        priced(deal, 1, offset + 11, price=1000, budget=700, version=3),
        baseline(deal, 2, offset + 12, other),
        drafted(deal, 1, offset + 12),
        submitted(deal, 1, offset + 15),
        changed(deal, "submitted", offset + 15, 3, prospect={"kind": "tender"}),
        asked(deal, "s", "csat", offset + 16),
        answered(deal, "s", "csat", offset + 17, 5, "Well done"),
        support(deal, "h", offset + 5),
        support(deal, "h", offset + 6, 2, "in_progress"),
        support(deal, "h", offset + 8, 3, "closed", rating=4),
        pursuit(deal, 10.0, 1000, offset + 5),
        pursuit(deal, 16.5, 1650, offset + 9, version=2),
        risk(deal, "r", 0.3, None, offset + 10, version=1),
        risk(deal, "r", 0.3, "happened", offset + 20, version=2),
        shown(deal, "deck", "one", "2026-07-10"),
        outcome(deal, "lost", "2026-08-01", 1, offered_price=cny(1130), win_probability=0.5),
        outcome(deal, "won", "2026-08-02", 2, offered_price=cny(1130), win_probability=0.5),
        closed(deal, offset + 32, 4, "won"),
        delivered(deal, 1, 120.0, 100.0, 115.0, "2026-11-02"),
        delivered(deal, 1, 110.0, 100.0, 115.0, "2026-11-02", revision=2),
    ]
