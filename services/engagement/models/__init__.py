"""Tables and rules of the engagement service, one module per subject."""

from services.engagement.models import calendars, contacts, heard, interactions, response_clocks
from shared.timers import Timer

__all__ = ["Timer", "calendars", "contacts", "heard", "interactions", "response_clocks"]
