"""Tables and state rules of the proposal service, one module per subject."""

from services.proposal.models import (
    authored,
    bids,
    brandings,
    competitors,
    documents,
    fit_to_send,
    heard,
    ingredients,
    materials,
    outcomes,
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
from shared.do_not_contact import LeftAlone
from shared.roster import KnownColleague
from shared.timers import Timer

__all__ = [
    "KnownColleague",
    "LeftAlone",
    "Timer",
    "authored",
    "bids",
    "brandings",
    "competitors",
    "documents",
    "fit_to_send",
    "heard",
    "ingredients",
    "materials",
    "outcomes",
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
