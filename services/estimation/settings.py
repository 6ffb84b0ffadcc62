"""Settings of the estimation service: only what every service has."""

from shared.settings import ServiceSettings as Settings

__all__ = ["Settings"]
