"""Answers to questionnaires: what each type of question takes, and what is wrong with what was sent."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from shared.kernel.problems import FieldError
from shared.language.forms import (
    COMMENT,
    MOST_CHOICES,
    Answers,
    Form,
    choices_of,
    parts_of,
    questions,
    rates,
    takes_comment,
    too_many,
    values_of,
    visible,
)

_MOST_ERRORS = 100
_MOST_TEXT = 8000
_MOST_FILE = 4_000_000
_EMAIL = r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"
_OF_OBJECTS = {"file", "matrixdynamic", "paneldynamic"}


def answers_schema(form: Form, answers: Answers | None = None) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the answers: of all questions, or of those that `answers` make visible."""
    asked = list(questions(form)) if answers is None else visible(form, answers)
    required = [
        one["name"] for one in asked if one.get("isRequired") and (answers is not None or "visibleIf" not in one)
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            **{one["name"]: _schema(one) for one in asked},
            **{f"{one['name']}{COMMENT}": _words({}) for one in asked if takes_comment(one)},
        },
        "required": required,
        "additionalProperties": False,
    }


def _schema(question: Mapping[str, Any]) -> dict[str, Any]:
    make = _SCHEMAS.get(question["type"])
    return make(question) if make else _words(question)


def _object(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Answers to the questions within a question, at least one."""
    asked = list(parts)
    return {
        "type": "object",
        "properties": {one["name"]: _schema(one) for one in asked},
        "required": [one["name"] for one in asked if one.get("isRequired")],
        "additionalProperties": False,
        "minProperties": 1,
    }


def _repeated(question: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of a table, or panels, as many as somebody adds."""
    kind = "Row" if question["type"] == "matrixdynamic" else "Panel"
    ends = {"minItems": question.get(f"min{kind}Count"), "maxItems": question.get(f"max{kind}Count")}
    counts = {name: end for name, end in ends.items() if isinstance(end, int) and 0 < end <= MOST_CHOICES}
    return {"type": "array", "items": _object(parts_of(question)), "minItems": 1, "maxItems": MOST_CHOICES, **counts}


def _table_schema(question: Mapping[str, Any]) -> dict[str, Any]:
    row = _object(parts_of(question))
    return {
        "type": "object",
        "properties": {str(name): row for name in values_of(question["rows"])},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _several(question: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": {"enum": choices_of(question)}, "uniqueItems": True, "minItems": 1}


def _one(question: Mapping[str, Any]) -> dict[str, Any]:
    return {"enum": choices_of(question)}


def _matrix_schema(question: Mapping[str, Any]) -> dict[str, Any]:
    rows = [str(row) for row in values_of(question["rows"])]
    return {
        "type": "object",
        "properties": {row: {"enum": values_of(question["columns"])} for row in rows},
        "required": rows if question.get("isAllRowRequired") else [],
        "additionalProperties": False,
        "minProperties": 1,
    }


def _file_schema(question: Mapping[str, Any]) -> dict[str, Any]:
    item = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 200},
            "type": {"type": "string", "maxLength": 200},
            "content": {"type": "string", "pattern": "^data:", "maxLength": _MOST_FILE},
        },
        "required": ["name", "content"],
        "additionalProperties": False,
    }
    return {"type": "array", "items": item, "minItems": 1, "maxItems": 10 if question.get("allowMultiple") else 1}


def _words(question: Mapping[str, Any]) -> dict[str, Any]:
    most = question.get("maxLength")
    most = most if isinstance(most, int) and 0 < most <= _MOST_TEXT else _MOST_TEXT
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": "^[^\\x00]*$"}


def _text_schema(question: Mapping[str, Any]) -> dict[str, Any]:
    kind = question.get("inputType", "text")
    if kind in {"number", "range"}:
        ends = {"minimum": question.get("min"), "maximum": question.get("max")}
        return {"type": "number", **{name: end for name, end in ends.items() if isinstance(end, int | float)}}
    if kind == "date":
        return {"type": "string", "format": "date"}
    if kind == "email":
        return {"type": "string", "pattern": _EMAIL, "maxLength": 254}
    return _words(question)


_SCHEMAS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "text": _text_schema,
    "radiogroup": _one,
    "dropdown": _one,
    "checkbox": _several,
    "tagbox": _several,
    "ranking": _several,
    "imagepicker": lambda question: _several(question) if question.get("multiSelect") else _one(question),
    "multipletext": lambda question: _object(parts_of(question)),
    "matrixdropdown": _table_schema,
    "matrixdynamic": _repeated,
    "paneldynamic": _repeated,
    "rating": lambda question: {"enum": rates(question)},
    "boolean": lambda _question: {"type": "boolean"},
    "matrix": _matrix_schema,
    "file": _file_schema,
}


def check_answers(form: Form, answers: Answers) -> list[FieldError]:
    """What is wrong with answers, by JSON pointer below `/answers`; those of questions that are not asked are wrong."""
    boundless = [error for question in questions(form) for error in _boundless(question, answers)]
    if boundless:
        return boundless
    validator = Draft202012Validator(answers_schema(form, answers), format_checker=FormatChecker(["date"]))
    wrong = [_field_error(error) for error in islice(validator.iter_errors(dict(answers)), _MOST_ERRORS)]
    return wrong or list(_unsaid(form, answers))


def _unsaid(form: Form, answers: Answers) -> Iterator[FieldError]:
    """Another choice that was made without saying which."""
    for question in visible(form, answers):
        answer, name = answers.get(question["name"]), f"{question['name']}{COMMENT}"
        chosen = answer if isinstance(answer, list) else [answer]
        own = values_of(question.get("choices") or [])
        if takes_comment(question) and "other" in chosen and "other" not in own and not answers.get(name):
            yield FieldError(f"/answers/{name}", "missing", "is required", "必须填写")


def _boundless(question: Mapping[str, Any], answers: Answers) -> Iterator[FieldError]:
    """Lists that no question asks for: the validator compares each of their items with each other."""
    answer, pointer = answers.get(question["name"]), f"/answers/{question['name']}"
    if not isinstance(answer, list):
        return
    if len(answer) > MOST_CHOICES:
        yield too_many(pointer)
    elif question["type"] not in _OF_OBJECTS and any(isinstance(one, list | dict) for one in answer):
        yield FieldError(pointer, "wrong_type", "must be texts or numbers", "须为文本或数字")


def _field_error(error: ValidationError) -> FieldError:
    path = [str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path]
    if error.validator in {"required", "additionalProperties"}:
        names = re.findall(r"'([^']+)'", error.message)
        path += [names[0].replace("~", "~0").replace("/", "~1")] if names else []
    pointer = "/".join(["/answers", *path])
    wanted = error.validator_value
    texts: dict[str, tuple[str, str, str]] = {
        "required": ("missing", "is required", "必须填写"),
        "additionalProperties": ("not_asked", "is not asked here", "此处未询问该项"),
        "enum": ("not_allowed", f"must be one of {_listed(wanted)}", f"必须是以下之一：{_listed(wanted)}"),
        "type": ("wrong_type", f"must be of type {wanted}", f"类型必须是 {wanted}"),
        "minLength": ("too_short", "must not be empty", "不得为空"),
        "maxLength": ("too_long", f"may have at most {wanted} characters", f"最多 {wanted} 个字符"),
        "minimum": ("too_small", f"must be at least {wanted}", f"不得小于 {wanted}"),
        "maximum": ("too_large", f"must be at most {wanted}", f"不得大于 {wanted}"),
        "minItems": ("too_few", f"needs at least {wanted} item(s)", f"至少需要 {wanted} 项"),
        "maxItems": ("too_many", f"may have at most {wanted} items", f"最多 {wanted} 项"),
        "uniqueItems": ("named_twice", "names the same one twice", "重复列出同一项"),
        "minProperties": ("too_few", f"needs at least {wanted} item(s)", f"至少需要 {wanted} 项"),
        "format": ("wrong_format", "must be a date such as 2027-01-31", "必须是日期，如 2027-01-31"),
    }
    code, en, zh = texts.get(str(error.validator), ("wrong_format", "has not the form asked for", "格式不正确"))
    return FieldError(pointer, code, en, zh)


def _listed(values: object) -> str:
    return ", ".join(str(value) for value in values) if isinstance(values, list) else str(values)
