"""Tables and rules of the engagement service, one module per subject."""

from services.engagement.models import contacts, heard, interactions

__all__ = ["contacts", "heard", "interactions"]
