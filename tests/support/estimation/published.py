"""How near to a published figure is near enough."""

import pytest

TYPES = {"ILF": "internal_files", "EIF": "external_files", "EI": "inputs", "EO": "outputs", "EQ": "queries"}


def within(found, expected, tolerance):
    """Every expected figure is found within its tolerance: one for all, or by name, relative where it says so."""
    for name, wanted in expected.items():
        if isinstance(wanted, dict):
            within(found[name], wanted, tolerance)
            continue
        relative, absolute = tolerance_of(name, tolerance)
        assert found[name] == pytest.approx(wanted, rel=relative, abs=absolute), name


def tolerance_of(name, tolerance):
    if not isinstance(tolerance, dict):
        return 0, tolerance or 1e-12
    for key, value in tolerance.items():
        stem = key.removesuffix("_rel_at_n10000").removesuffix("_rel")
        if name == stem or name.startswith(stem):
            return (value, 0) if "_rel" in key else (0, value)
    return 0, 1e-6
