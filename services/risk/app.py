"""Risk: what may go wrong with an opportunity, how much money that takes, and whether it is worth pursuing.

Owns the risk register with its responses, catalogue, matrices and policies, the risk budgets, the draws on their
reserves, the quantitative analyses, control plans with their tasks, and the pursuits.
What it hears and says is in docs/events.md.
"""

from fastapi import FastAPI

from services.risk.handlers import (
    on_baselines,
    on_estimates,
    on_lessons,
    on_pursuits,
    on_requirements,
    on_roster,
    on_scenarios,
)
from services.risk.routes import routers
from services.risk.settings import Settings
from services.risk.timers import timers
from shared.kernel.service import create_app


def build(settings: Settings) -> FastAPI:
    """The service as an application."""
    return create_app(
        "risk",
        routers=routers,
        handlers=[on_baselines, on_estimates, on_lessons, on_pursuits, on_requirements, on_scenarios, on_roster],
        timers=timers,
        settings=settings,
        summary=__doc__.split("\n")[0],
    )
