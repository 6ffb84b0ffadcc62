"""The HTTP routes of the insights service."""

from services.insights.routes import (
    events,
    figures,
    journeys,
    metric_policies,
    metrics,
    outcomes,
    people,
    retrospectives,
    snapshots,
    work,
)

routers = [
    events.router,
    figures.router,
    journeys.router,
    journeys.batch,
    metric_policies.router,
    metrics.router,
    outcomes.router,
    people.router,
    people.batch,
    retrospectives.router,
    retrospectives.actions,
    snapshots.router,
    work.router,
]
