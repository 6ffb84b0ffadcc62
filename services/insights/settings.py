"""Settings of the insights service: only what every service has."""

from shared.kernel.settings import ServiceSettings as Settings

__all__ = ["Settings"]
