"""What each event opens and closes of the work that waits for somebody; every type of event is named here."""

from collections.abc import Mapping

from services.insights.domain import work_rules as rules
from services.insights.domain.work_item import Note, Told
from services.insights.domain.work_rules import Choice, Rule


def notes_of(told: Told) -> list[Note]:
    """What an event says of the work; nothing for those that are `IRRELEVANT`."""
    return [rule(told) for rule in RULES.get(told.type, ())]


def _on_proposal(choose: Choice) -> Rule:
    return rules.of("proposal", "proposal_id", choose)


def _on_risk(choose: Choice) -> Rule:
    return rules.of("risk", "risk_id", choose)


def _on_task(kind: str) -> Rule:
    return rules.of("control_task", "control_task_id", rules.task(kind), within="task")


_clock_runs = rules.of("response_clock", "clock_id", rules.clock, within="clock")
_clock_stands = rules.of("response_clock", "clock_id", rules.nothing, within="clock")

RULES: Mapping[str, tuple[Rule, ...]] = {
    "requirements.baseline.submitted.v1": (
        rules.of_opportunity("baseline", rules.numbered, rules.baseline("baseline_review")),
    ),
    "requirements.baseline.rejected.v1": (
        rules.of_opportunity("baseline", rules.numbered, rules.baseline("baseline_rework")),
    ),
    "requirements.baseline.approved.v1": (
        rules.of_opportunity("baseline", rules.numbered, rules.nothing),
        rules.of_opportunity("estimate", rules.epoch, rules.nothing),
        rules.of_opportunity("risk_budget", rules.budget_epoch, rules.nothing),
    ),
    "requirements.baseline.withdrawn.v1": (
        rules.of_opportunity("baseline", rules.numbered, rules.nothing),
        rules.of_opportunity("estimate", rules.epoch, rules.nothing),
        rules.of_opportunity("risk_budget", rules.budget_epoch, rules.nothing),
    ),
    "requirements.import.recorded.v1": (rules.of("import", "import_id", rules.import_),),
    "engagement.article.lapsed.v1": (rules.versions("article", rules.review("article_review", "article_id")),),
    "engagement.article.recorded.v1": (rules.versions("article", rules.nothing),),
    "proposal.material.lapsed.v1": (rules.versions("material", rules.review("material_review", "material_id")),),
    "proposal.material.recorded.v1": (rules.versions("material", rules.nothing),),
    "proposal.section.recorded.v1": (rules.of("section", "proposal_section_id", rules.section),),
    "risk.control_plan.lapsed.v1": (
        rules.of("control_plan", "control_plan_id", rules.review("control_plan_review", "control_plan_id")),
    ),
    "risk.control_plan.recorded.v1": (rules.of("control_plan", "control_plan_id", rules.nothing),),
    "requirements.change_request.recorded.v1": (rules.of("change_request", "change_request_id", rules.change_request),),
    "engagement.clarification.recorded.v1": (rules.of("clarification", "clarification_id", rules.clarification),),
    "engagement.commitment.recorded.v1": (rules.of("commitment", "commitment_id", rules.commitment),),
    "engagement.response_clock.neared.v1": (_clock_runs,),
    "engagement.response_clock.breached.v1": (_clock_runs,),
    "engagement.response_clock.met.v1": (_clock_stands,),
    "engagement.response_clock.missed.v1": (_clock_stands,),
    "engagement.cadence.lapsed.v1": (
        rules.of_opportunity("talk", lambda told: rules.touched(told.data["last_touch_at"]) + 1, rules.silence),
    ),
    "engagement.interaction.recorded.v1": (
        rules.of_opportunity("talk", lambda told: rules.touched(told.data["occurred_at"]), rules.nothing),
    ),
    "engagement.advice.recorded.v1": (rules.of("advice", "advice_id", rules.advice),),
    "engagement.support_request.recorded.v1": (rules.of("support_request", "support_request_id", rules.support),),
    "engagement.handover.recorded.v1": (rules.of("handover", "handover_id", rules.handover),),
    "engagement.training.recorded.v1": (rules.of("training", "training_id", rules.training),),
    "engagement.proof.recorded.v1": (rules.of("proof", "proof_id", rules.proof),),
    "estimation.estimate.failed.v1": (
        rules.of_opportunity("estimate", rules.estimated(1), rules.because("estimate_failed", "estimate_id")),
    ),
    "estimation.estimate.completed.v1": (rules.of_opportunity("estimate", rules.estimated(2), rules.nothing),),
    "estimation.estimate.outdated.v1": (
        rules.of_opportunity("estimate", rules.estimated(3), rules.because("estimate_stale", "estimate_id")),
    ),
    "estimation.estimate.superseded.v1": (rules.of_opportunity("estimate", rules.estimated(4), rules.nothing),),
    "estimation.discount.recorded.v1": (rules.of("discount", "discount_id", rules.discount),),
    "risk.budget.failed.v1": (
        rules.of_opportunity("risk_budget", rules.budgeted(1), rules.because("risk_budget_failed", "")),
    ),
    "risk.budget.calculated.v1": (rules.of_opportunity("risk_budget", rules.budgeted(2), rules.nothing),),
    "risk.budget.outdated.v1": (
        rules.of_opportunity("risk_budget", rules.budgeted(3), rules.because("risk_budget_stale", "risk_budget_id")),
    ),
    "risk.risk.recorded.v1": (_on_risk(rules.risk),),
    "risk.risk.passed.v1": (_on_risk(rules.risk_passed),),
    "risk.acceptance.expired.v1": (_on_risk(rules.acceptance_expired),),
    "risk.response.recorded.v1": (rules.of("risk_response", "response_id", rules.response),),
    "risk.control_task.recorded.v1": (_on_task("control_task"),),
    "risk.control_task.neared.v1": (_on_task("control_task"),),
    "risk.control_task.lapsed.v1": (_on_task("control_task"),),
    "risk.control_task.triggered.v1": (_on_task("control_task_triggered"),),
    "proposal.proposal.drafted.v1": (_on_proposal(rules.drafted),),
    "proposal.proposal.reviewed.v1": (_on_proposal(rules.reviewed),),
    "proposal.proposal.outdated.v1": (_on_proposal(rules.outdated),),
    "proposal.proposal.superseded.v1": (_on_proposal(rules.nothing),),
    "proposal.proposal.submitted.v1": (_on_proposal(rules.nothing),),
    "proposal.proposal.neared.v1": (_on_proposal(rules.neared),),
    "proposal.proposal.extended.v1": (_on_proposal(rules.nothing),),
    "proposal.proposal.answered.v1": (_on_proposal(rules.answered),),
    "proposal.document.rendered.v1": (rules.of("document", "document_id", rules.nothing),),
    "proposal.document.failed.v1": (
        rules.of("document", "document_id", rules.because("document_failed", "document_id")),
    ),
    "proposal.bid.decided.v1": (rules.of("bid_decision", "bid_decision_id", rules.bid_decided),),
    "proposal.bid.reopened.v1": (rules.of("bid_decision", "bid_decision_id", rules.bid_reopened),),
    "platform.event.parked.v1": (rules.of("parked_event", "parked_event_id", rules.parked),),
    "platform.event.unparked.v1": (rules.of("parked_event", "parked_event_id", rules.nothing),),
}
"""By type: what it opens or closes, each rule of one slot."""

IRRELEVANT: Mapping[str, str] = {
    "risk.rule.recorded.v1": "a rule waits for nobody: who has a draft of one finishes it, or leaves it",
    "requirements.product.recorded.v1": "what we sell: nobody waits",
    "requirements.capability.recorded.v1": "what we sell: nobody waits",
    "requirements.questionnaire.recorded.v1": "a questionnaire waits for nobody until it is sent",
    "insights.lesson.proposed.v1": "a draft follows by itself: whoever wants it finishes it",
    "requirements.opportunity.opened.v1": "names the opportunity and its owner: kept with its journey",
    "requirements.opportunity.changed.v1": "names the opportunity and its owner: kept with its journey",
    "requirements.opportunity.closed.v1": "ends all that does not outlive it: kept with its journey",
    "requirements.requirement.recorded.v1": "requirements are agreed in the list of their opportunity, many at once",
    "requirements.fit.recorded.v1": "verdicts are confirmed in the list of their opportunity, many at once",
    "requirements.confirmation.remarked.v1": "a clarification of ours follows by itself",
    "requirements.scenario.proposed.v1": "what if: nobody waits",
    "engagement.calendar.recorded.v1": "says when days end: kept by every service",
    "engagement.clarification.lapsed.v1": "what is late is judged when somebody looks",
    "engagement.colleague.recorded.v1": "about people",
    "engagement.commitment.lapsed.v1": "what is late is judged when somebody looks",
    "engagement.contact.recorded.v1": "about people",
    "engagement.hours.recorded.v1": "done already",
    "engagement.need.heard.v1": "a requirement or change request follows by itself",
    "engagement.pursuit.totalled.v1": "a figure",
    "engagement.survey.answered.v1": "a bad mark is followed by a commitment of ours",
    "engagement.survey.sent.v1": "waits for the client, who is not chased",
    "engagement.after_sales_plan.recorded.v1": "who drafts one is not waited for",
    "estimation.economic_analysis.offered.v1": "done already",
    "estimation.economic_analysis.withdrawn.v1": "done already",
    "estimation.estimate.judged.v1": "done already",
    "estimation.estimate.priced.v1": "a draft follows by itself",
    "estimation.past_project.recorded.v1": "done already",
    "estimation.scenario.estimated.v1": "what if: nobody waits",
    "estimation.scenario.failed.v1": "what if: nobody waits",
    "estimation.scenario.priced.v1": "what if: nobody waits",
    "proposal.branding.recorded.v1": "done already",
    "proposal.limit.waived.v1": "done already",
    "proposal.material.used.v1": "it was shown, and waits for nobody",
    "proposal.outcome.recorded.v1": "the opportunity is closed by it",
    "proposal.resource_plan.agreed.v1": "done already",
    "proposal.resource_plan.withdrawn.v1": "the computed one counts again",
    "proposal.room.opened.v1": "done already",
    "proposal.room_question.asked.v1": "a clarification of ours follows by itself",
    "proposal.scenario.failed.v1": "what if: nobody waits",
    "proposal.scenario.scheduled.v1": "what if: nobody waits",
    "proposal.schedule.agreed.v1": "done already",
    "proposal.schedule.withdrawn.v1": "the computed one counts again",
    "risk.budget.superseded.v1": "the budget that takes its place is told",
    "risk.pursuit.assessed.v1": "a bid decision is reopened where it turns negative",
    "risk.pursuit.turned_negative.v1": "a bid decision is reopened by it",
    "risk.reserve.drawn.v1": "done already",
    "risk.scenario.budgeted.v1": "what if: nobody waits",
    "risk.scenario.failed.v1": "what if: nobody waits",
}
"""Events that neither open nor close an item, and why."""
