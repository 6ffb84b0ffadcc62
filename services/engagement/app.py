"""Engagement: whom we talk to at the client, what was said, and which requirements a talk created or changed.

Owns contacts, interactions and the needs heard in them, clarifications, advice, commitments, cadences, calendars and
calendar feeds, response policies and clocks.
Hears requirements.opportunity.{opened,changed,closed}, requirements.baseline.approved and
requirements.requirement.recorded.
Says engagement.{interaction,clarification,advice,commitment}.recorded, engagement.need.heard,
engagement.{clarification,commitment,cadence}.lapsed and engagement.response_clock.{neared,breached,met,missed}.
"""

from fastapi import FastAPI

from services.engagement.handlers import on
from services.engagement.routes import routers
from services.engagement.settings import Settings
from services.engagement.timers import timers
from shared.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "engagement",
        routers=routers,
        handlers=[on],
        timers=timers,
        settings=settings,
        summary=__doc__.split("\n")[0],
    )
