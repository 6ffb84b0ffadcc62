"""Tables and state rules of the proposal service, one module per subject."""

from services.proposal.models import (
    authored_parts,
    bids,
    brandings,
    competitors,
    documents,
    materials,
    outcomes,
    projections,
    proposals,
    resource_plans,
    reviews,
    rooms,
    schedules,
    sections,
    solutions,
    strategies,
    templates,
)
from shared.kernel.timers import Timer
from shared.language.do_not_contact import LeftAlone
from shared.language.roster import KnownColleague

__all__ = [
    "KnownColleague",
    "LeftAlone",
    "Timer",
    "authored_parts",
    "bids",
    "brandings",
    "competitors",
    "documents",
    "fit_to_send",
    "materials",
    "outcomes",
    "projections",
    "proposals",
    "resource_plans",
    "reviews",
    "rooms",
    "schedules",
    "sections",
    "solutions",
    "strategies",
    "templates",
]
