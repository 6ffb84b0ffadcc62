"""Tables and state rules of the risk service, one module per subject."""

from services.risk.models import budgets, heard, responses, risks, settings

__all__ = ["budgets", "heard", "responses", "risks", "settings"]
