"""Settings of the engagement service: what every service has, and what makes links for clients."""

from shared.kernel.links import LinkSettings as Settings

__all__ = ["Settings"]
