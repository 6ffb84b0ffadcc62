"""Figures of one artefact, collected: ids and amounts are written one way only."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.insights.domain.figures import Figure, Operation

Data = Mapping[str, Any]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


class Artefact:
    """Collects them."""

    def __init__(self, artefact: str, key: Any, currency: str = "") -> None:
        self._prefix, self._currency = f"{artefact}:{key}:", currency
        self.figures: list[Figure] = []

    def id(self, name: str) -> str:
        return self._prefix + name

    def add(
        self,
        name: str,
        names: tuple[str, str],
        value: Any,
        unit: str,
        operation: Operation = Operation.GIVEN,
        inputs: Iterable[str] = (),
        **more: Any,
    ) -> str:
        """One more figure; returns its id."""
        self.figures.append(Figure(self.id(name), *names, _text(value), unit, operation, inputs=tuple(inputs), **more))
        return self.id(name)

    def money(
        self,
        name: str,
        names: tuple[str, str],
        value: Any,
        operation: Operation = Operation.GIVEN,
        inputs: Iterable[str] = (),
        **more: Any,
    ) -> str:
        """An amount that the client may see."""
        return self.add(name, names, value, self._currency, operation, inputs, **more)

    def cost(
        self,
        name: str,
        names: tuple[str, str],
        value: Any,
        operation: Operation = Operation.GIVEN,
        inputs: Iterable[str] = (),
        **more: Any,
    ) -> str:
        """An internal amount of money, which not everybody may see."""
        amount = value["amount"] if isinstance(value, Mapping) else value
        return self.add(name, names, amount, self._currency, operation, inputs, is_internal=True, **more)
