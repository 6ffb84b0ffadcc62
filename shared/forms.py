"""Questionnaires in the JSON format of SurveyJS: what a form may hold, and which answers it takes.

The part of the format that this reads: `pages[].elements[]` or `elements[]`, panels, the question types of
`TYPES`, `visibleIf` on questions, `isRequired`, and texts that are a string or an object by language (`default`,
`en`, `zh-cn`). What would change the meaning of answers and is not read is refused, never ignored.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from shared.problems import FieldError

TYPES = frozenset(
    {"text", "comment", "radiogroup", "checkbox", "dropdown", "rating", "boolean", "matrix", "file", "html"}
)
_UNREAD = ("requiredIf", "choicesByUrl", "calculatedValues", "triggers", "showOtherItem", "hasOther", "valueName")
_MOST_QUESTIONS = 500
_MOST_CHOICES = 500
_MOST_CONDITION = 500
_MOST_ERRORS = 100
_MOST_NESTED = 5
_MOST_TEXT = 8000
_MOST_FILE = 4_000_000
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_EMAIL = r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"
_CONDITION = re.compile(
    r"\{(?P<name>[^}]+)\}\s*(?:(?P<test>notempty|empty)"
    r"|(?P<operator><=|>=|<>|!=|==|=|<|>|notcontains|contains|anyof)\s*(?P<literal>\[[^\]]*\]|'[^']*'|\"[^\"]*\"|[^\s]+))",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s+(and|or)\s+", re.IGNORECASE)

Form = Mapping[str, Any]
Answers = Mapping[str, Any]


def questions(form: Form) -> Iterator[Mapping[str, Any]]:
    """The questions of a form that can be answered, in order, those within panels too."""
    return (question for _, question in placed(form))


def placed(form: Form) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """As `questions`, each with its JSON pointer."""
    for pointer, element in _elements(form):
        if element.get("type") not in ("html", "panel"):  # no set: what is sent as a type may not be hashable
            yield pointer, element


def title_of(text: object, language: str) -> str:
    """A text in `zh` or `en`; what is not translated is shown as it is."""
    if isinstance(text, Mapping):
        keys = ("zh-cn", "zh", "default") if language == "zh" else ("en", "default")
        said = (text.get(key) for key in (*keys, *text))
        return str(next((one for one in said if one), ""))
    return str(text or "")


def check_form(form: Form) -> list[FieldError]:
    """What is wrong with a form, by JSON pointer; nothing when it can be asked."""
    # what follows takes time with the square of some lengths: they are limited first
    elements = [one for one in islice(_elements(form), 2 * _MOST_QUESTIONS) if one[1].get("type") != "panel"]
    if len(elements) > _MOST_QUESTIONS:
        text = f"may have at most {_MOST_QUESTIONS} questions"
        return [FieldError("", "too_many", text, f"最多 {_MOST_QUESTIONS} 个问题")]
    errors: list[FieldError] = []
    names: list[str] = []
    for pointer, element in elements:
        errors += _wrong_with(pointer, element, names)
        names.append(str(element.get("name")))
    if not any(True for _ in questions(form)):
        errors.append(FieldError("", "no_question", "has no question", "没有任何问题"))
    return errors


def _elements(form: Form) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every element with its pointer; whatever is no object in a list is given as an empty one."""
    pages = form.get("pages")
    if not isinstance(pages, list):
        yield from _within("/elements", form.get("elements"))
        return
    for number, page in enumerate(pages):
        if isinstance(page, Mapping):
            yield from _within(f"/pages/{number}/elements", page.get("elements"))


def _within(pointer: str, elements: object, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, element in enumerate(elements if isinstance(elements, list) else []):
        shown = element if isinstance(element, Mapping) else {}
        yield f"{pointer}/{number}", shown
        if shown.get("type") == "panel" and depth < _MOST_NESTED:
            yield from _within(f"{pointer}/{number}/elements", shown.get("elements"), depth + 1)


def _wrong_with(pointer: str, element: Mapping[str, Any], before: list[str]) -> Iterator[FieldError]:
    kind, name = element.get("type"), element.get("name")
    if not isinstance(kind, str) or kind not in TYPES:
        known = ", ".join(sorted(TYPES))
        yield FieldError(f"{pointer}/type", "not_allowed", f"must be one of {known}", f"必须是以下之一：{known}")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield FieldError(
            f"{pointer}/name", "wrong_format", "must be letters, digits, _, . and -", "须由字母、数字、_、. 和 - 组成"
        )
    elif name in before:
        yield FieldError(f"{pointer}/name", "named_twice", f"{name} is there already", f"{name} 已存在")
    for unread in _UNREAD:
        if unread in element:
            yield FieldError(f"{pointer}/{unread}", "unknown_field", "is not supported", "不支持该属性")
    if not isinstance(element.get("isRequired", False), bool):
        yield FieldError(f"{pointer}/isRequired", "wrong_type", "must be true or false", "必须是 true 或 false")
    yield from _wrong_lists(pointer, element)
    yield from _wrong_input(pointer, element)
    condition = element.get("visibleIf")
    if condition is not None:
        wrong = _wrong_condition(condition, before)
        if wrong:
            yield FieldError(f"{pointer}/visibleIf", "wrong_condition", wrong[0], wrong[1])


def _wrong_lists(pointer: str, element: Mapping[str, Any]) -> Iterator[FieldError]:
    kind = element.get("type")
    wanted = {
        "radiogroup": ("choices",),
        "checkbox": ("choices",),
        "dropdown": ("choices",),
        "matrix": ("columns", "rows"),
    }
    for name in wanted.get(str(kind), ()):
        values = element.get(name)
        if not isinstance(values, list) or not values:
            yield FieldError(f"{pointer}/{name}", "too_few", "needs at least 1 item(s)", "至少需要 1 项")
        elif len(values) > _MOST_CHOICES:
            yield _too_many(f"{pointer}/{name}")
        elif not all(isinstance(value, str | int | float) for value in _values(values)):
            en, zh = "must be texts or numbers, or objects with such a `value`", "须为文本或数字，或含此类 value 的对象"
            yield FieldError(f"{pointer}/{name}", "wrong_type", en, zh)
        elif len({str(value) for value in _values(values)}) < len(values):
            yield FieldError(f"{pointer}/{name}", "named_twice", "names the same one twice", "重复列出同一项")
    if kind == "rating" and not _rates(element):
        yield FieldError(f"{pointer}/rateMax", "range_order", "must be greater than rateMin", "必须大于 rateMin")


def _wrong_input(pointer: str, element: Mapping[str, Any]) -> Iterator[FieldError]:
    if not isinstance(element.get("inputType", ""), str):
        yield FieldError(f"{pointer}/inputType", "wrong_type", "must be text", "必须是文本")
        return
    ends = [element[name] for name in ("min", "max") if isinstance(element.get(name), int | float)]
    if ends != sorted(ends):
        yield FieldError(f"{pointer}/max", "range_order", "must not be less than min", "不得小于 min")


def _wrong_condition(condition: object, before: list[str]) -> tuple[str, str] | None:
    if not isinstance(condition, str):
        return "must be text", "必须是文本"
    if len(condition) > _MOST_CONDITION:
        return f"may have at most {_MOST_CONDITION} characters", f"最多 {_MOST_CONDITION} 个字符"
    for part in _JOINED.split(condition.strip())[::2]:
        match = _CONDITION.fullmatch(part.strip())
        if match is None:
            return (
                f"cannot read {part!r}; compare {{question}} with a value",
                f"无法识别 {part!r}，须为 {{问题}} 与取值的比较",
            )
        if match["name"] not in before:
            return f"there is no question {match['name']} before this one", f"此前没有问题 {match['name']}"
    return None


def is_visible(question: Mapping[str, Any], answers: Answers) -> bool:
    """Whether a question is asked after these answers. `and` binds closer than `or`."""
    condition = question.get("visibleIf")
    if not condition:
        return True
    parts = _JOINED.split(str(condition).strip())
    alternatives: list[list[str]] = [[parts[0]]]
    for join, part in zip(parts[1::2], parts[2::2], strict=True):
        if join.lower() == "or":
            alternatives.append([part])
        else:
            alternatives[-1].append(part)
    return any(all(_holds(part, answers) for part in group) for group in alternatives)


def _holds(part: str, answers: Answers) -> bool:
    match = _CONDITION.fullmatch(part.strip())
    if match is None:
        return True
    value = answers.get(match["name"])
    if match["test"]:
        return (value in (None, "", [])) == (match["test"].lower() == "empty")
    wanted, operator = _literal(match["literal"]), match["operator"].lower()
    if operator in {"<", "<=", ">", ">="}:
        return _ordered(value, operator, wanted)
    given, named = _names(value), _names(wanted)
    has = value is not None and any(name in given for name in named)
    is_equal = value is not None and given == named
    return {"=": is_equal, "==": is_equal, "contains": has, "anyof": has, "notcontains": not has}.get(
        operator, not is_equal
    )


def _names(value: object) -> list[str]:
    """Values as they are written in a condition."""
    values = value if isinstance(value, list) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def _ordered(value: object, operator: str, wanted: object) -> bool:
    if not isinstance(value, int | float | str) or not isinstance(wanted, int | float | str):
        return False
    if isinstance(value, str) != isinstance(wanted, str):
        return False
    less, equal = value < wanted, value == wanted  # type: ignore[operator]
    return {"<": less, "<=": less or equal, ">": not less and not equal, ">=": not less}[operator]


def _literal(text: str) -> object:
    text = text.strip()
    if text.startswith("["):
        return [_literal(part) for part in text[1:-1].split(",") if part.strip()]
    if text[:1] in {"'", '"'}:
        return text[1:-1]
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def visible(form: Form, answers: Answers) -> list[Mapping[str, Any]]:
    """The questions that are asked, in order: what is not asked cannot make another one asked."""
    shown: list[Mapping[str, Any]] = []
    given: dict[str, Any] = {}
    for question in questions(form):
        if is_visible(question, given):
            shown.append(question)
            if question["name"] in answers:
                given[question["name"]] = answers[question["name"]]
    return shown


def answers_schema(form: Form, answers: Answers | None = None) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the answers: of all questions, or of those that `answers` make visible."""
    asked = list(questions(form)) if answers is None else visible(form, answers)
    required = [
        one["name"] for one in asked if one.get("isRequired") and (answers is not None or "visibleIf" not in one)
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {one["name"]: _schema(one) for one in asked},
        "required": required,
        "additionalProperties": False,
    }


def _schema(question: Mapping[str, Any]) -> dict[str, Any]:
    make = _SCHEMAS.get(question["type"])
    return make(question) if make else _words(question)


def _matrix_schema(question: Mapping[str, Any]) -> dict[str, Any]:
    rows = [str(row) for row in _values(question["rows"])]
    return {
        "type": "object",
        "properties": {row: {"enum": _values(question["columns"])} for row in rows},
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


def _values(items: Iterable[Any]) -> list[Any]:
    return [item.get("value") if isinstance(item, Mapping) else item for item in items]


def _rates(question: Mapping[str, Any]) -> list[Any]:
    if "rateValues" in question:
        values = question["rateValues"]
        rated = _values(values) if isinstance(values, list) else []
        return rated if all(isinstance(one, str | int | float) for one in rated) else []
    first, last, step = (question.get(name, usual) for name, usual in (("rateMin", 1), ("rateMax", 5), ("rateStep", 1)))
    if not all(isinstance(one, int) for one in (first, last, step)) or step < 1 or last - first > 100:  # noqa: PLR2004
        return []
    return list(range(first, last + 1, step))


_SCHEMAS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "text": _text_schema,
    "radiogroup": lambda question: {"enum": _values(question["choices"])},
    "dropdown": lambda question: {"enum": _values(question["choices"])},
    "checkbox": lambda question: {
        "type": "array",
        "items": {"enum": _values(question["choices"])},
        "uniqueItems": True,
        "minItems": 1,
    },
    "rating": lambda question: {"enum": _rates(question)},
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
    return [_field_error(error) for error in islice(validator.iter_errors(dict(answers)), _MOST_ERRORS)]


def _boundless(question: Mapping[str, Any], answers: Answers) -> Iterator[FieldError]:
    """Lists that no question asks for: the validator compares each of their items with each other."""
    answer, pointer = answers.get(question["name"]), f"/answers/{question['name']}"
    if not isinstance(answer, list):
        return
    if len(answer) > _MOST_CHOICES:
        yield _too_many(pointer)
    elif question["type"] != "file" and any(isinstance(one, list | dict) for one in answer):
        yield FieldError(pointer, "wrong_type", "must be texts or numbers", "须为文本或数字")


def _too_many(pointer: str) -> FieldError:
    return FieldError(pointer, "too_many", f"may have at most {_MOST_CHOICES} items", f"最多 {_MOST_CHOICES} 项")


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
