"""The risks of the project, with the heat map."""

from services.proposal.content import names
from services.proposal.content.base import Named
from services.proposal.content.model import CellPart, RiskPart, RisksPart
from services.proposal.domain.heat_map import RATINGS
from shared.charts.levels import level_names
from shared.language.events.risk import RiskBudgetCalculated, RiskFacts


def risks_part(budget: RiskBudgetCalculated) -> RisksPart:
    """Threats in order of score, and every cell of the map that they were rated by, with the codes in it."""
    threats = [risk for risk in budget.risks if risk.kind == "threat"]
    threats.sort(key=lambda risk: (-risk.score, risk.code))
    ratings = budget.matrix.ratings if budget.matrix else RATINGS
    rows, columns = len(ratings), len(ratings[0])
    return RisksPart(
        items=tuple(map(_risk, threats)),
        matrix=tuple(
            CellPart(
                probability_level=probability,
                impact_level=impact,
                rating=own[0].rating if own else ratings[probability - 1][impact - 1],
                codes=tuple(risk.code for risk in own),
            )
            for probability in range(rows, 0, -1)
            for impact in range(1, columns + 1)
            for own in [[r for r in threats if (r.probability_level, r.impact_level) == (probability, impact)]]
        ),
        probability_levels=_levels(rows),
        impact_levels=_levels(columns),
    )


def _levels(count: int) -> tuple[Named, ...]:
    return tuple(Named(name=one.en.lower(), name_zh=one.zh) for one in level_names(count))


def _risk(risk: RiskFacts) -> RiskPart:
    response = risk.response
    owner = names.role(response.owner_role) if response else None
    return RiskPart.of(
        risk,
        strategy=response and response.strategy,
        preventive=response and response.preventive,
        preventive_zh=response and response.preventive_zh,
        contingency=response and response.contingency,
        contingency_zh=response and response.contingency_zh,
        owner=owner and owner.name,
        owner_zh=owner and owner.name_zh,
    )
