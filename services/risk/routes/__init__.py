"""The HTTP routes of the risk service, one module per resource."""

from services.risk.routes import responses, risk_budgets, risks

routers = [risks.router, responses.router, risk_budgets.router]
