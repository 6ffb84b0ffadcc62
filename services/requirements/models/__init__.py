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
from shared.do_not_contact import LeftAlone
from shared.letterhead import KnownBranding
from shared.roster import KnownColleague
from shared.timers import Timer

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
    "requirements",
]
