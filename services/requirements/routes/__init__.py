"""The HTTP routes of the requirements service, one module per resource."""

from services.requirements.routes import (
    baselines,
    clients,
    concerns,
    constraints,
    opportunities,
    requirements,
)

routers = [
    *(module.router for module in (clients, opportunities, constraints, concerns, requirements, baselines)),
    requirements.batch,
]
