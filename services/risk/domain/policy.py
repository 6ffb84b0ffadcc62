"""How a tenant handles risk money: decided once, with versions, and used by every budget."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rules:
    """What is usual until a tenant decides otherwise."""

    confidence: float = 0.8
    """At which a budget holds: its contingency is the cost at this confidence - the base cost."""
    management_reserve_rate: Decimal = Decimal("0.05")
    samples: int = 10_000
    correlation_within: float = 0.3
    """Of estimate lines of one group, and `correlation_across` of any two."""
    correlation_across: float = 0.1
    corrects_risks: bool = True
    """Whether the record of stated probabilities of risks corrects them in budgets, once it says enough."""
    corrects_win_probability: bool = True
    """Likewise of win probabilities in what a pursuit is worth."""
    longest_acceptance_days: int = 365
    """An accepted risk is looked at again after this time at the latest."""
    may_owner_accept: bool = False
    """Whether the owner of a risk may accept it; else somebody else must."""
    due_soon_days: int = 3
    """So many days before it is due, a task of a control plan is told of."""
    is_recomputed: bool = True
    """Whether a changed register makes the next budget by itself, and so the next price."""
    recompute_after_seconds: int = 5
    """How long the register must have rested then: several changes in a row make one budget."""


USUAL = Rules()
