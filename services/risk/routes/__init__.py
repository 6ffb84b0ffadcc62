"""The HTTP routes of the risk service, one module per resource."""

from services.risk.routes import risk_budgets, risks

routers = [risks.router, risk_budgets.router]
