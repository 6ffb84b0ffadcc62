"""Wrong fields in two languages: pydantic's findings as `FieldError`s with stable codes."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar, get_type_hints

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from shared.kernel.problems import FieldError, Invalid

M = TypeVar("M", bound=BaseModel)

_TEXTS: dict[str, tuple[str, str, str]] = {
    # pydantic type: (our code, en, zh)
    "missing": ("missing", "is required", "必须填写"),
    "extra_forbidden": ("unknown_field", "is not a known field", "不是已知字段"),
    "unexpected_keyword_argument": ("unknown_field", "is not a known field", "不是已知字段"),
    "string_type": ("wrong_type", "must be text", "必须是文本"),
    "string_too_short": ("too_short", "needs at least {min_length} character(s)", "至少 {min_length} 个字符"),
    "string_too_long": ("too_long", "may have at most {max_length} characters", "最多 {max_length} 个字符"),
    "string_pattern_mismatch": ("wrong_format", "must match {pattern}", "格式须符合 {pattern}"),
    "enum": ("not_allowed", "must be one of {expected}", "必须是以下之一：{expected}"),
    "literal_error": ("not_allowed", "must be one of {expected}", "必须是以下之一：{expected}"),
    "uuid_parsing": ("wrong_format", "must be a UUID", "必须是 UUID"),
    "uuid_type": ("wrong_type", "must be a UUID", "必须是 UUID"),
    "finite_number": ("not_finite", "must be a finite number", "必须是有限的数"),
    "greater_than": ("too_small", "must be greater than {gt}", "必须大于 {gt}"),
    "greater_than_equal": ("too_small", "must be at least {ge}", "不得小于 {ge}"),
    "less_than": ("too_large", "must be less than {lt}", "必须小于 {lt}"),
    "less_than_equal": ("too_large", "must be at most {le}", "不得大于 {le}"),
    "decimal_parsing": (
        "wrong_type",
        'must be a decimal as text, such as "1234.50"',
        '必须是十进制数文本，如 "1234.50"',
    ),
    "decimal_type": (
        "wrong_type",
        'must be a decimal as text, such as "1234.50"',
        '必须是十进制数文本，如 "1234.50"',
    ),
    "decimal_max_digits": ("too_large", "may have at most {max_digits} digits", "最多 {max_digits} 位数字"),
    "decimal_max_places": (
        "too_precise",
        "may have at most {decimal_places} decimals",
        "最多 {decimal_places} 位小数",
    ),
    "decimal_whole_digits": (
        "too_large",
        "may have at most {whole_digits} digits before the point",
        "整数部分最多 {whole_digits} 位",
    ),
    "int_type": ("wrong_type", "must be a whole number", "必须是整数"),
    "int_parsing": ("wrong_type", "must be a whole number", "必须是整数"),
    "int_from_float": ("wrong_type", "must be a whole number", "必须是整数"),
    "float_type": ("wrong_type", "must be a number", "必须是数"),
    "float_parsing": ("wrong_type", "must be a number", "必须是数"),
    "bool_type": ("wrong_type", "must be true or false", "必须是 true 或 false"),
    "bool_parsing": ("wrong_type", "must be true or false", "必须是 true 或 false"),
    "list_type": ("wrong_type", "must be a list", "必须是列表"),
    "tuple_type": ("wrong_type", "must be a list", "必须是列表"),
    "dict_type": ("wrong_type", "must be an object", "必须是对象"),
    "model_type": ("wrong_type", "must be an object", "必须是对象"),
    "dataclass_type": ("wrong_type", "must be an object", "必须是对象"),
    "mapping_type": ("wrong_type", "must be an object", "必须是对象"),
    "model_attributes_type": ("wrong_type", "must be an object", "必须是对象"),
    "too_short": ("too_few", "needs at least {min_length} item(s)", "至少需要 {min_length} 项"),
    "too_long": ("too_many", "may have at most {max_length} items", "最多 {max_length} 项"),
    "date_parsing": ("wrong_format", "must be a date such as 2027-01-31", "必须是日期，如 2027-01-31"),
    "date_from_datetime_parsing": (
        "wrong_format",
        "must be a date such as 2027-01-31",
        "必须是日期，如 2027-01-31",
    ),
    "date_from_datetime_inexact": ("wrong_format", "must be a date without a time", "必须是不含时间的日期"),
    "date_type": ("wrong_type", "must be a date such as 2027-01-31", "必须是日期，如 2027-01-31"),
    "datetime_parsing": ("wrong_format", "must be an RFC 3339 time", "必须是 RFC 3339 时间"),
    "datetime_from_date_parsing": ("wrong_format", "must be an RFC 3339 time", "必须是 RFC 3339 时间"),
    "datetime_type": ("wrong_type", "must be an RFC 3339 time", "必须是 RFC 3339 时间"),
    "timezone_aware": (
        "no_time_zone",
        "must say its time zone, such as 2027-01-31T08:00:00Z",
        "必须带时区，如 2027-01-31T08:00:00Z",
    ),
    "json_invalid": ("not_json", "is not valid JSON", "不是有效的 JSON"),
}

_RULES: dict[str, tuple[str, str]] = {
    # codes that our own validators raise as ValueError("code")
    "unknown_currency": ("is not an active ISO 4217 currency code", "不是有效的 ISO 4217 货币代码"),
    "range_order": (
        "must be in order: optimistic ≤ most likely ≤ pessimistic, or min ≤ max",
        "须满足 乐观 ≤ 最可能 ≤ 悲观，或 最小 ≤ 最大",
    ),
    "end_before_start": ("ends before it starts", "结束早于开始"),
    "negative_amount": ("must not be negative", "不得为负"),
    "currency_mismatch": ("must be in one currency", "货币必须一致"),
    "blank": ("must not be blank", "不得为空白"),
    "says_nothing": ("must give a reason in words", "须用文字说明原因"),
    "null_character": ("must not contain the NUL character", "不得包含 NUL 字符"),
    "not_storable": (
        "holds what JSON cannot keep: NaN, a number beyond 64 bits, half a character, or more than 250 levels",
        "含有 JSON 无法保存的内容：NaN、超出 64 位的数、不完整的字符，或超过 250 层嵌套",
    ),
    "out_of_calendar": ("must lie in the years 1 to 9999 of UTC", "须在 UTC 公元 1 年至 9999 年之间"),
}


KEEP: Any = None
"""Default of a PATCH field that may not be null: left out, it stays as it is."""


class In(BaseModel):
    """What is sent to us: a field that there is not is refused, and so is a number that is none."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Patch(In):
    """What is to be changed of a resource: `class RiskPatch(Patch, of=RiskIn, without={"kind"})`.

    A patch has the fields of its input but those `without`, with all that these say of themselves: what may be null
    there may be set to null here, and whatever is left out stays as it is. A field declared in the class is its own:
    one that may not be null although the input's may, one that only a patch has, or one that code reads by its name
    rather than with all the `changes`. Rules across fields are the input's: `whole` asks them.
    """

    def __init_subclass__(
        cls, *, of: type[BaseModel] | None = None, without: AbstractSet[str] = frozenset(), **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        if of is None:
            return
        if unknown := without - of.model_fields.keys():
            raise TypeError(f"{of.__name__} has no field {', '.join(sorted(unknown))}")
        own, inputs = dict(cls.__annotations__), get_type_hints(of, include_extras=True)
        derived = {name: inputs[name] for name in of.model_fields if name not in without and name not in own}
        for name in derived:
            setattr(cls, name, KEEP)
        ordered = {name: derived.get(name, own.get(name)) for name in of.model_fields if name not in without}
        cls.__annotations__ = {**ordered, **own}

    def changes(self, *, but: str = "", mode: Literal["python", "json"] = "python") -> dict[str, Any]:
        """What was sent, whole: unlike `exclude_unset`, with the defaults of the objects within."""
        return self.model_dump(mode=mode, include=self.model_fields_set - {but})


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("null_character")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_storable)]
"""A line of text: a title, a name."""

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000), AfterValidator(_storable)
]
"""A statement or note of any length that a person would write."""


_FILLERS = frozenset({"na", "none", "nil", "null", "tbd", "tba", "todo", "ok", "没有", "暂无", "待定", "不详", "同上"})


def _says_something(text: str) -> str:
    said = [sign.casefold() for sign in text if sign.isalnum()]
    if len(set(said)) < 2 or "".join(said) in _FILLERS:  # noqa: PLR2004 (one sign is no word)
        raise ValueError("says_nothing")
    return text


Why = Annotated[Text, AfterValidator(_says_something)]
"""A reason that somebody has to give: two different letters, characters or digits at least, not `.`, `xxx` or `n/a`."""


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def _kept_as_sent(value: dict[str, Any]) -> dict[str, Any]:
    try:
        text = orjson.dumps(value)
    except TypeError:
        raise ValueError("not_storable") from None
    if orjson.loads(text) != value:  # NaN is written as null
        raise ValueError("not_storable")
    if _NUL.search(text):
        raise ValueError("null_character")
    return value


STORABLE = AfterValidator(_kept_as_sent)
"""For an object of free form: a database keeps it as it was sent."""
Document = Annotated[dict[str, Any], STORABLE]


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out_of_calendar") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its zone, kept in UTC; 0001-01-01T00:00:00+14:00 is none that a database could keep."""


def rule(code: str, en: str, zh: str) -> str:
    """Register the texts of a service's own rule; its validators then `raise ValueError(code)`."""
    _RULES[code] = (en, zh)
    return code


def field_errors(findings: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Pydantic's `errors()` as field errors: a JSON pointer for a body, `?name` for a query, never the input itself."""
    return [_field_error(finding) for finding in findings]


def whole(model: type[M], values: Mapping[str, Any], *, of: object = None) -> M:
    """A resource after a PATCH, checked by the rules of its creation: `values`, and what else a row `of` it has.

    Raises `Invalid`.
    """
    kept = {} if of is None else {name: getattr(of, name) for name in model.model_fields if name not in values}
    try:
        return model.model_validate({**kept, **values})
    except ValidationError as wrong:
        findings = [{**finding, "loc": ("body", *finding["loc"])} for finding in wrong.errors()]
        raise Invalid(field_errors(findings)) from None


def _field_error(finding: Mapping[str, Any]) -> FieldError:
    where, *path = (str(part).replace("~", "~0").replace("/", "~1") for part in finding["loc"])
    if where == "body":
        pointer = "/" + "/".join(path) if path else ""
    else:
        pointer = {"query": "?", "path": "path ", "header": "header "}.get(where, where) + ".".join(path)
    kind, context = finding["type"], finding.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        code = str(context.get("error", ""))
        if code in _RULES:
            return FieldError(pointer, code, *_RULES[code])
    if kind in _TEXTS:
        code, en, zh = _TEXTS[kind]
        return FieldError(pointer, code, en.format_map(context), zh.format_map(context))
    return FieldError(pointer, "wrong_value", "is not a possible value", "不是可接受的值")
