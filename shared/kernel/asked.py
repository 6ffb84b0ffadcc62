"""What a request may ask of a route: parameters that it knows, each once, and an answer in a form that it has."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Annotated, Any, TypeVar, get_args, get_origin

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel, BeforeValidator, Field

from shared.kernel.problems import FieldError, Invalid, Problem

Value = TypeVar("Value")


def values(given: Any) -> Any:
    """Each value of a parameter that is given several times, or once with commas."""
    return [value.strip() for one in given for value in one.split(",")] if isinstance(given, list) else given


_MOST = 100
Several = Annotated[
    list[Value] | None,
    BeforeValidator(values),
    Field(max_length=_MOST, description="one, or any of several: repeated, or with commas"),
]
"""A filter that takes several values. An unknown one is refused, and the known ones are told."""
SeveralNames = Annotated[list[str] | None, Field(max_length=_MOST, description="one, or any of several: repeated")]
"""A filter by names that people are known by, in which there may be commas."""

_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


class NotAcceptable(Problem):
    status = 406
    title = ("Not in this form", "不支持的格式")
    en = "This comes as {possible}; `Accept` names nothing of that."
    zh = "可提供的格式为：{possible}；`Accept` 未包含其中任何一种。"


def not_allowed(pointer: str, allowed: Iterable[str]) -> Invalid:
    """The refusal of a value that is none of the `allowed` ones."""
    names = ", ".join(allowed)
    return Invalid([FieldError(pointer, "not_allowed", f"must be one of {names}", f"必须是以下之一：{names}")])


def parameters_of(dependant: Dependant) -> dict[str, bool]:
    """The query parameters of a route by name, and whether each may be given several times."""
    return {name: _takes_many(annotation) for name, annotation in _parameters(dependant)}


def _parameters(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from ((info.alias or name, info.annotation) for name, info in annotation.model_fields.items())
        else:
            yield field.alias, annotation
    yield from chain.from_iterable(map(_parameters, dependant.dependencies))


def _takes_many(annotation: Any) -> bool:
    return get_origin(annotation) in {list, set, tuple} or any(map(_takes_many, get_args(annotation)))


def refuse_unknown_parameters(request: Request, known: Mapping[str, bool]) -> None:
    """Raises `Invalid` for a query parameter that the route does not know, or that has one value and is given two.

    Ignored, the answer would look like what was asked for.
    """
    if not request.url.query:
        return
    given = [name for name, _ in request.query_params.multi_items()]
    names = ", ".join(sorted(known)) or "none"
    errors = []
    for name in dict.fromkeys(given):
        if name not in known:
            en, zh = f"is not known here; known: {names}", f"不是此处的查询参数；可用参数：{names}"
            errors.append(FieldError(f"?{name[:80]}", "unknown_field", en, zh))
        elif given.count(name) > 1 and not known[name]:
            errors.append(FieldError(f"?{name}", "given_twice", "takes one value", "只能有一个值"))
    if errors:
        raise Invalid(errors)


def refuse_unaccepted(request: Request, response: Response, forms: Iterable[str]) -> None:
    """Raises `NotAcceptable` when `Accept` has no room for this answer; `forms` are those that its route has."""
    accept = request.headers.get("accept") or "*/*"
    form = response.headers.get("content-type", "")
    if accept == "*/*" or not form or _weight(form, _ranges(accept))[0] > 0:
        return
    raise NotAcceptable(possible=", ".join(sorted({_media_type(one) for one in (form, *forms)})))


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """The best of the `offered` forms for an `Accept` header (RFC 9110, 12.5.1), the first of equals.

    What is named outright goes before what a wildcard covers. Raises `NotAcceptable`.
    """
    ranges = _ranges(accept or "*/*")
    best = max(offered, key=lambda form: _weight(form, ranges))
    if _weight(best, ranges)[0] <= 0:
        raise NotAcceptable(possible=", ".join(offered))
    return best


def _weight(form: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """The quality of the most specific range that covers `form`, and how specific that is."""
    media_type = _media_type(form)
    covering = (media_type, f"{media_type.split('/', maxsplit=1)[0]}/*", "*/*")
    for specific, wanted in zip((2, 1, 0), covering, strict=True):
        qualities = [quality for name, quality in ranges if name == wanted]
        if qualities:
            return max(qualities), specific
    return 0.0, 0


def _media_type(form: str) -> str:
    return form.partition(";")[0].strip().lower()


def _ranges(accept: str) -> list[tuple[str, float]]:
    return [_range(item) for item in accept.split(",")]


def _range(item: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in item.split(";"))
    quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    return name, float(quality) if _QUALITY.fullmatch(quality) else 0.0
