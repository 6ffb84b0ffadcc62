"""Lists of analyses."""

import sqlalchemy as sa
from sqlalchemy.orm import defer

from services.risk.models.analyses import RiskAnalysis


def without_figures() -> sa.Select[RiskAnalysis]:
    """The analyses, without what went in and came out."""
    return sa.select(RiskAnalysis).options(defer(RiskAnalysis.inputs), defer(RiskAnalysis.result))
