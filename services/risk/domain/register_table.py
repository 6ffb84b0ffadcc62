"""A risk register as a table of somebody else: which heading is which field, and what its cells say of each risk."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.risk.domain.matrix import Matrix
from services.risk.domain.register_words import CATEGORIES, FIELDS, KINDS, STATES, STRATEGIES, level_of
from shared.files.headings import plain
from shared.files.numbers import AmbiguousNumber, Mark, NotANumber, Notation, is_share
from shared.kernel.problems import FieldError
from shared.language.money import MINOR_UNITS

_NUMBERS = ("probability", "impact", "impact_days", "response_cost")
_MOST_ROWS_ABOVE = 20
_DAYS = re.compile(r"(.+?)\s*(?:working days?|days?|d|个?工作日|天)", re.IGNORECASE)
_CURRENCY = re.compile(r"\b([A-Z]{3})\b")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "元": "CNY"}
_UNIT = re.compile(r"\s*[(（\[【]\s*([^()（）\[\]【】]+?)\s*[)）\]】]\s*$")
_DAY_UNITS = {"days", "day", "d", "workingdays", "天", "工作日"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What was guessed or left out, of a field."""

    field: str
    code: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields of a table are, and how its numbers are written."""

    table: int
    heading_row: int
    positions: Mapping[str, int]
    headings: tuple[str, ...]
    notation: Notation
    levels: frozenset[str]
    """Fields whose numbers are levels of a scale, from 1 on."""
    units: Mapping[str, str]
    """Currencies that headings name."""


@dataclass(slots=True)
class Said:
    """What a row says: fields of a risk, and beside them `reference`, `state`, `response` and its `strategy`."""

    wish: dict[str, Any]
    reference: str | None = None
    state: str = "open"
    errors: list[FieldError] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def note(self, name: str, code: str, *, en: str, zh: str) -> None:
        self.remarks.append(Remark(name, code, en, zh))

    def refuse(self, name: str, code: str, *, en: str, zh: str) -> None:
        self.errors.append(FieldError(f"/{name}", code, en, zh))


def found_columns(
    tables: Sequence[Mapping[str, Any]], chosen: Mapping[str, str], *, decimal: Mark | None, size: int
) -> Columns | None:
    """The first table and row with headings for a risk and its probability; `chosen` are headings by field."""
    own = {plain(heading): name for name, heading in chosen.items()}
    for number, table in enumerate(tables):
        for place, row in enumerate(table["rows"][:_MOST_ROWS_ABOVE]):
            positions: dict[str, int] = {}
            units: dict[str, str] = {}
            for position, heading in enumerate(row["cells"]):
                name, unit = _field_of(heading, own)
                if name and (name not in positions or plain(heading) in own):
                    positions[name] = position
                    units |= {name: unit} if unit else {}
            if {"title", "probability"} <= positions.keys():
                below = [
                    {name: one["cells"][at] for name, at in positions.items() if at < len(one["cells"])}
                    for one in table["rows"][place + 1 :]
                ]
                is_text = "delimiter" in table
                usual: Mark | None = "point" if table.get("delimiter") == "," else None
                cells = [one[name].rstrip("% ") for one in below for name in _NUMBERS if name in one]
                notation = Notation.of(cells, said=decimal, usual=usual, is_workbook=not is_text)
                levels = {
                    name for name in ("probability", "impact") if _is_scale([one.get(name, "") for one in below], size)
                }
                return Columns(number, place, positions, tuple(row["cells"]), notation, frozenset(levels), units)
    return None


def _field_of(heading: str, own: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The field of a heading, and the currency that it names."""
    if known := own.get(plain(heading)) or FIELDS.get(plain(heading)):
        return known, None
    unit = _UNIT.search(heading)
    base = FIELDS.get(plain(heading[: unit.start()])) if unit else None
    if unit is None or base not in _NUMBERS:
        return None, None
    if base == "impact" and plain(unit[1]) in _DAY_UNITS:
        return "impact_days", None
    return base, _currency(unit[1].upper())


def _is_scale(cells: Sequence[str], size: int) -> bool:
    """Whether numbers are levels: whole ones from 1 to the size of the matrix, or to five, and nothing else."""
    numbers = [cell.strip() for cell in cells if re.search(r"\d", cell)]
    return bool(numbers) and all(one.isdecimal() and 1 <= int(one) <= max(size, 5) for one in numbers)


def _currency(text: str) -> str | None:
    found = _CURRENCY.search(text)
    if found and found[1] in MINOR_UNITS:
        return found[1]
    return next((code for sign, code in _SIGNS.items() if sign in text), None)


def row_of(cells: Sequence[str], columns: Columns, *, matrix: Matrix, currency: str, base_cost: float | None) -> Said:
    """What a row says of a risk. Words are read by the matrix; `base_cost` is what its shares of cost are of."""
    found = {name: cells[at].strip() for name, at in columns.positions.items() if at < len(cells) and cells[at].strip()}
    said = Said({}, reference=found.get("reference"))
    _texts(said, found)
    _probability(said, found.get("probability"), columns, matrix)
    _impact(said, found, columns, matrix, currency, base_cost)
    _response(said, found, columns, currency)
    _state(said, found.get("status"))
    return said


def _texts(said: Said, found: Mapping[str, str]) -> None:
    if title := found.get("title"):
        said.wish["title"] = title[:300]
        if len(title) > 300:  # noqa: PLR2004 (as long as a title may be)
            said.note("title", "cut", en="is cut after 300 characters", zh="超过 300 个字符，已截断")
    else:
        said.refuse("title", "missing", en="is required", zh="必须填写")
    for name in ("cause", "effect", "owner"):
        if name in found:
            said.wish[name] = found[name]
    kind = KINDS.get(plain(found.get("kind", "threat")))
    said.wish["kind"] = kind or "threat"
    if kind is None:
        said.note("kind", "left_out", en=f"{found['kind']} is read as a threat", zh=f"“{found['kind']}”按威胁读取")
    word = found.get("category", "")
    category = CATEGORIES.get(plain(word))
    if category:
        said.wish["category"] = category
    elif word:
        said.wish["breakdown"] = word[:300]
        said.note(
            "category",
            "left_out",
            en=f"{word} is none of ours; it is kept as `breakdown`",
            zh=f"“{word}”无对应类别，保留于 `breakdown`",
        )


def _number(said: Said, name: str, text: str, columns: Columns) -> Decimal | None:
    """A number of a cell; None where it is none. What can be read in two ways and is not decided is an error."""
    try:
        number = columns.notation.read(text)
    except NotANumber:
        return None
    except AmbiguousNumber:
        said.refuse(
            name, "ambiguous_number",
            en=f"{text} can be a number with thousands or with decimals; say `decimal=point` or `decimal=comma`",
            zh=f"{text} 既可为千分位数也可为小数；请以 `decimal=point` 或 `decimal=comma` 指明",
        )  # fmt: skip
        return None
    if number.is_guess:
        said.note(name, "number_guessed", en=f"{text} is read as {number.value}", zh=f"{text} 读作 {number.value}")
    return number.value


def _probability(said: Said, text: str | None, columns: Columns, matrix: Matrix) -> None:
    size = len(matrix.probability)
    if text is None:
        said.refuse("probability", "missing", en="is required", zh="必须填写")
        return
    level = level_of(text, size)
    if "probability" in columns.levels and text.isdecimal():
        level = min(int(text), size)
    if level is not None:
        value = matrix.probability[level - 1]
        said.note(
            "probability",
            "word_read",
            en=f"{text} is level {level} of the matrix: {value}",
            zh=f"{text} 为矩阵第 {level} 级：{value}",
        )
        said.wish["probability"] = float(value)
        return
    number = _number(said, "probability", text, columns)
    if number is None:
        if not said.errors or said.errors[-1].pointer != "/probability":
            said.refuse("probability", "wrong_format", en=f"{text} is no probability", zh=f"“{text}”不是概率")
    elif is_share(text) or number > 1:
        said.wish["probability"] = float(number / 100)
        if not is_share(text):
            said.note("probability", "number_guessed", en=f"{text} is read as {text} %", zh=f"{text} 按百分数读取")
    else:
        said.wish["probability"] = float(number)


def _impact(
    said: Said, found: Mapping[str, str], columns: Columns, matrix: Matrix, currency: str, base_cost: float | None
) -> None:
    sign = -1 if said.wish["kind"] == "opportunity" else 1
    delay, text = found.get("impact_days"), found.get("impact")
    in_days = _DAYS.fullmatch(text or "")
    if in_days and delay is None:
        delay, text = in_days[1], None
    if delay is not None:
        days = _number(said, "impact_days", re.sub(_DAYS, r"\1", delay), columns)
        if days is None:
            said.note("impact_days", "left_out", en=f"{delay} is no number of days", zh=f"“{delay}”不是天数，未导入")
        else:
            said.wish["impact_days"] = dict.fromkeys(
                ("optimistic", "most_likely", "pessimistic"), sign * abs(float(days))
            )
    said.wish.update(_cost_of(said, text, found, columns, matrix, currency, base_cost, sign))


def _cost_of(
    said: Said, text: str | None, found: Mapping[str, str], columns: Columns, matrix: Matrix, currency: str,
    base_cost: float | None, sign: int,
) -> dict[str, Any]:  # fmt: skip
    if text is None:
        if "impact" in columns.positions and "impact_days" not in said.wish:
            said.note(
                "impact_cost", "no_amount", en="there is no impact; no amount is recorded", zh="无影响数值，未登记金额"
            )
        return {}
    size = len(matrix.impact)
    level = min(int(text), size) if "impact" in columns.levels and text.isdecimal() else level_of(text, size)
    if level is not None:
        said.wish.setdefault("effect", text)
        if base_cost is None:
            said.note(
                "impact_cost", "no_amount",
                en=f"{text} is a share of the cost, not known before there is an estimate: no amount is recorded",
                zh=f"“{text}”为成本占比，尚无估算，未登记金额",
            )  # fmt: skip
            return {}
        low, high = ([0.0, *matrix.cost_bounds][level - 1], [*matrix.cost_bounds, 1.0][level - 1])
        ends = sorted(round(sign * share * base_cost, 2) for share in (low, high))
        said.note(
            "impact_cost", "word_read",
            en=f"{text} is level {level} of the matrix: {low:.0%} to {high:.0%} of the cost",
            zh=f"{text} 为矩阵第 {level} 级：成本的 {low:.0%} 至 {high:.0%}",
        )  # fmt: skip
        points = (ends[0], round(sum(ends) / 2, 2), ends[1])
        given = currency
    else:
        number = _number(said, "impact_cost", text, columns)
        if number is None and not re.search(r"\d", text):
            # what happens, in prose: many registers call that the impact
            said.wish.setdefault("effect", text)
            said.note(
                "impact_cost",
                "no_amount",
                en="says no amount and no level; it is the effect",
                zh="非金额或等级，作为后果登记",
            )
            return {}
        if number is None:
            if not said.errors:
                said.refuse(
                    "impact_cost", "wrong_format", en=f"{text} is no amount and no level", zh=f"“{text}”不是金额或等级"
                )
            return {}
        points = (float(sign * abs(number)),) * 3
        own = _currency(text) or columns.units.get("impact") or found.get("currency", "").upper()
        given = own or currency
        if not own:
            said.note(
                "impact_cost",
                "currency_assumed",
                en=f"{text} says no currency; it is read as {currency}",
                zh=f"{text} 未注明币种，按 {currency} 读取",
            )
    names = ("optimistic", "most_likely", "pessimistic")
    amounts = {name: f"{Decimal(str(point)):.2f}" for name, point in zip(names, points, strict=True)}
    return {"impact_cost": {**amounts, "currency": given}}


def _response(said: Said, found: Mapping[str, str], columns: Columns, currency: str) -> None:
    statement = found.get("response")
    if statement is None:
        return
    word = found.get("strategy", "")
    usual = "enhance" if said.wish["kind"] == "opportunity" else "mitigate"
    strategy = STRATEGIES.get(plain(word)) or usual
    if plain(word) not in STRATEGIES:
        said.note(
            "response",
            "strategy_assumed",
            en=f"no known strategy is named; it is read as {strategy}",
            zh=f"未注明策略，按 {strategy} 读取",
        )
    text = found.get("response_cost")
    cost = _number(said, "response_cost", text, columns) if text else None
    if cost is None:
        said.note("response", "cost_assumed", en="its cost is not said; 0 is recorded", zh="未注明应对成本，按 0 登记")
    said.note(
        "response",
        "effect_unknown",
        en="what it leaves of the risk is not said; it changes no probability and no impact",
        zh="未注明应对效果，概率与影响不变",
    )
    given = _currency(text or "") or columns.units.get("response_cost") or currency
    said.wish["responses"] = [
        {
            "strategy": strategy,
            "kind": "preventive",
            "acceptance": "active" if strategy == "accept" else None,
            "statement": statement,
            "owner_role": found.get("owner", "risk owner")[:300],
            "cost": {"amount": f"{cost or 0:.2f}", "currency": given},
        }
    ]


def _state(said: Said, text: str | None) -> None:
    state = STATES.get(plain(text or "open"))
    said.state = state or "open"
    if state is None:
        said.note("status", "left_out", en=f"{text} is read as open", zh=f"“{text}”按未关闭读取")
