"""Tables and state rules of the risk service, one module per subject."""

from services.risk.models import (
    analyses,
    budgets,
    catalogue,
    control,
    draws,
    heard,
    pursuits,
    responses,
    risks,
    settings,
)

__all__ = [
    "analyses",
    "budgets",
    "catalogue",
    "control",
    "draws",
    "heard",
    "pursuits",
    "responses",
    "risks",
    "settings",
]
