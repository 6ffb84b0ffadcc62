"""Tables and state rules of the estimation service, one module per subject."""

from services.estimation.models import estimates

__all__ = ["estimates"]
