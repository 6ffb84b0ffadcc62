"""Tables and rules of the engagement service, one module per subject."""

from services.engagement.models import (
    advice,
    cadences,
    calendar_feeds,
    calendars,
    clarifications,
    colleagues,
    commitments,
    contacts,
    effort,
    heard,
    interactions,
    numbers,
    proofs,
    response_clocks,
    support,
    surveys,
    trainings,
)
from shared.timers import Timer

__all__ = [
    "Timer",
    "advice",
    "cadences",
    "calendar_feeds",
    "calendars",
    "clarifications",
    "colleagues",
    "commitments",
    "contacts",
    "effort",
    "heard",
    "interactions",
    "numbers",
    "proofs",
    "response_clocks",
    "support",
    "surveys",
    "trainings",
]
