"""The HTTP routes of the risk service, one module per resource."""

from services.risk.routes import (
    control_plans,
    control_tasks,
    pursuits,
    register_files,
    reserve_draws,
    responses,
    risk_analyses,
    risk_budgets,
    risk_calibration,
    risk_catalogue,
    risk_matrices,
    risk_policies,
    risks,
)

routers = [
    register_files.router,
    risks.router,
    responses.router,
    risk_budgets.router,
    risk_analyses.router,
    risk_catalogue.router,
    risk_calibration.router,
    risk_matrices.router,
    risk_policies.router,
    pursuits.router,
    control_plans.router,
    control_tasks.router,
    reserve_draws.router,
]
