"""The HTTP routes of the risk service, one module per resource."""

from services.risk.routes import (
    pursuits,
    responses,
    risk_analyses,
    risk_budgets,
    risk_matrices,
    risk_policies,
    risks,
)

routers = [
    risks.router,
    responses.router,
    risk_budgets.router,
    risk_analyses.router,
    risk_matrices.router,
    risk_policies.router,
    pursuits.router,
]
