"""Tables and rules of the engagement service, one module per subject."""

from services.engagement.models import contacts, heard, interactions
from shared.timers import Timer

__all__ = ["Timer", "contacts", "heard", "interactions"]
