"""Tables and state rules of the proposal service, one module per subject."""

from services.proposal.models import (
    authored,
    bids,
    brandings,
    competitors,
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
from shared.timers import Timer

__all__ = [
    "Timer",
    "authored",
    "bids",
    "brandings",
    "competitors",
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
