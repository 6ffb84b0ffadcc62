"""The HTTP routes of the requirements service, one module per resource."""

from services.requirements.routes import (
    assessments,
    baselines,
    change_requests,
    clients,
    concerns,
    confirmations,
    constraints,
    fit_assessments,
    interviews,
    invitations,
    opportunities,
    pains,
    products,
    questionnaires,
    requirements,
    stakeholders,
)

_RESOURCES = (
    clients,
    opportunities,
    assessments,
    stakeholders,
    pains,
    constraints,
    concerns,
    questionnaires,
    invitations,
    interviews,
    confirmations,
    requirements,
    products,
    fit_assessments,
    change_requests,
    baselines,
)
routers = [
    *(module.router for module in _RESOURCES),
    requirements.batch,
    products.capabilities,
    products.batch,
    fit_assessments.batch,
]
