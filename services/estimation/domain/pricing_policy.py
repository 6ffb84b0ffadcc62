"""Who must approve a discount, and why: levels of the tenant's policy, each with its limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Level:
    """Reached by a discount above, or a margin below its limits; any of `approvers` (roles) may then approve."""

    name: str
    name_zh: str
    discount_above: Decimal | None
    """Share of the price before the discount."""
    margin_below: Decimal | None
    """Share of the net price that is left of it as margin."""
    approvers: tuple[str, ...]


USUAL = (
    Level("Usual", "一般", Decimal("0.05"), Decimal("0.10"), ("approver",)),
    Level("Exceptional", "特殊", Decimal("0.20"), Decimal("0.00"), ("admin",)),
)
"""Until the tenant has a policy of its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A limit that is exceeded."""

    level: str
    code: str
    """discount_above or margin_below."""
    limit: Decimal
    found: Decimal
    message: str
    message_zh: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Who must approve, and why. `rank` counts the levels up to the highest that is reached; 0 needs nobody."""

    rank: int
    approvers: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def needs_approval(self) -> bool:
        return self.rank > 0


def decided(levels: Sequence[Level], discount_rate: Decimal, margin_rate: Decimal) -> Decision:
    """What the policy says of a discount that leaves a margin; the last level that is reached decides who approves.

    Without a discount nothing is to be approved: the margin is then the parameter set's.
    """
    rank, findings = 0, []
    for place, level in enumerate(levels if discount_rate > 0 else (), 1):
        exceeded = list(_exceeded(level, discount_rate, margin_rate))
        findings += exceeded
        rank = place if exceeded else rank
    return Decision(rank, levels[rank - 1].approvers if rank else (), tuple(findings))


def _exceeded(level: Level, discount_rate: Decimal, margin_rate: Decimal) -> Sequence[Finding]:
    found = []
    if level.discount_above is not None and discount_rate > level.discount_above:
        found.append(
            Finding(
                level.name,
                "discount_above",
                level.discount_above,
                discount_rate,
                f"The discount is {discount_rate:.2%}; up to {level.discount_above:.2%} is free of level {level.name}.",
                f"折扣为 {discount_rate:.2%}，超过“{level.name_zh}”级上限 {level.discount_above:.2%}。",
            )
        )
    if level.margin_below is not None and margin_rate < level.margin_below:
        found.append(
            Finding(
                level.name,
                "margin_below",
                level.margin_below,
                margin_rate,
                f"A margin of {margin_rate:.2%} is left; level {level.name} asks for {level.margin_below:.2%}.",
                f"剩余利润率为 {margin_rate:.2%}，低于“{level.name_zh}”级下限 {level.margin_below:.2%}。",
            )
        )
    return found
