"""Tables and state rules of the proposal service, one module per subject."""

from services.proposal.models import authored, heard, proposals

__all__ = ["authored", "heard", "proposals"]
