"""The HTTP routes of the proposal service, one module per resource."""

from services.proposal.routes import bids, calculation, competitors, documents, materials, proposals, strategies

routers = [
    proposals.router,
    documents.router,
    calculation.router,
    competitors.router,
    competitors.rivalries,
    strategies.router,
    materials.router,
    bids.router,
    bids.policies,
]
