"""Estimation: how much work, money and time an approved baseline takes, and the price that follows.

Owns rate cards, exchange rates, parameter sets, cost items, past projects, productivity models, and estimates with
what persons judged of them, their budget plans and economic analyses.
Hears requirements.requirement.recorded, requirements.baseline.{approved,withdrawn}, requirements.opportunity.closed,
engagement.calendar.recorded and risk.budget.calculated; of scenarios requirements.scenario.proposed and
risk.scenario.budgeted.
Says estimation.estimate.{completed,failed,priced,outdated,superseded}, estimation.past_project.recorded,
estimation.economic_analysis.{offered,withdrawn} and estimation.scenario.{estimated,priced,failed}.
"""

from fastapi import FastAPI

from services.estimation.handlers import on, on_requirements, on_scenarios
from services.estimation.routes import routers
from services.estimation.settings import Settings
from services.estimation.timers import timers
from shared.kernel.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "estimation",
        routers=routers,
        handlers=[on, on_requirements, on_scenarios],
        settings=settings,
        timers=timers,
        summary=__doc__.split("\n")[0],
    )
