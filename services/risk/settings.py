"""Settings of the risk service: what every service has, and what links to calendars need."""

from shared.kernel.links import LinkSettings as Settings

__all__ = ["Settings"]
