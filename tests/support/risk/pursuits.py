"""Opportunities that are pursued."""

from datetime import date

from shared.language.events.requirements import OpportunityOpened
from shared.language.events.requirements import Prospect as Told
from shared.language.money import Money
from tests.support.risk.example import DEAL, opportunity_facts


def opened(probability=0.5, version=1, value="1000000", kind=OpportunityOpened, **facts):
    prospect = Told(expected_value=Money.of(value, "CNY"), win_probability=probability, close_date=date(2027, 6, 1))
    return kind(opportunity_id=DEAL, opportunity=opportunity_facts(**facts), version=version, prospect=prospect)
