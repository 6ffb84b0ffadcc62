"""Questionnaires in the JSON format of SurveyJS: what a form may hold, and which answers it takes.

The part of the format that this reads: `pages[].elements[]` or `elements[]`, panels, the question types of `TYPES`
with the choices "other" and "none" and with comments, `visibleIf` on questions, `isRequired`, and texts that are a
string or an object by language (`default`, `en`, `zh-cn`). What would change the meaning of answers and is not read is
refused, never ignored.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from shared.kernel.problems import FieldError

CELLS = frozenset({"text", "comment", "radiogroup", "checkbox", "tagbox", "dropdown", "rating", "boolean"})
"""What a column of a table, and a question that is asked several times, may be."""
TYPES = CELLS | {
    "matrix", "matrixdropdown", "matrixdynamic", "paneldynamic", "multipletext", "ranking", "imagepicker",
    "file", "html",
}  # fmt: skip
_INSTEAD = {
    "expression": ("html", "html"),
    "image": ("html", "html"),
    "imagemap": ("imagepicker", "imagepicker"),
    "signaturepad": ("file", "file"),
    "slider": ("rating, or text with inputType number", "rating，或 inputType 为 number 的 text"),
    "buttongroup": ("radiogroup", "radiogroup"),
}
"""Types that a form designer makes and that are not shown here, and what to use in their place."""
_UNREAD = ("requiredIf", "choicesByUrl", "calculatedValues", "triggers", "valueName")
_CHOSEN = ("radiogroup", "checkbox", "tagbox", "dropdown", "ranking", "imagepicker")
_EXTRA = {
    "other": ("showOtherItem", "hasOther"),
    "none": ("showNoneItem", "hasNone"),
    "refused": ("showRefuseItem",),
    "dontknow": ("showDontKnowItem",),
}
"""Choices that a question has beside its own, and what says so."""
_COMMENTED = ("showCommentArea", "hasComment")
COMMENT = "-Comment"
"""What the format adds to the name of a question for what is written beside its choices."""
_MOST_QUESTIONS = 500
MOST_CHOICES = 500
_MOST_CONDITION = 500
_MOST_NESTED = 5
_MOST_PARTS = 50
_NAME = re.compile(r"\w(?:[\w .,:()（）、，：？?-]{0,98}[\w.()（）？?-])?")
"""Letters of every script: a designer in Chinese calls its questions 问题1."""
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


def with_question(form: Form, question: Mapping[str, Any]) -> dict[str, Any]:
    """The form with a question at its end: on a page of its own, where there are pages."""
    name = "pages" if isinstance(form.get("pages"), list) else "elements"
    last = {"name": f"page-{question['name']}", "elements": [question]} if name == "pages" else question
    return {**form, name: [*(form.get(name) or []), last]}


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
        if takes_comment(element):
            names.append(f"{element.get('name')}{COMMENT}")
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


def _wrong_with(
    pointer: str, element: Mapping[str, Any], before: list[str], allowed: frozenset[str] = TYPES
) -> Iterator[FieldError]:
    kind, name = element.get("type"), element.get("name")
    if not isinstance(kind, str) or kind not in allowed:
        yield _unknown_type(f"{pointer}/type", kind, allowed)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        text = "must be letters, digits, spaces, _, . and -", "须由文字、数字、空格、_、. 和 - 组成"
        yield FieldError(f"{pointer}/name", "wrong_format", *text)
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


def _unknown_type(pointer: str, kind: object, allowed: frozenset[str]) -> FieldError:
    known = ", ".join(sorted(allowed))
    if instead := _INSTEAD.get(str(kind)):
        return FieldError(
            pointer, "not_allowed", f"{kind} is not shown here; use {instead[0]}", f"不支持 {kind}，请改用 {instead[1]}"
        )
    return FieldError(pointer, "not_allowed", f"must be one of {known}", f"必须是以下之一：{known}")


def _wrong_parts(pointer: str, element: Mapping[str, Any]) -> Iterator[FieldError]:
    """What is wrong with the questions within a question."""
    name = _PARTS.get(str(element.get("type")))
    if name is None:
        return
    listed = element.get(name)
    if not isinstance(listed, list) or not listed:
        yield FieldError(f"{pointer}/{name}", "too_few", "needs at least 1 item(s)", "至少需要 1 项")
    elif len(listed) > _MOST_PARTS:
        text = f"may have at most {_MOST_PARTS} items", f"最多 {_MOST_PARTS} 项"
        yield FieldError(f"{pointer}/{name}", "too_many", *text)
    else:
        names: list[str] = []
        for number, part in enumerate(parts_of(element, all_of_them=True)):
            yield from _wrong_with(f"{pointer}/{name}/{number}", part, names, CELLS | {"html"})
            names.append(str(part.get("name")))
            if "visibleIf" in part:
                text = "is not supported within another question", "不支持在问题内部使用"
                yield FieldError(f"{pointer}/{name}/{number}/visibleIf", "unknown_field", *text)


_PARTS = {
    "multipletext": "items", "matrixdynamic": "columns", "matrixdropdown": "columns",
    "paneldynamic": "templateElements",
}  # fmt: skip


def parts_of(question: Mapping[str, Any], *, all_of_them: bool = False) -> list[Mapping[str, Any]]:
    """The questions within a question: items of a text, columns of a table, what a repeated panel asks.

    With `all_of_them` texts that ask nothing are among them, and what is no object is an empty one.
    """
    kind = question.get("type")
    listed = question.get(_PARTS.get(str(kind), ""), [])
    parts = [one if isinstance(one, Mapping) else {"name": one} if isinstance(one, str) else {} for one in listed]
    if kind == "multipletext":
        parts = [{**one, "type": "text"} for one in parts]
    elif kind in {"matrixdynamic", "matrixdropdown"}:
        usual, choices = question.get("cellType", "dropdown"), question.get("choices", [])
        parts = [{"choices": choices, **one, "type": _cell_type(one, usual)} for one in parts]
    return parts if all_of_them else [one for one in parts if one.get("type") != "html"]


def _cell_type(column: Mapping[str, Any], usual: object) -> object:
    own = column.get("cellType", "default")
    return usual if own == "default" else own


def choices_of(question: Mapping[str, Any]) -> list[Any]:
    """The values that may be chosen, those that a question has beside its own among them."""
    own = values_of(question.get("choices") or [])
    return [
        *own,
        *(
            value
            for value, names in _EXTRA.items()
            if any(question.get(name) is True for name in names) and value not in own
        ),
    ]


def takes_comment(question: Mapping[str, Any]) -> bool:
    """Whether something may be written beside the choices: of another one, or about them."""
    return any(question.get(name) is True for name in (*_EXTRA["other"], *_COMMENTED))


def _wrong_lists(pointer: str, element: Mapping[str, Any]) -> Iterator[FieldError]:
    kind = element.get("type")
    wanted = {**dict.fromkeys(_CHOSEN, ("choices",)), "matrix": ("columns", "rows"), "matrixdropdown": ("rows",)}
    yield from _wrong_parts(pointer, element)
    for name in wanted.get(str(kind), ()):
        values = element.get(name)
        if not isinstance(values, list) or not values:
            yield FieldError(f"{pointer}/{name}", "too_few", "needs at least 1 item(s)", "至少需要 1 项")
        elif len(values) > MOST_CHOICES:
            yield too_many(f"{pointer}/{name}")
        elif not all(isinstance(value, str | int | float) for value in values_of(values)):
            en, zh = "must be texts or numbers, or objects with such a `value`", "须为文本或数字，或含此类 value 的对象"
            yield FieldError(f"{pointer}/{name}", "wrong_type", en, zh)
        elif len({str(value) for value in values_of(values)}) < len(values):
            yield FieldError(f"{pointer}/{name}", "named_twice", "names the same one twice", "重复列出同一项")
    if kind == "rating" and not rates(element):
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


def values_of(items: Iterable[Any]) -> list[Any]:
    return [item.get("value") if isinstance(item, Mapping) else item for item in items]


def rates(question: Mapping[str, Any]) -> list[Any]:
    if isinstance(question.get("rateCount"), int) and "rateMax" not in question and "rateValues" not in question:
        return list(range(1, min(question["rateCount"], 100) + 1))
    if "rateValues" in question:
        values = question["rateValues"]
        rated = values_of(values) if isinstance(values, list) else []
        return rated if all(isinstance(one, str | int | float) for one in rated) else []
    first, last, step = (question.get(name, usual) for name, usual in (("rateMin", 1), ("rateMax", 5), ("rateStep", 1)))
    if not all(isinstance(one, int) for one in (first, last, step)) or step < 1 or last - first > 100:  # noqa: PLR2004
        return []
    return list(range(first, last + 1, step))


def too_many(pointer: str) -> FieldError:
    return FieldError(pointer, "too_many", f"may have at most {MOST_CHOICES} items", f"最多 {MOST_CHOICES} 项")
