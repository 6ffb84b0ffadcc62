"""How far a waiver of a limit goes."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.limits import Missed

BUDGET = Missed(UUID(int=1), "budget", "Ceiling", "3300000.00", "3600000.00")
DAY = Missed(UUID(int=2), "date", "In use by", "2027-09-30", "2027-10-15")
TERM = Missed(UUID(int=4), "validity", "Offers hold", "90", "60")
AMOUNTS = st.decimals(min_value=1, max_value=10**9, places=2)


def test_a_waiver_covers_what_it_was_given_for():
    assert BUDGET.is_covered([DAY, BUDGET])
    assert DAY.is_covered([DAY])
    assert not BUDGET.is_covered([])


@given(AMOUNTS, AMOUNTS)
def test_an_amount_is_covered_when_it_is_no_greater(waived, offered):
    given_for, now = replace(BUDGET, offered=str(waived)), replace(BUDGET, offered=str(offered))

    assert now.is_covered([given_for]) is (offered <= waived)


@given(st.dates(), st.dates())
def test_a_day_is_covered_when_it_is_no_later(waived, offered):
    given_for, now = replace(DAY, offered=waived.isoformat()), replace(DAY, offered=offered.isoformat())

    assert now.is_covered([given_for]) is (offered <= waived)


@given(st.integers(1, 400), st.integers(1, 400))
def test_a_term_is_covered_when_it_is_no_shorter(waived, offered):
    given_for, now = (replace(TERM, offered=str(days)) for days in (waived, offered))

    assert now.is_covered([given_for]) is (offered >= waived)


def test_amounts_are_compared_as_numbers_not_as_texts():
    assert replace(BUDGET, offered="999999.00").is_covered([replace(BUDGET, offered="1000000.00")])


def test_another_limit_or_another_value_of_it_is_not_covered():
    assert not replace(BUDGET, limit="3000000.00").is_covered([BUDGET])
    assert not replace(BUDGET, constraint_id=UUID(int=3)).is_covered([BUDGET])
