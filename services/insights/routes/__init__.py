"""The HTTP routes of the insights service."""

from services.insights.routes import events, journeys

routers = [events.router, journeys.router, journeys.batch]
