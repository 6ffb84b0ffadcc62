"""The HTTP routes of the requirements service, one module per resource."""

from services.requirements.routes import (
    assessments,
    baselines,
    change_requests,
    clients,
    concerns,
    confirmations,
    constraints,
    exports,
    fit_assessments,
    imports,
    interviews,
    invitations,
    operations,
    opportunities,
    pains,
    products,
    questionnaires,
    requirements,
    stakeholders,
)

# Routes are tried in this order: what is called most comes first; `exports` names a path below `requirements`.
_RESOURCES = (
    exports,
    requirements,
    opportunities,
    assessments,
    baselines,
    change_requests,
    clients,
    stakeholders,
    pains,
    constraints,
    concerns,
    questionnaires,
    invitations,
    interviews,
    confirmations,
    imports,
    operations,
    products,
    fit_assessments,
)
routers = [
    *(module.router for module in _RESOURCES),
    requirements.batch,
    products.capabilities,
    products.batch,
    fit_assessments.batch,
]
