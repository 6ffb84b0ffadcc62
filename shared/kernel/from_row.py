"""What is made from a row, or from what was computed: the fields by the names that both have."""

from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def from_row(kind: type[M], row: object, /, **others: Any) -> M:
    """A `kind` with what `row` has under the same names; `others` are those that it calls otherwise or does not have.

    Objects within are read by the names of their fields too. A field that neither has keeps its default. Raises
    `AttributeError` where it has none, `TypeError` for another that is no field, `ValidationError` as always.
    """
    fields = kind.model_fields
    if unknown := others.keys() - fields.keys():
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}")
    own = {
        name: getattr(row, name)
        for name, field in fields.items()
        if name not in others and (field.is_required() or hasattr(row, name))
    }
    return kind.model_validate({**own, **others}, from_attributes=True)
