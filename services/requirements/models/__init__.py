"""Tables and state rules of the requirements service, one module per subject."""

from services.requirements.models import baselines, opportunities, requirements

__all__ = ["baselines", "opportunities", "requirements"]
