"""Which events a caller wants: by type or the beginning of one, as events carry it or without our prefix."""

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

import shared.language.events
from shared.kernel.asked import values
from shared.kernel.events import REGISTRY
from shared.kernel.messaging.envelope import PREFIX
from shared.kernel.problems import FieldError, Invalid

for _module in pkgutil.walk_packages(shared.language.events.__path__, "shared.language.events."):
    importlib.import_module(_module.name)

EVENT_TYPES = tuple(sorted(kind for kind, event in REGISTRY.items() if event.__module__.startswith("shared.")))
"""Every type of the published language; the log has all of them."""


def _known(given: Iterable[str] | None) -> list[str] | None:
    """Raises `Invalid`, naming what there is, for a type that no event has: its list would be empty for good."""
    if given is None:
        return None
    wanted = [value.removeprefix(f"{PREFIX}.") for value in given]
    wrong = [value for value in wanted if not any(kind.startswith(value) for kind in EVENT_TYPES)]
    if wrong:
        raise Invalid([_error(value) for value in wrong])
    return wanted


def _error(value: str) -> FieldError:
    producers = sorted({kind.split(".", maxsplit=1)[0] for kind in EVENT_TYPES})
    of_producer = [kind for kind in EVENT_TYPES if kind.split(".", maxsplit=1)[0] == value.split(".", maxsplit=1)[0]]
    allowed = ", ".join(of_producer or [f"{producer}." for producer in producers])
    return FieldError(
        "?type", "not_allowed", f"must be, or begin, one of {allowed}", f"必须是以下之一或其开头：{allowed}"
    )


EventTypes = Annotated[
    list[str] | None,
    BeforeValidator(values),
    AfterValidator(_known),
    Field(
        max_length=50,
        description="beginnings of types, with or without `presales.`; several, or one with commas",
        examples=[["presales.proposal.", "risk.budget.allocated.v1"]],
    ),
]
