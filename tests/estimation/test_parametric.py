"""COCOMO 81 and II beyond the published examples, and units."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain import cocomo_ii
from services.estimation.domain.cocomo_81 import DRIVERS, Mode, cocomo_81
from services.estimation.domain.units import UnitMismatch, hours_per_size

sizes = st.floats(0.5, 2000)


@given(sizes, st.sampled_from(Mode))
def test_the_phases_of_cocomo_81_add_up_to_effort_and_time_with_the_plans_on_top(kloc, mode):
    found = cocomo_81(kloc, mode)

    plans, *rest = found.phases
    assert sum(phase.person_months for phase in rest) == pytest.approx(found.person_months)
    assert sum(phase.months for phase in rest) == pytest.approx(found.development_months)
    assert 0.05 < plans.person_months / found.person_months < 0.09


@given(sizes, st.sampled_from(Mode))
def test_intermediate_cocomo_with_nominal_drivers_has_the_intermediate_coefficients(kloc, mode):
    nominal = {name: levels["nominal"] for name, levels in DRIVERS.items()}

    coefficients = {Mode.ORGANIC: 3.2, Mode.SEMIDETACHED: 3.0, Mode.EMBEDDED: 2.8}
    assert cocomo_81(kloc, mode, nominal).person_months == pytest.approx(
        coefficients[mode] * kloc ** cocomo_81(kloc, mode).exponent
    )


def test_an_embedded_project_of_boehms_book():
    """Boehm 1981, ch. 9: a 10 KDSI embedded communications processor; its drivers multiply to 1.17 and give 51 PM."""
    ratings = {
        "RELY": "nominal", "DATA": "low", "CPLX": "very_high", "TIME": "high", "STOR": "high", "VIRT": "nominal",
        "TURN": "nominal", "ACAP": "high", "AEXP": "nominal", "PCAP": "high", "VEXP": "low", "LEXP": "nominal",
        "MODP": "high", "TOOL": "low", "SCED": "nominal",
    }  # fmt: skip
    multipliers = {name: DRIVERS[name][rating] for name, rating in ratings.items()}

    found = cocomo_81(10, Mode.EMBEDDED, multipliers)

    assert prod(multipliers.values()) == pytest.approx(1.17, abs=0.01)
    assert found.person_months == pytest.approx(51.5, abs=1)


@given(sizes, st.floats(0, 31))
def test_cocomo_ii_grows_with_size_and_with_scale_factors(ksloc, scale):
    def effort(size, factors):
        return cocomo_ii.cocomo_ii(size, scale_factor_sum=factors, multipliers={}).person_months

    assert effort(ksloc * 1.1, scale) > effort(ksloc, scale)
    if ksloc > 1:
        assert effort(ksloc, scale + 0.6) > effort(ksloc, scale)


def test_a_compressed_schedule_costs_effort_and_does_not_lengthen_itself():
    calm = cocomo_ii.cocomo_ii(50, scale_factor_sum=18.97, multipliers={})

    hurried = cocomo_ii.cocomo_ii(50, scale_factor_sum=18.97, multipliers={"SCED": 1.43}, schedule_share=0.75)

    assert hurried.person_months == pytest.approx(calm.person_months * 1.43)
    assert hurried.development_months == pytest.approx(calm.development_months * 0.75)


def test_the_tables_have_the_seventeen_drivers_the_seven_and_the_five_factors():
    assert (len(cocomo_ii.POST_ARCHITECTURE), len(cocomo_ii.EARLY_DESIGN), len(cocomo_ii.SCALE_FACTORS)) == (17, 7, 5)
    assert len(DRIVERS) == 15
    assert cocomo_ii.scale_sum({}) == pytest.approx(18.97)
    assert cocomo_ii.scale_sum(dict.fromkeys(cocomo_ii.SCALE_FACTORS, "extra_high")) == 0
    for table in (*cocomo_ii.MODELS.values(), DRIVERS):
        assert {levels["nominal"] for levels in table.values()} == {1.0}


@pytest.mark.parametrize(
    ("value", "unit", "hours"), [(7.01, "hours_per_fp", 7.01), (1.5, "days_per_fp", 12), (0.05, "months_per_fp", 8.7)]
)
def test_a_productivity_in_another_unit_of_effort_is_converted(value, unit, hours):
    assert hours_per_size(value, unit, "fp", hours_per_day=8, hours_per_month=174) == pytest.approx(hours)


@pytest.mark.parametrize("unit", ["fp_per_month", "fp_per_hour", "hours_per_cfp"])
def test_another_dimension_is_refused_and_what_it_would_be_is_named(unit):
    with pytest.raises(UnitMismatch) as refused:
        hours_per_size(7.01, unit, "fp", hours_per_day=8, hours_per_month=174)

    assert refused.value.errors[0].pointer == "/productivity/unit"
    if unit == "fp_per_month":
        assert "24.82 hours_per_fp" in refused.value.detail("en")
