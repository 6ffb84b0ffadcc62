"""Which events something was made from: vectors that order what was computed, and say why one is stale."""

from dataclasses import dataclass

BASELINE_APPROVED = "baseline_approved"
_STEP = 1000
"""More revisions than anybody makes of one estimate, or of its risk budget."""
_AUTHORED_STEP = 10_000
"""More than persons settle in one opportunity."""


@dataclass(frozen=True, slots=True, order=True)
class Basis:
    """Epoch of the baseline, revision of its estimate, of its risk budget, and of what persons settled; 0 is none yet.

    They compare from left to right: a newer baseline counts more than any revision of an older one's estimate. What
    persons settle is of the opportunity, whatever its baseline: `authored_revision` only grows.
    """

    epoch: int
    estimate_revision: int = 0
    risk_revision: int = 0
    authored_revision: int = 0

    @property
    def computed(self) -> "Basis":
        """The basis without what persons settled: what the services computed."""
        return Basis(self.epoch, self.estimate_revision, self.risk_revision)

    @property
    def revision(self) -> int:
        """One number in the order of the bases. A count would depend on which of them was heard first."""
        computed = (self.epoch * _STEP + self.estimate_revision) * _STEP + self.risk_revision
        return computed * _AUTHORED_STEP + self.authored_revision

    def is_behind(self, other: "Basis") -> bool:
        """Whether what was settled for this basis is to be looked at again under `other`: of what it names, only."""
        if self.estimate_revision:
            return (self.epoch, self.estimate_revision) < (other.epoch, other.estimate_revision)
        return 0 < self.epoch < other.epoch


def version_label(baseline_number: int, basis: Basis) -> str:
    """The basis for people: `2.1.1` is baseline 2, its first estimate, its first risk budget.

    `2.1.1.3` is the same with what persons had settled by their third revision.
    """
    authored = f".{basis.authored_revision}" if basis.authored_revision else ""
    return f"{baseline_number}.{basis.estimate_revision}.{basis.risk_revision}{authored}"


def staleness(made_from: Basis, newest: Basis, epoch_began: str, settled: str | None = None) -> str | None:
    """Why what was made from a basis is stale when `newest` was heard; None while it is fresh.

    `epoch_began` is what the newest epoch began with: baseline_approved, baseline_withdrawn or opportunity_closed;
    `settled` is the kind of the part that persons settled last.
    """
    if newest <= made_from:
        return None
    if newest.epoch > made_from.epoch:
        return epoch_began
    if newest.estimate_revision > made_from.estimate_revision:
        return "estimate_revised"
    if newest.risk_revision > made_from.risk_revision:
        return "risk_budget_revised"
    return f"{settled}_settled"
