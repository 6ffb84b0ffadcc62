"""Publishes the support that is given, each row as it is after the change."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.numbers import next_number
from services.engagement.domain.pursuit_cost import cost_of
from services.engagement.models.after_sales import AfterSalesPlan
from services.engagement.models.articles import Article
from services.engagement.models.colleagues import Colleague
from services.engagement.models.effort import TimeEntry
from services.engagement.models.handovers import Handover
from services.engagement.models.proofs import ProofOfConcept
from services.engagement.models.support import SupportRequest
from services.engagement.models.surveys import Survey, SurveyInvitation
from services.engagement.models.trainings import Training
from services.engagement.queries.effort import last_worked_on, summary
from shared.kernel.clock import now
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.messaging import publish, publish_of
from shared.kernel.messaging.outbox import Passing
from shared.language.business_day import hours_per_day
from shared.language.events.engagement import ColleagueRecorded, SurveyAnswered, SurveySent
from shared.language.events.engagement.support import (
    AfterSalesPlanRecorded,
    ArticleLapsed,
    ArticleRecorded,
    HandoverFacts,
    HandoverRecorded,
    HandoverRiskFacts,
    HandoverTaskFacts,
    HoursRecorded,
    ProofRecorded,
    PursuitTotalled,
    SupportRequestRecorded,
    TrainingRecorded,
)
from shared.language.roster import note_colleague


async def publish_request(session: AsyncSession, request: SupportRequest) -> None:
    await publish_of(session, SupportRequestRecorded, request)


async def publish_colleague(session: AsyncSession, colleague: Colleague) -> None:
    """Say, to ourselves too, who somebody of the team is, and since when they have left."""
    await session.flush()
    event = ColleagueRecorded.of(colleague, colleague_id=colleague.id)
    if await note_colleague(session, event):
        await publish(session, event, about=colleague)


async def publish_hours(session: AsyncSession, entry: TimeEntry, colleague: Colleague) -> None:
    await session.flush()
    hours = entry.hours if entry.state == "recorded" else Decimal(0)
    day_cost = colleague.day_cost(entry.worked_on)
    await publish_of(
        session,
        HoursRecorded,
        entry,
        hours=float(hours),
        cost=cost_of(hours, day_cost, await hours_per_day(session)) if day_cost else None,
    )


async def publish_pursuit(session: AsyncSession, opportunity_id: UUID) -> None:
    """What the pursuit of an opportunity has taken, after a change of its hours or of what they cost."""
    await session.flush()
    # the number is taken first: whoever totals at the same time waits, and sees our hours
    version = await next_number(session, f"pursuit/{opportunity_id}")
    found = await summary(session, opportunity_id, with_cost=True)
    event = PursuitTotalled(
        opportunity_id=opportunity_id,
        hours=float(found.hours),
        costs=tuple(found.costs or ()),
        uncosted_hours=float(found.uncosted_hours),
        hours_by_activity={name: float(hours) for name, hours in found.by_activity.items()},
        last_worked_on=await last_worked_on(session, opportunity_id),
        version=version,
    )
    await publish(session, event, about=Passing(opportunity_id, version, "pursuit"))


async def publish_sent_survey(session: AsyncSession, survey: Survey, invitation: SurveyInvitation) -> None:
    await publish_of(session, SurveySent, invitation, **_asked(survey))


async def publish_answered_survey(
    session: AsyncSession, survey: Survey, invitation: SurveyInvitation, verbatims: Sequence[str]
) -> None:
    await publish_of(
        session,
        SurveyAnswered,
        invitation,
        **_asked(survey),
        verbatims=tuple(verbatims),
        answered_at=invitation.answered_at or now(),
        is_bad=survey.is_bad(invitation.score),
    )


def _asked(survey: Survey) -> dict[str, Any]:
    return {"survey_id": survey.id, "survey_key": survey.key, "survey_number": survey.number, "kind": survey.kind}


async def publish_training(session: AsyncSession, training: Training) -> None:
    await publish_of(
        session,
        TrainingRecorded,
        training,
        sessions=len(training.sessions),
        starts_at=min((one["starts_at"] for one in training.sessions), default=None),
        registered=len(training.participants),
        attended=len(training.attended),
    )


async def publish_proof(session: AsyncSession, proof: ProofOfConcept) -> None:
    await session.flush()
    event = ProofRecorded.of(proof, proof_id=proof.id)
    await publish(session, event, about=proof)


async def publish_article_of(session: AsyncSession, article: Article) -> None:
    await publish_of(session, ArticleRecorded, article, opportunity_id=NO_OPPORTUNITY)


async def publish_lapsed_article(session: AsyncSession, article: Article) -> None:
    await publish_of(
        session,
        ArticleLapsed,
        article,
        opportunity_id=NO_OPPORTUNITY,
        title=article.title or article.title_zh or article.key,
    )


async def publish_after_sales_plan(session: AsyncSession, plan: AfterSalesPlan) -> None:
    await publish_of(session, AfterSalesPlanRecorded, plan)


async def publish_handover(session: AsyncSession, handover: Handover) -> None:
    await publish_of(
        session,
        HandoverRecorded,
        handover,
        reason=handover.returns[-1]["reason"] if handover.status == "returned" else None,
        content=_package(handover.content),
    )


def _package(content: Mapping[str, Any]) -> HandoverFacts:
    """What others need of a package; it was made from `schemas.handovers.PackageOut`."""
    basis = content["basis"]
    baseline, proposal = basis.get("baseline", {}), basis.get("proposal", {})
    plan = content["after_sales_plan"]
    return HandoverFacts(
        baseline_id=baseline.get("id"),
        baseline_number=baseline.get("number"),
        baseline_content_hash=baseline.get("content_hash"),
        risk_budget_id=basis.get("risk_budget", {}).get("id"),
        proposal_id=proposal.get("id"),
        proposal_revision=proposal.get("revision"),
        price_incl_tax=proposal.get("price_incl_tax"),
        requirements=len(content["requirements"]),
        **{name: tuple(content[name]) for name in ("assumptions", "exclusions", "success_criteria", "gaps")},
        open_risks=tuple(
            HandoverRiskFacts.model_validate({**one, "strategy": one["response"] and one["response"]["strategy"]})
            for one in content["open_risks"]
        ),
        open_commitments=tuple(_task(one, one["statement"], one["side"]) for one in content["open_commitments"]),
        open_clarifications=tuple(
            _task(one, one["question"], one["owed_by"]) for one in content["open_clarifications"]
        ),
        open_support_requests=tuple(_task(one, one["title"], "us") for one in content["open_support_requests"]),
        after_sales_plan_id=plan and plan["id"],
        missing=tuple(one["code"] for one in content["missing"]),
    )


def _task(part: Mapping[str, Any], statement: str, side: str) -> HandoverTaskFacts:
    return HandoverTaskFacts(
        id=part["id"],
        code=part["code"],
        statement=statement[:300],
        side=side,
        owner=part.get("owner", part.get("assignee")),
        due_on=part.get("due_on"),
    )
