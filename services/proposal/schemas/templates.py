"""Templates over HTTP."""

from datetime import datetime
from typing import Literal

from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line

Kind = Literal["word", "typst"]


class TemplateWish(In):
    kind: Kind
    name: Line


class ShippedQuery(In):
    kind: Kind = "word"


class TemplateOut(ResourceOut):
    kind: str
    number: int
    name: str
    sha256: str
    size_bytes: int
    status: str
    activated_at: datetime | None
    allowed_actions: list[AllowedAction]


class TemplateQuery(PageQuery):
    sortable = ("created_at", "updated_at", "number")

    kind: Several[Kind] = None
    status: Several[Literal["tried", "active", "retired"]] = None
