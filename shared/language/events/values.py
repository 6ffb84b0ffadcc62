"""Values that events of several producers carry."""

from uuid import UUID

from shared.kernel.events import Fact


class ThreePoint(Fact):
    """A range: optimistic ≤ most likely ≤ pessimistic, all in the unit that the field's name states."""

    optimistic: float
    most_likely: float
    pessimistic: float


class Basis(Fact):
    """Which approved baseline something was made from; `epoch` orders them within an opportunity."""

    baseline_id: UUID
    baseline_number: int
    epoch: int
    content_hash: str


class Reason(Fact):
    """Why something cannot go on, and what mends it."""

    code: str
    message: str
    message_zh: str
    retryable: bool = False
    actions: tuple[str, ...] = ()
