"""The HTTP routes of the insights service."""

from services.insights.routes import events, figures, journeys, outcomes, people, work

routers = [
    events.router,
    figures.router,
    journeys.router,
    journeys.batch,
    outcomes.router,
    people.router,
    people.batch,
    work.router,
]
