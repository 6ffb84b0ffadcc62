"""The HTTP routes of the estimation service, one module per resource."""

from services.estimation.routes import estimates, parameter_sets, rate_cards
from services.estimation.routes.calculations import costing, economics, methods

routers = [rate_cards.router, parameter_sets.router, estimates.router, economics.router, costing.router, methods.router]
