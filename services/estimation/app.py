"""Estimation: how much work, money and time an approved baseline takes, and the price that follows.

Owns rate cards, exchange rates, parameter sets, cost items, past projects, productivity models, and estimates with
what persons judged of them, their budget plans and economic analyses.
What it hears and says is in docs/events.md.
"""

from functools import partial

from fastapi import FastAPI

from services.estimation.commands.retention import prune_scenarios
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
        prunes={"scenario": partial(prune_scenarios, settings)},
        summary=__doc__.split("\n")[0],
    )
