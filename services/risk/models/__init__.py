"""Tables and state rules of the risk service, one module per subject."""

from services.risk.models import budgets, heard, pursuits, responses, risks, settings

__all__ = ["budgets", "heard", "pursuits", "responses", "risks", "settings"]
