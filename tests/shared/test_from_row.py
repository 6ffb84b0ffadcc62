"""What is made of a row by the names that both have."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from shared.kernel.events import Fact
from shared.language.events.values import ThreePoint


class Owned(Fact):
    owned_id: UUID
    title: str
    codes: tuple[str, ...]
    reason: str | None = None
    range: ThreePoint | None = None


@dataclass
class Row:
    id: UUID
    title: object = "Billing"
    codes: tuple[str, ...] | list[str] = ()


def test_a_fact_has_what_its_row_has_under_the_same_names():
    row = Row(uuid4(), codes=["a", "b"])

    made = Owned.of(row, owned_id=row.id)

    assert made == Owned(owned_id=row.id, title="Billing", codes=("a", "b"))


def test_what_is_said_counts_more_than_the_row():
    row = Row(uuid4())

    made = Owned.of(row, owned_id=row.id, title="Invoices", reason="renamed")

    assert (made.title, made.reason) == ("Invoices", "renamed")


def test_a_field_that_neither_has_keeps_its_default():
    row = Row(uuid4())

    made = Owned.of(row, owned_id=row.id)

    assert made.reason is None
    assert "reason" not in made.model_fields_set


def test_a_field_that_neither_has_and_that_has_no_default_is_missed_at_once():
    with pytest.raises(AttributeError, match="owned_id"):
        Owned.of(Row(uuid4()))


def test_another_that_is_no_field_is_refused():
    row = Row(uuid4())

    with pytest.raises(TypeError, match="Owned has no field ownerid"):
        Owned.of(row, owned_id=row.id, ownerid=row.id)


def test_what_the_row_has_is_checked_like_anything_else():
    row = Row(uuid4(), title=7)

    with pytest.raises(ValidationError, match="title"):
        Owned.of(row, owned_id=row.id)


@dataclass
class Points:
    optimistic: float = 1
    most_likely: float = 2
    pessimistic: float = 4
    unit: str = "days"


@pytest.mark.parametrize("within", [Points(), {"optimistic": 1, "most_likely": 2, "pessimistic": 4}])
def test_what_the_row_has_within_is_read_by_its_names_too(within):
    row = Row(uuid4())
    row.range = within

    made = Owned.of(row, owned_id=row.id)

    assert made.range == ThreePoint(optimistic=1, most_likely=2, pessimistic=4)
