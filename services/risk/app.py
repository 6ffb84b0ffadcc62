"""Risk: what may go wrong with an opportunity, and how much money that takes.

Owns the risk register with its responses, matrices and policies, and the risk budgets.
Hears requirements.opportunity.{opened,closed}, requirements.requirement.recorded,
requirements.baseline.{approved,withdrawn} and estimation.estimate.completed;
of scenarios estimation.scenario.estimated.
Says risk.{risk,response}.recorded, risk.risk.passed, risk.acceptance.expired,
risk.budget.{calculated,failed,superseded} and risk.scenario.{budgeted,failed}.
"""

from fastapi import FastAPI

from services.risk.handlers import on_baselines, on_estimates, on_requirements, on_scenarios
from services.risk.routes import routers
from services.risk.settings import Settings
from services.risk.timers import timers
from shared.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "risk",
        routers=routers,
        handlers=[on_baselines, on_estimates, on_requirements, on_scenarios],
        timers=timers,
        settings=settings,
        summary=__doc__.split("\n")[0],
    )
