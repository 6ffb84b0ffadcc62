"""The events that tell of pursuits, as the services would have said them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from examples.portfolio.pursuits import Pursuit, hour_rate
from shared.kernel.events import Event
from shared.language.events import engagement, estimation, proposal, requirements, risk
from shared.language.events.engagement import support
from shared.language.events.estimation.history import PastProjectRecorded
from shared.language.events.proposal.documents import DocumentRendered
from shared.language.events.risk.register import RiskRecorded
from shared.language.events.values import Basis
from shared.language.money import Money

_TAX = Decimal("0.06")
_MORNING = time(1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai."""
_LEAST, _MOST = 0.8, 1.35
"""Ends of a range against its most likely value."""


def recorded(pursuits: Sequence[Pursuit]) -> list[dict[str, Any]]:
    """All events in the order of their times, in the form that `POST /v1/history` takes."""
    told = [event for one in pursuits for event in _Teller(one).events()]
    return sorted(told, key=lambda event: event["time"])  # the order within an opportunity stays, times never fall


def opportunity_id(one: Pursuit) -> UUID:
    """The id of a pursuit's opportunity."""
    return _id(one, "opportunity")


def _id(one: Pursuit, *what: object) -> UUID:
    return uuid5(NAMESPACE_URL, f"portfolio/{one.number}/{one.opened}/{'/'.join(map(str, what))}")


class _Teller:
    """Tells one pursuit, day by day; several events of a day follow each other by a minute."""

    def __init__(self, one: Pursuit) -> None:
        self.one = one
        self.key = opportunity_id(one)
        self.title = one.solution.title_zh if one.client.language == "zh" else one.solution.title
        self.versions: dict[UUID, int] = {}
        self.of_day: dict[date, int] = {}
        self.count = 0

    def events(self) -> Iterator[dict[str, Any]]:
        """In the order of their days."""
        parts = [*self._opening(), *self._talks(), *self._work(), *self._chain(), *self._end()]
        for day, about, actor, event in sorted(parts, key=lambda part: part[0]):
            yield self._event(day, about, actor, event)

    def _event(self, day: date, about: UUID, actor: str, event: Event) -> dict[str, Any]:
        self.of_day[day] = minute = self.of_day.get(day, 0) + 1
        self.versions[about] = version = self.versions.get(about, 0) + 1
        self.count += 1
        at = datetime.combine(day, _MORNING) + timedelta(minutes=minute)
        data = event.model_dump(mode="json")
        if "version" in data:
            data["version"] = version
        return {
            "id": str(_id(self.one, "event", self.count)),
            "type": f"presales.{event.type}",
            "time": at.isoformat().replace("+00:00", "Z"),
            "subject": f"opportunity/{self.key}",
            "partitionkey": str(about),
            "sequence": version,
            "authid": actor,
            "data": data,
        }

    def _money(self, amount: Decimal) -> Money:
        return Money.of(amount, self.one.currency)

    def _facts(self, stage: str) -> requirements.OpportunityFacts:
        one = self.one
        return requirements.OpportunityFacts(
            code=f"OPP-{one.opened.year}-{9000 + one.number}", title=f"{one.client.name} {self.title}",
            client_name=one.client.name, client_industry=one.client.industry, client_background=None,
            language=one.client.language, currency=one.currency, region=one.client.region, owner=one.owner, stage=stage,
        )  # fmt: skip

    def _prospect(self, probability: float | None) -> requirements.Prospect:
        one = self.one
        return requirements.Prospect(
            kind=one.kind, expected_value=self._money(one.value), close_date=one.close_on, win_probability=probability
        )

    def _opening(self) -> Iterator[tuple[date, UUID, str, Event]]:
        one = self.one
        opened = requirements.OpportunityOpened(
            opportunity_id=self.key, opportunity=self._facts("draft"), prospect=self._prospect(one.stated)
        )
        yield one.opened, self.key, one.owner, opened
        for stage, day in one.stages[1:]:
            changed = requirements.OpportunityChanged(
                opportunity_id=self.key, opportunity=self._facts(stage),
                prospect=self._prospect(one.expected if one.submitted and day >= one.submitted else one.stated),
            )  # fmt: skip
            yield day, self.key, one.owner, changed
        until = one.approved[0] if one.approved else min(one.decided or one.opened, one.opened)
        for number in range(1, one.requirements + 1 if one.bid_decided else 1):
            key = _id(one, "requirement", number)
            days = (until - one.opened).days
            day = one.opened + timedelta(days=days * number // (one.requirements + 1))
            yield day, key, one.owner, self._requirement(key, number)
        if one.bid_decided:
            decided = proposal.BidDecided(
                opportunity_id=self.key, bid_decision_id=_id(one, "bid"), score=0.7, recommendation="go",
                decision="no_go" if one.result == "not_bid" else "go", decided_by="wang", reason=None,
                open_conditions=(), version=1,
            )  # fmt: skip
            yield one.bid_decided, _id(one, "bid"), "wang", decided

    def _requirement(self, key: UUID, number: int) -> requirements.RequirementRecorded:
        module = self.one.solution.modules[number % 3]
        return requirements.RequirementRecorded(
            opportunity_id=self.key, requirement_id=key, code=f"REQ-{number:03}", title=f"{module} {number}",
            kind="functional", priority=("must", "should", "could")[number % 3], status="confirmed", version=1,
        )  # fmt: skip

    def _talks(self) -> Iterator[tuple[date, UUID, str, Event]]:
        for number, answer in enumerate(self.one.answers, 1):
            key = _id(self.one, "clock", number)
            started = datetime.combine(answer.day, _MORNING)
            clock = engagement.ResponseClockFacts(
                clock_id=key, subject_kind="clarification", subject_id=_id(self.one, "clarification", number),
                subject_label=f"CLR-{number:03}", purpose="first" if number == 1 else "following",
                priority=answer.priority, owner=self.one.owner, target_minutes=answer.target_minutes,
                elapsed_minutes=answer.minutes, started_at=started,
                due_at=started + timedelta(minutes=answer.target_minutes),
            )  # fmt: skip
            kind = engagement.ResponseClockMet if answer.is_in_time else engagement.ResponseClockMissed
            yield answer.day, key, self.one.owner, kind(opportunity_id=self.key, clock=clock)
        for number, survey in enumerate(self.one.surveys, 1):
            key = _id(self.one, "survey", number)
            asked = {
                "opportunity_id": self.key, "survey_invitation_id": key, "survey_id": _id(self.one, survey.kind),
                "survey_key": survey.kind, "survey_number": 1, "kind": survey.kind, "stage": "proposal",
                "interaction_id": None, "support_request_id": None, "training_id": None,
            }  # fmt: skip
            yield survey.sent, key, self.one.owner, engagement.SurveySent(**asked)
            if survey.score is not None:
                answered = engagement.SurveyAnswered(
                    **asked, origin="link", score=survey.score, verbatims=(survey.words,) if survey.words else (),
                    answered_at=datetime.combine(survey.sent, _MORNING) + timedelta(hours=6),
                    is_bad=survey.score <= (2 if survey.kind == "csat" else 6),
                )  # fmt: skip
                yield survey.sent, key, "link", answered

    def _work(self) -> Iterator[tuple[date, UUID, str, Event]]:
        one, spent, cost = self.one, 0.0, Decimal(0)
        by_activity: dict[str, float] = {}
        for number, part in enumerate(one.hours, 1):
            key = _id(one, "hours", number)
            paid = hour_rate(one.currency) * Decimal(str(part.hours))
            spent, cost = spent + part.hours, cost + paid
            by_activity[part.activity] = by_activity.get(part.activity, 0.0) + part.hours
            hours = support.HoursRecorded(
                opportunity_id=self.key, time_entry_id=key, role="consultant", worked_on=part.day,
                hours=part.hours, cost=self._money(paid), activity=part.activity, support_request_id=None, version=1,
            )  # fmt: skip
            total = support.PursuitTotalled(
                opportunity_id=self.key, hours=spent, costs=(self._money(cost),), uncosted_hours=0.0,
                hours_by_activity=dict(by_activity), last_worked_on=part.day, version=1,
            )  # fmt: skip
            yield part.day, key, one.owner, hours
            yield part.day, _id(one, "pursuit"), one.owner, total
        for number, asked in enumerate(one.support, 1):
            key = _id(one, "support", number)
            for status in ("requested", "closed") if asked.is_closed else ("requested",):
                request = support.SupportRequestRecorded(
                    opportunity_id=self.key, support_request_id=key, code=f"SUP-{number:03}",
                    title=f"{asked.domain} {asked.kind}", domain=asked.domain, kind=asked.kind, priority="normal",
                    status=status, requester=one.owner, assignee=one.owner, needed_by=None, waits_for=None,
                    escalation_level=0, times_reopened=0, rating=None, requirement_ids=(), version=1,
                )  # fmt: skip
                yield asked.day, key, one.owner, request

    def _basis(self, number: int) -> Basis:
        return Basis(
            baseline_id=_id(self.one, "baseline", number), baseline_number=number, epoch=number, content_hash="-"
        )

    def _chain(self) -> Iterator[tuple[date, UUID, str, Event]]:
        one = self.one
        if one.submitted_for_review:
            key = _id(one, "baseline", 1)
            waits = requirements.BaselineSubmitted(
                opportunity_id=self.key, baseline_id=key, baseline_number=1, requirement_count=one.requirements,
                submitted_by=one.owner,
            )  # fmt: skip
            yield one.submitted_for_review, key, one.owner, waits
        for number, day in enumerate(one.approved, 1):
            if number > 1:
                yield from self._change(day)
            yield day, _id(one, "baseline", number), "wang", self._baseline(number, day)
            yield from self._figures(number, day, is_last=number == len(one.approved))

    def _change(self, day: date) -> Iterator[tuple[date, UUID, str, Event]]:
        key = _id(self.one, "change")
        changed = tuple(_id(self.one, "requirement", number) for number in range(1, self.one.changed + 1))
        for status in ("draft", "approved", "applied"):
            request = requirements.ChangeRequestRecorded(
                opportunity_id=self.key, change_request_id=key, code="CR-001", title="Wishes of the client",
                status=status, requirement_ids=changed, origin=None,
                baseline_id=_id(self.one, "baseline", 2) if status == "applied" else None, version=1,
            )  # fmt: skip
            yield day, key, self.one.owner, request
        for number, requirement in enumerate(changed, 1):
            yield day, requirement, self.one.owner, self._requirement(requirement, number)

    def _baseline(self, number: int, day: date) -> requirements.BaselineApproved:
        changed = self.one.changed if number > 1 else 0
        return requirements.BaselineApproved(
            opportunity_id=self.key, **self._basis(number).model_dump(), author=self.one.owner, approved_by="wang",
            approved_at=datetime.combine(day, _MORNING), opportunity=self._facts("estimating"),
            requirements=tuple(
                requirements.RequirementFacts(
                    id=_id(self.one, "requirement", place), code=f"REQ-{place:03}",
                    title=f"{self.one.solution.modules[place % 3]} {place}",
                    statement=f"Requirement {place}{' as changed' if place <= changed else ''}",
                    kind="functional", priority=("must", "should", "could")[place % 3],
                    group=self.one.solution.modules[place % 3],
                )
                for place in range(1, self.one.requirements + 1)
            ),
        )  # fmt: skip

    def _figures(self, number: int, day: date, *, is_last: bool) -> Iterator[tuple[date, UUID, str, Event]]:
        """Estimate, risk budget, price and draft of a baseline; the first of two counts without the change."""
        one, basis = self.one, self._basis(number)
        part = 1.0 if is_last else 1 / (1 + 0.6 * one.changed / one.requirements)
        effort, p80 = round(one.effort_days * part, 1), round(one.p80_days * part, 1)
        cost, price = one.cost * Decimal(str(part)), one.price * Decimal(str(part))
        reserve = cost * Decimal("0.08")
        estimate, budget, draft = (_id(one, name, number) for name in ("estimate", "budget", "proposal"))
        zero, none = self._money(Decimal(0)), ()
        yield day, estimate, one.owner, estimation.EstimateCompleted(
            opportunity_id=self.key, estimate_id=estimate, revision=1, basis=basis, currency=one.currency,
            planned_start=day, team={"developer": 6.0}, lines=none, cost_items=none, phases=none, divergence=0.2,
            is_divergent=False, effort_days=effort, effort_p50_days=effort, effort_p80_days=p80,
            labour_cost=self._money(cost), material_cost=zero, financial_cost=zero, base_cost=self._money(cost),
            daily_burn=self._money(cost / 100), parameter_set="standard", engine_version="1",
            methods=tuple(
                estimation.MethodResult(
                    method=name, effort_days=round(effort * by, 1), low_days=round(effort * by * _LEAST, 1),
                    high_days=round(effort * by * _MOST, 1), note="-", note_zh="-",
                )
                for name, by in (("three_point", 1.0), ("function_points", 1.2))
            ),
        )  # fmt: skip
        yield day, budget, one.owner, risk.RiskBudgetCalculated(
            opportunity_id=self.key, risk_budget_id=budget, revision=1, basis=basis, estimate_id=estimate,
            estimate_revision=1, currency=one.currency, base_cost=self._money(cost),
            mean_cost=self._money(cost * Decimal("1.04")), standard_deviation=(cost / 20).quantize(Decimal("0.01")),
            percentiles={
                name: (cost * Decimal(by)).quantize(Decimal("0.01"))
                for name, by in (("p10", "0.98"), ("p50", "1.04"), ("p80", "1.08"), ("p90", "1.1"), ("p95", "1.12"))
            },
            confidence=0.8, contingency=self._money(reserve), expected_value=self._money(reserve / 2),
            management_reserve=zero, response_cost=zero, total_reserve=self._money(reserve), schedule_p50_days=3,
            schedule_p80_days=8, probability_within_base=0.2, phases=none, risks=none, curve=none, seed=one.number,
            samples=10_000, standard_error_p80=0.001, is_converged=True, engine_version="1",
        )  # fmt: skip
        tax = price * _TAX
        yield day, estimate, one.owner, estimation.EstimatePriced(
            opportunity_id=self.key, estimate_id=estimate, revision=1, basis=basis, risk_budget_id=budget,
            risk_revision=1, currency=one.currency, base_cost=self._money(cost), contingency=self._money(reserve),
            risk_response_cost=zero, management_reserve=zero, total_budget=self._money(cost + reserve),
            margin_rate=one.margin, price_excl_tax=self._money(price), tax_rate=float(_TAX), tax=self._money(tax),
            price_incl_tax=self._money(price + tax), price_lines=none, phases=none, months=none, milestones=none,
            peak_funding=self._money(cost / 4),
        )  # fmt: skip
        yield day, draft, one.owner, proposal.ProposalDrafted(
            opportunity_id=self.key, proposal_id=draft, code=f"PRO-{one.number:04}", revision=number, basis=basis,
            estimate_id=estimate, estimate_revision=1, risk_budget_id=budget, risk_revision=1, content_hash="-",
            price_incl_tax=self._money(price + tax), effort_days=effort, start=day + timedelta(days=30),
            finish=day + timedelta(days=200), p80_finish=day + timedelta(days=215),
        )  # fmt: skip
        for language in ("zh", "en"):
            document = _id(one, "document", number, language)
            yield day, document, one.owner, DocumentRendered(
                opportunity_id=self.key, document_id=document, proposal_id=draft, revision=number, language=language,
                media_type="application/pdf", sha256="-", size_bytes=1, pages=1,
            )  # fmt: skip

    def _end(self) -> Iterator[tuple[date, UUID, str, Event]]:
        one = self.one
        number = len(one.approved)
        if one.submitted:
            yield from self._offer(one.submitted, _id(one, "proposal", number), number)
        if not (one.result and one.decided):
            return
        if one.submitted and one.result in {"won", "lost"}:
            answered = proposal.ProposalAnswered(
                opportunity_id=self.key, proposal_id=_id(one, "proposal", number), revision=number, reason=None,
                status="accepted" if one.result == "won" else "declined", estimate_id=_id(one, "estimate", number),
            )  # fmt: skip
            yield one.decided, _id(one, "proposal", number), one.owner, answered
        final = self._money(one.final * (1 + _TAX)) if one.final else None
        rival = one.competitor if one.submitted else None
        yield one.decided, _id(one, "outcome"), one.owner, proposal.OutcomeRecorded(
            opportunity_id=self.key, outcome_id=_id(one, "outcome"), result=one.result, reasons=one.reasons,
            reason=None, lessons=(), competitor_id=rival and _id_of(rival.name),
            competitor_name=rival and rival.name, decided_on=one.decided,
            proposal_id=_id(one, "proposal", number) if one.submitted else None,
            submitted_at=datetime.combine(one.submitted, _MORNING) if one.submitted else None,
            win_probability=one.expected, offered_price=self._with_tax(one.price) if one.submitted else None,
            final_price=final, winning_price=final, version=1,
        )  # fmt: skip
        closed = requirements.OpportunityClosed(
            opportunity_id=self.key, outcome=one.result, reason=None, epoch=number + 1
        )
        yield one.decided, self.key, one.owner, closed
        if one.delivered and one.actual_days:
            yield one.delivered, _id(one, "past"), one.owner, self._project(one.delivered, one.actual_days, number)

    def _with_tax(self, price: Decimal) -> Money:
        return self._money(price * (1 + _TAX))

    def _offer(self, day: date, key: UUID, number: int) -> Iterator[tuple[date, UUID, str, Event]]:
        one = self.one
        for status, who in (("in_review", one.owner), ("approved", "wang")):
            reviewed = proposal.ProposalReviewed(
                opportunity_id=self.key, proposal_id=key, revision=number, status=status, content_hash="-", by=who
            )
            yield day, key, who, reviewed
        yield day, key, one.owner, proposal.ProposalSubmitted(
            opportunity_id=self.key, proposal_id=key, revision=number, basis=self._basis(number), content_hash="-",
            submitted_by=one.owner, submitted_at=datetime.combine(day, _MORNING), valid_until=day + timedelta(days=90),
            price_incl_tax=self._with_tax(one.price), win_probability=one.expected,
            risk_budget_id=_id(one, "budget", number),
        )  # fmt: skip
        for place, threat in enumerate(one.threats, 1):
            yield day, _id(one, "risk", place), one.owner, self._risk(place, "analysed")
            if threat.happened is not None and one.delivered:
                status = "materialised" if threat.happened else "closed"
                yield one.delivered, _id(one, "risk", place), one.owner, self._risk(place, status)

    def _risk(self, place: int, status: str) -> RiskRecorded:
        threat = self.one.threats[place - 1]
        known: dict[str, Any] = {}
        if status != "analysed" and self.one.delivered:
            known = {
                "outcome": "happened" if threat.happened else "did_not_happen",
                "outcome_probability": threat.probability,
                "outcome_at": datetime.combine(self.one.delivered, _MORNING),
            }
        return RiskRecorded(
            opportunity_id=self.key, risk_id=_id(self.one, "risk", place), code=f"RSK-{place:03}",
            title=f"{threat.category} {place}", title_zh=f"风险 {place}", category=threat.category, kind="threat",
            status=status, reason=None if status == "analysed" else "seen at the end", owner=self.one.owner,
            probability=threat.probability, rating="moderate", accepted_by=None, accepted_until=None,
            version=1, **known,
        )  # fmt: skip

    def _project(self, day: date, actual: float, number: int) -> PastProjectRecorded:
        one = self.one
        cost = one.cost * Decimal(str(round(actual / one.effort_days, 6)))
        return PastProjectRecorded(
            opportunity_id=self.key, past_project_id=_id(one, "past"), revision=1,
            estimate_id=_id(one, "estimate", number), is_excluded=False, size=float(one.requirements),
            size_unit="requirements", effort_days=actual, estimated_effort_days=one.effort_days,
            estimated_effort_p80_days=one.p80_days, cost=self._money(cost), estimated_cost=self._money(one.cost),
            estimated_cost_p80=self._money(one.cost * Decimal("1.18")), duration_months=6.0, started_on=one.decided,
            finished_on=day,
        )  # fmt: skip


def _id_of(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"portfolio/{name}")
