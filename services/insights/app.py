"""Insights: what happened, from everybody's events alone; thrown away and rebuilt from them, it shows the same.

Owns the log of events, the journeys, outcomes, work and search folded from it and the lineage of every figure in it.
What it hears and says is in docs/events.md.
"""

from fastapi import FastAPI

from services.insights.handlers import on
from services.insights.routes import routers
from services.insights.settings import Settings
from shared.kernel.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app("insights", routers=routers, handlers=[on], settings=settings, summary=__doc__.split("\n")[0])
