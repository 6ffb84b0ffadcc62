"""Requirements: clients, opportunities, what they need, and the baselines that everything is made from.

Owns clients, opportunities, stakeholders, pains, constraints, concerns, questionnaires, invitations, interviews,
confirmations, imports, requirements, products, fit assessments, change requests and baselines.
What it hears and says is in docs/events.md.
"""

from fastapi import FastAPI

from services.requirements.handlers import heard, on, on_figures, on_lessons, on_roster, on_scenarios
from services.requirements.routes import routers
from services.requirements.settings import Settings
from services.requirements.timers import timers
from shared.kernel.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "requirements",
        routers=routers,
        handlers=[on, heard, on_figures, on_lessons, on_scenarios, on_roster],
        timers=timers,
        settings=settings,
        summary=__doc__.split("\n")[0],
    )
