"""Requirements beside the components that meet them: what nothing meets, and what meets nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trace:
    """`met` names the components of each wanted requirement; the rest is what does not fit together."""

    met: Mapping[str, tuple[str, ...]]
    unmet: tuple[str, ...]
    """Wanted requirements that no component meets."""
    idle: tuple[str, ...]
    """Components that meet no wanted requirement."""
    unknown: tuple[str, ...]
    """Codes that components name and the baseline does not have, or not to be delivered."""

    @property
    def coverage(self) -> float:
        """Share of the wanted requirements that are met; 1 when none is wanted."""
        return round(1 - len(self.unmet) / len(self.met), 4) if self.met else 1.0


def trace(wanted: Sequence[str], components: Mapping[str, Sequence[str]]) -> Trace:
    """`components` are the requirement codes that each component says it meets."""
    named: dict[str, dict[str, None]] = {}
    for name, codes in components.items():
        for code in codes:
            named.setdefault(code, {})[name] = None
    met = {code: tuple(named.get(code, ())) for code in wanted}
    return Trace(
        met=met,
        unmet=tuple(code for code, by in met.items() if not by),
        idle=tuple(name for name, codes in components.items() if not set(codes) & met.keys()),
        unknown=tuple(code for code in named if code not in met),
    )
