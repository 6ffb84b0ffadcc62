"""The HTTP routes of the estimation service, one module per resource."""

from services.estimation.routes import (
    budget_plans,
    cost_items,
    discounts,
    economic_analyses,
    estimates,
    exchange_rates,
    judgements,
    parameter_sets,
    past_projects,
    pricing_policies,
    productivity_models,
    rate_cards,
    scenarios,
)
from services.estimation.routes.calculations import costing, economics, methods

routers = [
    rate_cards.router,
    exchange_rates.router,
    parameter_sets.router,
    pricing_policies.router,
    discounts.router,
    cost_items.batch,
    cost_items.router,
    past_projects.router,
    productivity_models.router,
    estimates.router,
    judgements.router,
    budget_plans.router,
    economic_analyses.router,
    scenarios.router,
    economics.router,
    costing.router,
    methods.router,
]
