"""Tables and state rules of the requirements service, one module per subject."""

from services.requirements.models import (
    baselines,
    changes,
    discovery,
    fit,
    imports,
    interviews,
    opportunities,
    requirements,
)
from shared.timers import Timer

__all__ = [
    "Timer",
    "baselines",
    "changes",
    "discovery",
    "fit",
    "imports",
    "interviews",
    "opportunities",
    "requirements",
]
