"""What if rates, team, profit or discount were otherwise? The change is made to what an estimate is made with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from services.estimation.domain.costing import Inputs
from services.estimation.domain.parameters import Parameters
from services.estimation.domain.pricing import Discount
from services.estimation.domain.rates import RateCard
from services.estimation.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Nothing that is not given is changed."""

    rate_factors: Mapping[str, Decimal] = field(default_factory=dict)
    """By role, or `*` for every one without a factor."""
    card: RateCard | None = None
    """Counts before all others, wherever and whenever it holds itself."""
    team: Mapping[str, float] = field(default_factory=dict)
    """People by role, in place of those that are computed."""
    margin_rate: Decimal | None = None
    markup_rate: Decimal | None = None
    discount: Discount | None = None
    terms: Terms | None = None

    def parameters(self, usual: Parameters) -> Parameters:
        """The parameters with the wanted profit."""
        if self.margin_rate is None and self.markup_rate is None:
            return usual
        commerce = replace(usual.commerce, margin_rate=self.margin_rate, markup_rate=self.markup_rate)
        return replace(usual, commerce=commerce)

    def inputs(self, usual: Inputs, region: str | None) -> Inputs:
        """The other inputs with the wanted rates, team and terms."""
        cards = list(usual.cards)
        if self.card:
            cards.insert(0, replace(self.card, region=region, valid_from=date.min, valid_to=None))
        return replace(
            usual,
            cards=cards,
            rate_factors=self.rate_factors,
            team=self.team,
            terms=self.terms or usual.terms,
        )


UNCHANGED = WhatIf()
