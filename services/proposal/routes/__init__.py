"""The HTTP routes of the proposal service, one module per resource."""

from services.proposal.routes import (
    bids,
    calculation,
    competitors,
    documents,
    materials,
    proposal_sections,
    proposals,
    review_policies,
    rooms,
    schedule_files,
    schedules,
    solutions,
    strategies,
    templates,
)

routers = [
    proposals.router,
    proposal_sections.router,
    review_policies.router,
    rooms.router,
    documents.router,
    calculation.router,
    solutions.router,
    schedule_files.router,
    schedules.router,
    competitors.router,
    competitors.rivalries,
    strategies.router,
    templates.router,
    templates.shipped,
    materials.router,
    bids.router,
    bids.policies,
]
