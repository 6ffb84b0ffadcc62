"""Cadences over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.engagement.models.contacts import Channel
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, Patch

Days = Annotated[int, Field(ge=1, le=365, description="days from one talk to the next")]


class CadencePatch(Patch):
    every_days: Days = KEEP
    channel: Channel = KEEP
    is_own: Annotated[bool, Field(description="false: follow the rule of the stage again")] = KEEP


class CadenceOut(ResourceOut):
    opportunity_id: UUID
    owner: str | None
    stage: str
    every_days: int
    channel: str
    is_own: bool
    state: str
    last_touch_at: datetime | None
    next_touch_at: datetime | None
    is_overdue: bool
    overdue_since: datetime | None
    reachable_contact_ids: Annotated[list[UUID], Field(description="contacts whom we may contact now")]
    allowed_actions: list[AllowedAction]


class CadenceQuery(PageQuery):
    sortable = ("created_at", "updated_at", "next_touch_at")

    opportunity_id: Several[UUID] = None
    owner: SeveralNames = None
    stage: Several[Literal["draft", "qualifying", "active", "on_hold", "submitted", "negotiating", "closed"]] = None
    state: Several[Literal["active", "paused", "ended"]] = None
    overdue: bool | None = None


class CadenceRulePatch(Patch):
    every_days: Days = KEEP
    channel: Channel = KEEP


class CadenceRuleOut(ResourceOut):
    stage: str
    every_days: int
    channel: str


class CadenceRuleQuery(PageQuery):
    sortable = ("created_at", "updated_at", "stage")
