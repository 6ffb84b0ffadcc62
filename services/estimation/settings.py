"""Settings of the estimation service."""

from pydantic import Field

from shared.kernel.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service has, and how large a file of past projects may be."""

    upload_limit_bytes: int = Field(8 * 1024 * 1024, gt=0, description="largest file of past projects that is read")
