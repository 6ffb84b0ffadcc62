"""Numbers in prose: which are the proposal's own, and which nobody would notice going stale."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.loose_figures import Known, loose_figures, placeholders

KNOWN = Known.of(
    [Decimal("431087.44"), 355.4, 54, 0.8, Decimal("0.13"), 60],
    [date(2027, 2, 1), date(2027, 5, 12)],
    ["Answers within 500 ms for 1,200 users", "等保三级，覆盖 18 个分行"],
)


@pytest.mark.parametrize(
    "text",
    [
        "The price is {{price_incl_tax}}, {{ must_share }} of it for what must be.",
        "54 requirements in 355.4 person-days, 355 in round figures.",
        "The price is 431,087.44 USD, some 431 thousand, 43.1万, 0.43 million.",
        "80% confidence, 13 percent tax, 80 %.",
        "From 1 February 2027 to May 12, 2027, that is 2027-02-01 to 2027年5月12日; in 2027, in May 2027.",
        "500 ms for 1200 users in 18 个分行",
        "TLS1.3, REQ-014, 7x24, IPv6, P80, 2FA, GB/T22239",
        "合同总价４３１，０８７．４４元",
        "No figure at all.",
    ],
)
def test_what_the_proposal_says_too_is_bound(text):
    assert loose_figures(text, KNOWN) == []


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("The price is 431,088 USD.", ["431,088"]),
        ("60 days, or 90 days", ["90"]),
        ("43.2万元", ["43.2万"]),
        ("81% and 355.5 days", ["81%", "355.5"]),
        ("on 2027-05-13, 2028年, June 2027", ["2027-05-13", "2028年", "June 2027"]),
        ("within 3 months", ["3"]),
        ("5m users", ["5m"]),
        ("１２个月", ["12"]),
        ("500%", ["500%"]),
    ],
)
def test_what_nobody_confirms_is_named_as_it_is_typed(text, loose):
    assert loose_figures(text, KNOWN) == loose


def test_placeholders_are_found_by_name():
    assert placeholders("{{a}} and {{ b_2 }}, not {c}") == ["a", "b_2"]


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_any_figure_of_the_proposal_may_be_typed_in_full_or_rounded(amount):
    known = Known.of([amount], [], [])

    assert loose_figures(f"It costs {amount:,.2f} USD.", known) == []
    assert loose_figures(f"It costs {amount.quantize(Decimal(1)):,} USD.", known) == []


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text):
    assert isinstance(loose_figures(text, KNOWN), list)
