"""The HTTP routes of the insights service."""

from services.insights.routes import (
    events,
    figures,
    history,
    journeys,
    lessons,
    metric_policies,
    metrics,
    outcomes,
    people,
    retrospectives,
    reviews,
    search,
    snapshots,
    work,
)

routers = [
    events.router,
    figures.router,
    history.router,
    journeys.router,
    journeys.batch,
    lessons.router,
    metric_policies.router,
    metrics.router,
    outcomes.router,
    people.router,
    people.batch,
    retrospectives.router,
    retrospectives.actions,
    reviews.router,
    search.router,
    snapshots.router,
    work.router,
]
