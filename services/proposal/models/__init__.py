"""Tables and state rules of the proposal service, one module per subject."""

from services.proposal.models import proposals

__all__ = ["proposals"]
