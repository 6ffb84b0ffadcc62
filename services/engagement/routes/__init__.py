"""The HTTP routes of the engagement service, one module per resource."""

from services.engagement.routes import calendars, contacts, interactions, response_clocks, response_policies

routers = [
    calendars.router,
    contacts.router,
    interactions.router,
    response_clocks.router,
    response_policies.router,
]
