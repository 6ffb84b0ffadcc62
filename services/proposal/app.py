"""Proposal: solution, schedule, resources, price and risks of an approved baseline, as a document for the client.

Owns proposals and documents.
Hears requirements.baseline.{approved,withdrawn}, requirements.opportunity.closed,
estimation.estimate.{completed,priced}, risk.budget.calculated and its own proposal.proposal.drafted.
Says proposal.proposal.{drafted,outdated,superseded,reviewed,submitted,answered} and proposal.document.rendered.
"""

from fastapi import FastAPI

from services.proposal.handlers import on, on_drafts
from services.proposal.routes import routers
from services.proposal.settings import Settings
from shared.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "proposal",
        routers=routers,
        handlers=[on, on_drafts],
        settings=settings,
        summary=__doc__.split("\n")[0],
    )
