"""After-sales plans over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from services.engagement.models.after_sales import ServiceHours
from services.engagement.models.response_clocks import Urgency
from services.engagement.schemas.fields import TWICE, Mail, Past, Phone
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Patch, Text, rule
from shared.language.money import Money, NonNegativeMoney

SOONER_SOLVED = rule("resolution_before_response", "must not be sooner than the response", "解决时限不得短于响应时限")
NO_ADDRESS = rule("address_missing", "needs mail or phone", "须填写 mail 或 phone")
Minutes = Annotated[int, Field(ge=1, le=527_040)]


class ServiceLevel(In):
    priority: Urgency
    response_minutes: Minutes
    resolution_minutes: Minutes | None = None
    hours: ServiceHours = ServiceHours.OFFICE

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.resolution_minutes is not None and self.resolution_minutes < self.response_minutes:
            raise ValueError(SOONER_SOLVED)
        return self


def _each_once(levels: list[ServiceLevel]) -> list[ServiceLevel]:
    if len({level.priority for level in levels}) < len(levels):
        raise ValueError(TWICE)
    return levels


class ServiceContact(In):
    """Somebody of ours."""

    name: Line
    role: Line | None = None
    mail: Mail | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.mail and not self.phone:
            raise ValueError(NO_ADDRESS)
        return self


class SupportChannel(In):
    kind: Literal["phone", "mail", "portal", "chat", "on_site"]
    address: Annotated[Line, Field(description="number, address or link")]
    hours: ServiceHours = ServiceHours.OFFICE


Levels = Annotated[list[ServiceLevel], Field(max_length=4), AfterValidator(_each_once)]
Contacts = Annotated[list[ServiceContact], Field(max_length=50)]
Channels = Annotated[list[SupportChannel], Field(max_length=20)]
Months = Annotated[int, Field(ge=0, le=240)]


class AfterSalesPlanIn(In):
    opportunity_id: UUID
    service_levels: Levels = []
    warranty_months: Months
    warranty_terms: Text | None = None
    contacts: Contacts = []
    channels: Channels = []
    maintenance_price: Annotated[NonNegativeMoney | None, Field(description="for a year after the warranty")] = None
    maintenance_terms: Text | None = None


class AfterSalesPlanPatch(Patch, of=AfterSalesPlanIn, without={"opportunity_id"}):
    maintenance_price: NonNegativeMoney | None = None


class AgreeIn(In):
    agreed_by: Annotated[Line, Field(description="who at the client")]
    agreed_at: Annotated[Past | None, Field(description="now, when left out")] = None


class AfterSalesPlanOut(ResourceOut):
    opportunity_id: UUID
    number: int
    service_levels: list[ServiceLevel]
    warranty_months: int
    warranty_terms: str | None
    contacts: list[ServiceContact]
    channels: list[SupportChannel]
    maintenance_price: Money | None
    maintenance_terms: str | None
    status: str
    agreed_at: datetime | None
    agreed_by: str | None
    allowed_actions: list[AllowedAction]


class AfterSalesPlanQuery(PageQuery):
    sortable = ("created_at", "updated_at", "number")

    opportunity_id: Several[UUID] = None
    number: int | None = None
    status: Several[Literal["draft", "agreed", "superseded", "withdrawn"]] = None
