"""Settings of the requirements service: what every service has, and what makes links for clients."""

from shared.links import LinkSettings as Settings

__all__ = ["Settings"]
