"""Estimation: how much work, money and time an approved baseline takes, and the price that follows.

Owns rate cards, parameter sets and estimates with their budget plans.
Hears requirements.requirement.recorded, requirements.baseline.{approved,withdrawn}, requirements.opportunity.closed
and risk.budget.calculated, and of scenarios requirements.scenario.proposed and risk.scenario.budgeted.
Says estimation.estimate.{completed,failed,priced,superseded} and estimation.scenario.{estimated,priced,failed}.
"""

from fastapi import FastAPI

from services.estimation.handlers import on, on_requirements, on_scenarios
from services.estimation.routes import routers
from services.estimation.settings import Settings
from shared.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "estimation",
        routers=routers,
        handlers=[on, on_requirements, on_scenarios],
        settings=settings,
        summary=__doc__.split("\n")[0],
    )
