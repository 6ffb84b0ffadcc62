"""The HTTP routes of the proposal service, one module per resource."""

from services.proposal.routes import calculation, documents, proposals

routers = [proposals.router, documents.router, calculation.router]
