"""How a figure was come by: its steps with formula and numbers, and what to be careful about."""

from dataclasses import dataclass

Value = float | int | str


@dataclass(frozen=True, slots=True)
class Step:
    """One intermediate figure. `formula` is the general form, `numbers` the same with this case's numbers."""

    symbol: str
    meaning: str
    meaning_zh: str
    formula: str
    numbers: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that does not stop a calculation, but that who uses its result should know."""

    code: str
    message: str
    message_zh: str
    subjects: tuple[str, ...] = ()
    """What it is about: codes of requirements, names of roles or items, currencies, years."""
    internal: str = ""
    """Figures of cost that it is about: who may not see cost reads the messages too."""


def shown(number: float) -> str:
    """A number as a formula shows it: six significant digits."""
    return f"{number:.6g}"
