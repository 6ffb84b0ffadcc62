"""Risk registers that come as files: shown row by row, then recorded all or none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands.register import (
    change_risk,
    checked,
    move_risk,
    open_register,
    record_risk,
    scale_of,
)
from services.risk.commands.responses import record_response
from services.risk.domain.register_table import Columns, Remark, Said, found_columns, row_of
from services.risk.domain.register_words import HEADINGS
from services.risk.models.projections import Head
from services.risk.models.register_files import NoRisksInFile, UnreadableRisks
from services.risk.models.responses import RiskResponse
from services.risk.models.risks import OtherCurrency, RegisteredRisk
from services.risk.queries.register import register_of
from services.risk.queries.settings import matrix_for
from services.risk.schemas.register_files import RegisterFileQuery
from services.risk.schemas.responses import MeasureIn, MeasureOfRisk, ResponseIn
from services.risk.schemas.risks import RiskIn, RiskPatch
from shared.files import Refused
from shared.files.headings import chosen_headings, plain
from shared.files.reading import FileRefused, read_file
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.validation import field_errors

MOST_RISKS = 500
_NOT_STATED = ("Not stated in the register.", "登记册未说明。")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: what it becomes, or why it cannot."""

    place: str
    state: str
    """new, changed, unchanged or unreadable."""
    said: Said
    known: RegisteredRisk | None
    wish: RiskIn | None
    """A new risk."""
    changes: Mapping[str, Any]
    """Fields of a known one that differ."""
    measure: MeasureIn | None
    """A response that a known one does not have."""

    @property
    def shown(self) -> dict[str, Any]:
        risk = self.wish.model_dump(mode="json") if self.wish else {**self.changes} if self.changes else None
        if self.known and self.measure:
            risk = {**(risk or {}), "responses": [self.measure.model_dump(mode="json")]}
        return {
            "place": self.place,
            "state": self.state,
            "risk_id": self.known and self.known.id,
            "code": self.known and self.known.code,
            "risk": risk,
            "status": self.said.state,
            "errors": [_shown(one, one.pointer.strip("/")) for one in self.said.errors],
            "remarks": [_shown(one, one.field) for one in self.said.remarks],
        }


def _shown(one: FieldError | Remark, field: str) -> dict[str, str]:
    return {"field": field, "code": one.code, "message": one.en, "message_zh": one.zh}


@dataclass(frozen=True, slots=True)
class Preview:
    """The rows of a file, and how its columns were understood."""

    columns: Columns
    rows: Sequence[Row]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(row.state for row in self.rows))

    @property
    def shown(self) -> dict[str, Any]:
        headings, used = self.columns.headings, set(self.columns.positions.values())
        return {
            "columns": {name: headings[place] for name, place in self.columns.positions.items()},
            "unused_headings": [name for place, name in enumerate(headings) if place not in used and name],
            "decimal": self.columns.notation.decimal,
            "counts": self.counts,
            "rows": [row.shown for row in self.rows],
        }


async def preview_register(session: AsyncSession, query: RegisterFileQuery, name: str, content: bytes) -> Preview:
    """What a file would become. Raises `FileRefused`, `NoRisksInFile`, `Invalid`, `RegisterIsClosed`."""
    chosen = chosen_headings(query.columns, HEADINGS)
    try:
        document = await read_file(name, content)
    except Refused as refused:
        raise FileRefused(name=name, reason=refused.en, reason_zh=refused.zh, reason_code=refused.code) from None
    head = await open_register(session, query.opportunity_id)
    matrix, scale = await matrix_for(session, head.opportunity_id), scale_of(head)
    columns = found_columns(document["tables"], chosen, decimal=query.decimal, size=len(matrix.probability))
    if columns is None:
        raise NoRisksInFile(name=name)
    table = document["tables"][columns.table]
    rows = table["rows"][columns.heading_row + 1 :]
    if len(rows) > MOST_RISKS:
        text = f"has {len(rows)} rows; {MOST_RISKS} are read at most", f"共 {len(rows)} 行；最多读取 {MOST_RISKS} 行"
        raise Invalid([FieldError("", "too_many", *text)])
    register = await register_of(session, head.opportunity_id)
    found, taken = [], set[str]()
    for row in rows:
        said = row_of(
            row["cells"],
            columns,
            matrix=matrix,
            currency=head.currency or "",
            base_cost=scale.base_cost if scale else None,
        )
        place = f"{table['name'] or 'line'} {row['place']}".strip()
        key = plain(said.reference or said.wish.get("title", ""))
        if key and key in taken:
            said.refuse("reference", "duplicate_id", en="is in a row before", zh="与前面的行重复")
        taken.add(key)
        found.append(_row(place, said, head, list(register.values())))
    return Preview(columns, found)


def _row(place: str, said: Said, head: Head, register: Sequence[tuple[RegisteredRisk, list[RiskResponse]]]) -> Row:
    known, measures = _known(said, register)
    measure = None
    _refuse_foreign(said, head)
    try:
        if known is None:
            wish = RiskIn.model_validate(_completed(said, head))
            if said.errors:
                return Row(place, "unreadable", said, None, None, {}, None)
            return Row(place, "new", said, None, wish, {}, None)
        changes = _changes(known, said)
        RiskIn.model_validate({**checked(known), **changes})
        for response in said.wish.get("responses", ()):
            if not _has(measures, response["statement"]):
                wanted = MeasureOfRisk.model_validate({**response, "risk_kind": known.kind})
                measure = MeasureIn.model_validate(wanted.model_dump(exclude={"risk_kind"}))
    except ValidationError as wrong:
        told = {error.pointer for error in said.errors}
        findings = field_errors([{**one, "loc": ("body", *one["loc"])} for one in wrong.errors()])
        said.errors += [error for error in findings if error.pointer not in told]
        return Row(place, "unreadable", said, known, None, {}, None)
    moves = said.state not in {"open", known.status}
    if known.closing and (changes or measure or said.state != "closed"):
        said.refuse("status", known.closing.code, en=known.closing.detail("en"), zh=known.closing.detail("zh"))
    state = "unreadable" if said.errors else "changed" if changes or measure or moves else "unchanged"
    return Row(place, state, said, known, None, changes, measure)


def _refuse_foreign(said: Said, head: Head) -> None:
    costs = [said.wish.get("impact_cost", {}), *(one["cost"] for one in said.wish.get("responses", ()))]
    for given in {cost["currency"] for cost in costs if cost} - {head.currency}:
        refusal = OtherCurrency(wanted=head.currency, given=given)
        said.refuse("impact_cost", refusal.code, en=refusal.detail("en"), zh=refusal.detail("zh"))


def _known(
    said: Said, register: Sequence[tuple[RegisteredRisk, list[RiskResponse]]]
) -> tuple[RegisteredRisk | None, Sequence[RiskResponse]]:
    """The risk that a row is about: by what its register calls it, by our code, by its title."""
    title = plain(said.wish.get("title", ""))
    tests = (
        lambda one: said.reference is not None and one.reference == said.reference,
        lambda one: one.code == said.reference,
        lambda one: bool(title) and title in {plain(one.title), plain(one.title_zh)},
    )
    return next(((one, own) for test in tests for one, own in register if test(one)), (None, ()))


def _completed(said: Said, head: Head) -> dict[str, Any]:
    """A new risk, with what the register does not say and a risk must have; each is told."""
    wish = {"opportunity_id": head.opportunity_id, "reference": said.reference, **said.wish}
    for name in ("cause", "effect"):
        if name not in wish:
            wish[name], wish[f"{name}_zh"] = _NOT_STATED
            said.note(name, "not_stated", en="is not said; that is recorded", zh="未说明，已如实登记")
    if "category" not in wish:
        wish["category"] = "management"
        said.note("category", "category_assumed", en="is not said; management is recorded", zh="未说明，按管理类登记")
    if "impact_cost" not in wish:
        wish["impact_cost"] = {"optimistic": 0, "most_likely": 0, "pessimistic": 0, "currency": head.currency}
    return wish


def _has(measures: Sequence[RiskResponse], statement: str) -> bool:
    """Whether a risk has a response already; our own exports have several in a cell, one in a line."""
    known = {plain(text) for one in measures for text in (one.statement, one.statement_zh)}
    return plain(statement) in known or all(plain(line) in known for line in statement.splitlines())


def _changes(known: RegisteredRisk, said: Said) -> dict[str, Any]:
    """Fields that a row says otherwise than the register has them."""
    has = {**checked(known), "owner": known.owner, "reference": known.reference, "breakdown": known.breakdown}
    wanted = {name: value for name, value in said.wish.items() if name not in {"responses", "kind"}}
    if said.reference is not None and said.reference != known.code:
        wanted["reference"] = said.reference
    return {
        name: value
        for name, value in wanted.items()
        if not _is_same(has.get(name), value) and value != getattr(known, f"{name}_zh", None)
    }


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(_is_same(one.get(name), other[name]) for name in other)
    try:
        return abs(float(one) - float(other)) < 1e-9  # noqa: PLR2004 (as texts they have another number of decimals)
    except (TypeError, ValueError):
        return bool(one == other)


async def import_register(
    session: AsyncSession, query: RegisterFileQuery, name: str, content: bytes
) -> tuple[Preview, list[UUID]]:
    """Record every row, or nothing. Raises `UnreadableRisks` too, and what a risk refuses."""
    preview = await preview_register(session, query, name, content)
    unreadable = [row for row in preview.rows if row.state == "unreadable"]
    if unreadable:
        raise UnreadableRisks(
            count=len(unreadable),
            places=", ".join(row.place for row in unreadable[:5]),
            errors=[
                FieldError(f"{row.place}{error.pointer}", error.code, error.en, error.zh)
                for row in unreadable[:100]
                for error in row.said.errors
            ],
        )
    return preview, [await _take(session, row, name) for row in preview.rows if row.state != "unchanged"]


async def _take(session: AsyncSession, row: Row, name: str) -> UUID:
    if row.wish:
        risk = await record_risk(session, row.wish)
    elif row.known is None:
        raise TypeError("a row is a new risk or a known one")
    else:
        risk = row.known
        if row.changes:
            risk = await change_risk(session, risk.id, RiskPatch.model_validate(row.changes), version=risk.version)
        if row.measure:
            await record_response(session, ResponseIn(risk_id=risk.id, **row.measure.model_dump()))
    action = {"closed": "close", "materialised": "materialise"}.get(row.said.state)
    if action and risk.status != row.said.state:
        risk = await move_risk(session, risk.id, action, version=risk.version, reason=f"{name}, {row.place}")
    return risk.id
