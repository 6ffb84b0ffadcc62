"""Numbers as people write them in files."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.files.numbers import AmbiguousNumber, NotANumber, Notation

NOTHING = Notation.of([])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("120,5", "120.5"), ("80,25", "80.25"), ("1.240,75", "1240.75"), ("1,240.75", "1240.75"), ("64", "64"),
        ("1.234.567", "1234567"), ("1,234,567", "1234567"), ("0,125", "0.125"), ("0.125", "0.125"), (",5", "0.5"),
        ("1234,567", "1234.567"), ("-3,5", "-3.5"), ("−3.5", "-3.5"), ("(1,234.50)", "-1234.50"), ("+7", "7"),
        ("1 240,75", "1240.75"), ("1\u202f240,75", "1240.75"), ("1’240.75", "1240.75"), ("1'240", "1240"),
        ("１２０．５", "120.5"), ("30万", "300000"), ("1.2亿", "120000000"), ("¥900,000.00", "900000.00"),
        ("€ 1.240,75", "1240.75"), ("1.240,75 €", "1240.75"), ("EUR 12,50", "12.50"), ("12.50 CNY", "12.50"),
        ("30万元", "300000"), ("40%", "40"), ("12,5 %", "12.5"), ("1.5e3", "1500"), ("1e-3", "0.001"),
    ],
)  # fmt: skip
def test_what_can_be_read_one_way_only_is_read_so(text, value):
    found = NOTHING.read(text)

    assert (found.value, found.is_guess) == (Decimal(value), False)


@pytest.mark.parametrize("text", ["", "many", "1,24,0", "1.2.3", "1,234.567,8", "12-13", "1,2345,678", "--1", "1 2"])
def test_what_is_no_number_is_not_made_one(text):
    with pytest.raises(NotANumber):
        NOTHING.read(text)


@pytest.mark.parametrize(
    ("others", "text", "value"),
    [(["120,5"], "1.240", "1240"), (["120.5"], "1.240", "1.240"), (["120,5"], "1,240", "1.240"),
     (["7", "1.234,5"], "12.000", "12000"), (["1,234.5"], "12,000", "12000")],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_decided_by_the_other_numbers(others, text, value):
    found = Notation.of(others).read(text)

    assert (found.value, found.is_guess) == (Decimal(value), True)


def test_where_nothing_decides_it_is_asked_for_and_the_answer_counts():
    for others in ([], ["64", "1.240"], ["120,5", "80.25"]):
        with pytest.raises(AmbiguousNumber):
            Notation.of(others).read("1.240")

    assert Notation.of([], usual="point").read("1.240").value == Decimal("1.240")
    assert Notation.of(["120.5"], said="comma").read("1.240").value == 1240
    with pytest.raises(NotANumber):
        Notation.of([], said="comma").read("120.5")


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from([(".", ","), (",", "."), (" ", ","), ("'", ".")]))
def test_what_is_written_with_two_decimals_is_read_back(whole, cents, marks):
    grouping, mark = marks

    text = f"{whole:,}".replace(",", grouping) + f"{mark}{cents:02d}"

    assert NOTHING.read(text).value == Decimal(f"{whole}.{cents:02d}")
