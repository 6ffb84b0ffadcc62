"""What a patch takes over from its input."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from shared.kernel.validation import KEEP, Line, Patch, Text


class ThingIn(BaseModel):
    """A thing."""

    kind: str
    title: Line
    title_zh: Line | None = None
    weight: Annotated[int, Field(ge=1, le=5, description="1 light … 5 heavy")] = 3
    owner: Line | None = None
    parts: list[str] = []
    share: float = 0


class ThingPatch(Patch, of=ThingIn, without={"kind"}):
    title_zh: Line = KEEP
    note: Text | None = None


def test_a_patch_has_the_fields_of_its_input_in_their_order_and_its_own():
    assert list(ThingPatch.model_fields) == ["title", "title_zh", "weight", "owner", "parts", "share", "note"]


def test_a_field_says_of_itself_what_it_says_in_the_input():
    schema, given = ThingPatch.model_json_schema(), ThingIn.model_json_schema()

    weight = given["properties"]["weight"]
    assert schema["properties"]["weight"] == {**weight, "default": None}
    assert "required" not in schema


def test_what_is_left_out_is_no_change():
    patch = ThingPatch(title="  Pump ")

    assert patch.changes() == {"title": "Pump"}


@pytest.mark.parametrize("name", ["owner", "note"])
def test_what_may_be_null_in_the_input_may_be_set_to_null(name):
    patch = ThingPatch.model_validate({name: None})

    assert patch.changes() == {name: None}


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param({"title": None}, id="not null in the input"),
        pytest.param({"title_zh": None}, id="declared so"),
        pytest.param({"weight": 6}, id="a limit of the input"),
        pytest.param({"share": float("inf")}, id="no number"),
        pytest.param({"kind": "pump"}, id="a field that it is without"),
    ],
)
def test_what_no_change_can_be_is_refused(wish):
    with pytest.raises(ValidationError, match=next(iter(wish))):
        ThingPatch.model_validate(wish)


def test_a_patch_is_without_what_its_input_has():
    with pytest.raises(TypeError, match="ThingIn has no field kindd"):

        class OtherPatch(Patch, of=ThingIn, without={"kindd"}):
            pass
