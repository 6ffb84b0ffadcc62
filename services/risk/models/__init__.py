"""Tables and state rules of the risk service, one module per subject."""

from services.risk.models import register

__all__ = ["register"]
