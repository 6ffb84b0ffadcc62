"""What the engagement service does when it hears of others."""

from services.engagement.commands import articles, handovers, projections, remarks, room_questions
from shared.kernel.messaging import Handlers
from shared.language import letterhead
from shared.language.events.insights import LessonProposed
from shared.language.events.proposal import BrandingRecorded, OutcomeRecorded, ProposalSubmitted, RoomQuestionAsked
from shared.language.events.requirements import (
    BaselineApproved,
    ConfirmationRemarked,
    OpportunityChanged,
    OpportunityClosed,
    OpportunityOpened,
    RequirementRecorded,
)
from shared.language.events.risk import RiskBudgetCalculated

on = Handlers("engagement-requirements")
on_rooms = Handlers("engagement-rooms", batch=1)
on_handover = Handlers("engagement-handovers")
"""Heard in the order in which it happened: what a hand-over is made of, and that the opportunity is won."""

on_lessons = Handlers("engagement-lessons")

on(OpportunityOpened)(projections.note_opportunity)
on(OpportunityChanged)(projections.note_opportunity)
on(OpportunityClosed)(projections.note_closing)
on(BaselineApproved)(projections.note_approval)
on(RequirementRecorded)(projections.note_requirement)
on(ConfirmationRemarked)(remarks.hear_remark)
on(BrandingRecorded)(letterhead.note_branding)
on_lessons(LessonProposed)(articles.draft_of_lesson)
on_rooms(RoomQuestionAsked)(room_questions.hear_question)
on_handover(BaselineApproved)(handovers.keep_baseline)
on_handover(RiskBudgetCalculated)(handovers.keep_risk_budget)
on_handover(ProposalSubmitted)(handovers.keep_proposal)
on_handover(OutcomeRecorded)(handovers.keep_outcome)
on_handover(OpportunityClosed)(handovers.offer_when_won)
