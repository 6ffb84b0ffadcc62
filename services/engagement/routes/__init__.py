"""The HTTP routes of the engagement service, one module per resource."""

from services.engagement.routes import (
    advice,
    cadences,
    calendar_feeds,
    calendars,
    clarifications,
    colleagues,
    commitments,
    contacts,
    interactions,
    response_clocks,
    response_policies,
    support_requests,
    survey_invitations,
    surveys,
    time_entries,
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
    colleagues.router,
    support_requests.router,
    time_entries.router,
    surveys.router,
    survey_invitations.router,
]
