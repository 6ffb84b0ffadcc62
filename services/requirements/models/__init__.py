"""Tables and state rules of the requirements service, one module per subject."""

from services.requirements.models import (
    baselines,
    changes,
    discovery,
    fit,
    imports,
    interviews,
    opportunities,
    projections,
    requirements,
)
from shared.kernel.timers import Timer
from shared.language.do_not_contact import LeftAlone
from shared.language.letterhead import KnownBranding
from shared.language.roster import KnownColleague

__all__ = [
    "KnownBranding",
    "KnownColleague",
    "LeftAlone",
    "Timer",
    "baselines",
    "changes",
    "discovery",
    "fit",
    "imports",
    "interviews",
    "opportunities",
    "projections",
    "requirements",
]
