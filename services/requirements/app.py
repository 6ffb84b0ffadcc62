"""Requirements: clients, opportunities, what they need, and the baselines that everything is made from.

Owns clients, opportunities, stakeholders, pains, constraints, concerns, questionnaires, invitations, requirements and
baselines.
Hears proposal.proposal.{submitted,answered} and engagement.need.heard.
Says requirements.opportunity.{opened,changed,closed}, requirements.requirement.recorded and
requirements.baseline.{submitted,approved,rejected,withdrawn}.
"""

from fastapi import FastAPI

from services.requirements.handlers import heard, on
from services.requirements.routes import routers
from services.requirements.settings import Settings
from shared.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "requirements", routers=routers, handlers=[on, heard], settings=settings, summary=__doc__.split("\n")[0]
    )
