"""The HTTP routes of the engagement service, one module per resource."""

from services.engagement.routes import (
    advice,
    cadences,
    calendar_feeds,
    calendars,
    clarifications,
    commitments,
    contacts,
    interactions,
    response_clocks,
    response_policies,
)

routers = [
    advice.router,
    cadences.router,
    calendar_feeds.router,
    calendars.router,
    clarifications.router,
    commitments.router,
    contacts.router,
    interactions.router,
    response_clocks.router,
    response_policies.router,
]
