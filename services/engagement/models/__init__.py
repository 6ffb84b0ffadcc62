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
    response_clocks,
    support,
    surveys,
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
    "response_clocks",
    "support",
    "surveys",
]
