"""Tables and rules of the engagement service, one module per subject."""

from services.engagement.models import (
    advice,
    after_sales,
    articles,
    cadences,
    calendar_feeds,
    calendars,
    clarifications,
    colleagues,
    commitments,
    contacts,
    effort,
    handovers,
    interactions,
    numbers,
    projections,
    proofs,
    response_clocks,
    support,
    surveys,
    trainings,
)
from shared.kernel.timers import Timer
from shared.language.letterhead import KnownBranding
from shared.language.roster import KnownColleague

__all__ = [
    "KnownBranding",
    "KnownColleague",
    "Timer",
    "advice",
    "after_sales",
    "articles",
    "cadences",
    "calendar_feeds",
    "calendars",
    "clarifications",
    "colleagues",
    "commitments",
    "contacts",
    "effort",
    "handovers",
    "interactions",
    "numbers",
    "projections",
    "proofs",
    "response_clocks",
    "support",
    "surveys",
    "trainings",
]
