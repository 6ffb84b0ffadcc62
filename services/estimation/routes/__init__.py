"""The HTTP routes of the estimation service, one module per resource."""

from services.estimation.routes import cost_items, estimates, exchange_rates, parameter_sets, rate_cards
from services.estimation.routes.calculations import costing, economics, methods

routers = [
    rate_cards.router,
    exchange_rates.router,
    parameter_sets.router,
    cost_items.batch,
    cost_items.router,
    estimates.router,
    economics.router,
    costing.router,
    methods.router,
]
