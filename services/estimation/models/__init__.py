"""Tables and state rules of the estimation service, one module per subject."""

from services.estimation.models import (
    budget_plans,
    cost_items,
    discounts,
    economic_analyses,
    estimates,
    history,
    overrides,
    projections,
    rates,
    scenarios,
)
from shared.kernel.timers import Timer

__all__ = [
    "Timer",
    "budget_plans",
    "cost_items",
    "discounts",
    "economic_analyses",
    "estimates",
    "history",
    "overrides",
    "projections",
    "rates",
    "scenarios",
]
