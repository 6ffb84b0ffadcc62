"""The HTTP routes of the requirements service, one module per resource."""

from services.requirements.routes import (
    baselines,
    clients,
    concerns,
    constraints,
    invitations,
    opportunities,
    pains,
    questionnaires,
    requirements,
    stakeholders,
)

_RESOURCES = (
    clients,
    opportunities,
    stakeholders,
    pains,
    constraints,
    concerns,
    questionnaires,
    invitations,
    requirements,
    baselines,
)
routers = [*(module.router for module in _RESOURCES), requirements.batch]
