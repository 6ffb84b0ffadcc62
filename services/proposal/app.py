"""Proposal: solution, schedule, resources, price and risks of an approved baseline, as a document for the client.

Owns proposals with their sections, reviews and review policies, client rooms, outcomes, and documents; solutions;
schedules and resource plans; competitors, strategies, selling material and bid decisions.
What it hears and says is in docs/events.md.
"""

from functools import partial

from fastapi import FastAPI

from services.proposal.commands import documents, retention
from services.proposal.handlers import (
    on,
    on_changes,
    on_drafts,
    on_engagement,
    on_opportunities,
    on_plans,
    on_questions,
    on_requirements,
    on_roster,
    on_scenarios,
)
from services.proposal.routes import routers
from services.proposal.settings import Settings
from services.proposal.timers import timers
from shared.kernel.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "proposal",
        routers=routers,
        handlers=[
            on,
            on_drafts,
            on_plans,
            on_engagement,
            on_opportunities,
            on_questions,
            on_changes,
            on_requirements,
            on_scenarios,
            on_roster,
        ],
        timers=timers,
        measures=documents.WAITING,
        prunes={"document": partial(retention.prune_documents, settings)},
        settings=settings,
        summary=__doc__.split("\n")[0],
    )
