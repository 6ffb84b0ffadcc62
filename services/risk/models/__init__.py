"""Tables and state rules of the risk service, one module per subject."""

from services.risk.models import (
    analyses,
    budgets,
    catalogue,
    control,
    draws,
    projections,
    pursuits,
    responses,
    risks,
    settings,
)
from shared.kernel.timers import Timer
from shared.language.roster import KnownColleague

__all__ = [
    "KnownColleague",
    "Timer",
    "analyses",
    "budgets",
    "catalogue",
    "control",
    "draws",
    "projections",
    "pursuits",
    "responses",
    "risks",
    "settings",
]
