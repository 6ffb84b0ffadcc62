"""Calendar feeds over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.engagement.schemas.fields import Language
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line

Days = Annotated[int, Field(ge=1, le=731, description="how long the link is good for")]


class CalendarFeedIn(In):
    """Dates of one opportunity, of one person, or of one person in one opportunity; your own when neither is given."""

    name: Annotated[Line | None, Field(description="how calendar programs call it")] = None
    person: Annotated[Line | None, Field(description="whose dates: an owner's name")] = None
    opportunity_id: UUID | None = None
    language: Language = "zh"
    valid_days: Days = 365


class RenewIn(In):
    valid_days: Days = 365


class CalendarFeedOut(ResourceOut):
    name: str
    person: str | None
    opportunity_id: UUID | None
    language: str
    expires_at: datetime
    state: str
    allowed_actions: list[AllowedAction]


class CalendarFeedLinkOut(CalendarFeedOut):
    """With the link: it is shown once, to whoever made or renewed the feed."""

    url: Annotated[str, Field(description="for a calendar program; whoever has it sees the dates")]


class CalendarFeedQuery(PageQuery):
    sortable = ("created_at", "updated_at", "expires_at")

    person: SeveralNames = None
    opportunity_id: Several[UUID] = None
    created_by: str | None = None
    state: Several[Literal["active", "revoked"]] = None
