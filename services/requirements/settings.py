"""Settings of the requirements service."""

from pydantic import Field

from shared.kernel.links import LinkSettings


class Settings(LinkSettings):
    """What every service has, what makes links for clients, and when enough is known for a baseline."""

    upload_limit_bytes: int = Field(32 * 1024 * 1024, gt=0, description="largest file of a client that is read")
    approval_completeness: float = Field(
        0.3, ge=0, le=1, description="share of the discovery checklist that must be known to approve a baseline"
    )
