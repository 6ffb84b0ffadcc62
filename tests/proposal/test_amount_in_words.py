"""Amounts in Chinese words, as the rules for bills spell their examples."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.amount_in_words import in_words


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        # the six examples of 支付结算办法, annex 1 (正确填写票据和结算凭证的基本规定)
        ("1409.50", "人民币壹仟肆佰零玖元伍角"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("10", "人民币壹拾元整"),
        ("100000001", "人民币壹亿零壹元整"),
        ("1000000000000", "人民币壹万亿元整"),
        ("-3.20", "人民币负叁元贰角"),
        ("1.995", "人民币贰元整"),
    ],
)
def test_amounts_are_spelled_as_the_rules_say(yuan, words):
    assert in_words(Decimal(yuan)) == words


VALUES = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(words):
    """What a reader understands, in fen."""
    total = section = digit = fen = 0
    for letter in words.removeprefix("人民币").removesuffix("整"):
        if letter in VALUES:
            digit = VALUES[letter]
        elif letter in UNITS:
            section, digit = section + digit * UNITS[letter], 0
        elif letter == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif letter == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif letter == "元":
            total, section, digit = total + section + digit, 0, 0
        elif letter in "角分":
            fen, digit = fen + digit * (10 if letter == "角" else 1), 0
    return total * 100 + fen


@given(st.integers(0, 10**14))
def test_words_read_back_are_the_amount(fen):
    words = in_words(Decimal(fen) / 100)

    assert read_back(words) == fen
    assert "零零" not in words
