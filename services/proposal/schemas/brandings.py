"""Branding over HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.proposal.schemas.fields import Mail
from services.proposal.schemas.wording import Wording
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Line, Patch

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$"), Field(examples=["#14304f"])]


class AskIn(In):
    """Whom clients may ask: on every page behind a link."""

    name: Line
    mail: Mail | None = None
    phone: Annotated[Line | None, Field(max_length=40)] = None


class BrandingIn(In):
    opportunity_id: Annotated[
        UUID | None,
        Field(description="left out: of the tenant, which counts wherever an opportunity's own says nothing"),
    ] = None
    company: Annotated[Wording | None, Field(description="who makes the offer, on the cover")] = None
    contact: Annotated[AskIn | None, Field(description="whom clients may ask, on every page behind a link")] = None
    footer: Annotated[Wording | None, Field(description="in place of the note that it is confidential")] = None
    primary_colour: Annotated[
        Colour | None, Field(description="of headings and table heads; white text has a contrast of 4.5:1 on it")
    ] = None
    accent_colour: Annotated[Colour | None, Field(description="of lines and bars")] = None


class BrandingPatch(Patch, of=BrandingIn, without={"opportunity_id"}):
    primary_colour: Colour | None = None


class BrandingOut(ResourceOut):
    opportunity_id: Annotated[UUID | None, Field(description="null: of the tenant")]
    company: Wording | None
    contact: AskIn | None
    footer: Wording | None
    primary_colour: str | None
    accent_colour: str | None
    logo_sha256: Annotated[str | None, Field(description="of the file at `/logo`")]
    logo_media_type: str | None


class BrandingQuery(PageQuery):
    opportunity_id: Several[UUID] = None
    is_default: Annotated[bool | None, Field(description="the tenant's only, or those of opportunities only")] = None
