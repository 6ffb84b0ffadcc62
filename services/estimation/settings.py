"""Settings of the estimation service."""

from datetime import timedelta

from pydantic import Field

from shared.kernel.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service has, how large a file of past projects may be, and how long what-ifs are kept."""

    upload_limit_bytes: int = Field(8 * 1024 * 1024, gt=0, description="largest file of past projects that is read")
    keep_scenarios_days: int = Field(
        180,
        ge=1,
        le=36500,
        description="how long a scenario is kept that nobody has touched since its estimate was superseded",
    )

    @property
    def keep_scenarios(self) -> timedelta:
        return timedelta(days=self.keep_scenarios_days)
