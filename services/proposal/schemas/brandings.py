"""Branding over HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.proposal.schemas.fields import In
from services.proposal.schemas.wording import Wording
from shared.pages import PageQuery, ResourceOut

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$"), Field(examples=["#14304f"])]


class BrandingIn(In):
    opportunity_id: UUID
    company: Annotated[Wording | None, Field(description="who makes the offer, on the cover")] = None
    footer: Annotated[Wording | None, Field(description="in place of the note that it is confidential")] = None
    primary_colour: Annotated[Colour | None, Field(description="of headings and table heads")] = None
    accent_colour: Annotated[Colour | None, Field(description="of lines and bars")] = None


class BrandingPatch(In):
    company: Wording | None = None
    footer: Wording | None = None
    primary_colour: Colour | None = None
    accent_colour: Colour | None = None


class BrandingOut(ResourceOut):
    opportunity_id: UUID
    company: Wording | None
    footer: Wording | None
    primary_colour: str | None
    accent_colour: str | None


class BrandingQuery(PageQuery):
    opportunity_id: UUID | None = None
