"""Engagement: whom we talk to at the client, what was said, and the support that the team gives.

Owns contacts, interactions and the needs heard in them, clarifications, advice, commitments, cadences, calendars and
calendar feeds, response policies and clocks; support requests, colleagues, time entries, trainings, proofs of concept,
articles, after-sales plans, handovers, surveys and their invitations.
What it hears and says is in docs/events.md.
"""

from fastapi import FastAPI

from services.engagement.handlers import on, on_handover, on_lessons, on_rooms
from services.engagement.routes import routers
from services.engagement.settings import Settings
from services.engagement.timers import timers
from shared.kernel.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "engagement",
        routers=routers,
        handlers=[on, on_handover, on_lessons, on_rooms],
        timers=timers,
        settings=settings,
        summary=__doc__.split("\n")[0],
    )
