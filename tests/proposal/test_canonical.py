"""Canonical JSON against the examples of RFC 8785."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.canonical import canonical, content_hash


def test_the_sample_of_the_standard():
    """RFC 8785, 3.2.2 and 3.2.4."""
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }

    assert canonical(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf_16_code_units():
    """RFC 8785, 3.2.3: the emoji's surrogates sort before U+FB33."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    in_order = list(json.loads(canonical(dict.fromkeys(keys))))

    assert in_order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (295147905179352830000.0, "295147905179352830000"),
    ],
)
def test_numbers_are_written_as_ecmascript_does(number, text):
    assert canonical(number).decode() == text


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_json_number_is_refused(number):
    with pytest.raises(ValueError, match="is not JSON"):
        canonical([number])


def test_other_types_are_refused():
    with pytest.raises(TypeError):
        canonical({"a": object()})


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(values.filter(lambda value: "\\ud" not in json.dumps(value)))
def test_canonical_json_means_the_same_and_is_stable(value):
    once = canonical(value)

    assert json.loads(once, parse_int=float) == value
    assert canonical(json.loads(once)) == once
    assert len(content_hash(once)) == 64
