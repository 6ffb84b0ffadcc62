"""Every single field of a model, by the names that lead to it: `risks[].impact_cost.optimistic`."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel


def fields(kind: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The paths of all leaves of a type, each with its own type."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from fields(inner[0], path)
    elif origin in {Union, UnionType}:
        for one in inner:
            if one is not NoneType:
                yield from fields(one, path)
    elif origin is tuple:
        yield from fields(inner[0], f"{path}[]")
    elif origin is dict:
        yield from fields(inner[1], f"{path}{{}}")
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield from fields(field.annotation, f"{path}.{name}" if path else name)
    else:
        yield path, kind


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The single values of a model by the same paths; a field that is None is one."""
    match value:
        case BaseModel():
            for name in type(value).model_fields:
                yield from leaves(getattr(value, name), f"{path}.{name}" if path else name)
        case tuple() | list():
            for one in value:
                yield from leaves(one, f"{path}[]")
        case dict():
            for one in value.values():
                yield from leaves(one, f"{path}{{}}")
        case _:
            yield path, value
