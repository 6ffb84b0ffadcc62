"""Past projects: recorded by hand, from files, and from what was delivered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands.actuals import tell
from services.estimation.domain.project_table import AMOUNTS, Columns, found_columns, values
from services.estimation.models.history import NoProjectsInFile, Origin, PastProject, UnreadableProjects
from services.estimation.queries.history import projects_with_ids
from services.estimation.schemas.past_projects import PastProjectIn, PastProjectPatch, ProjectFileQuery
from shared.context import new_id
from shared.db import load
from shared.files import Refused
from shared.files.reading import FileRefused, read_file
from shared.money import MINOR_UNITS
from shared.problems import FieldError, Invalid
from shared.validation import field_errors, whole

_PLAIN = (
    "name", "industry", "organisation", "technology", "size", "size_unit", "size_variant", "effort_days",
    "duration_months", "estimated_effort_days", "estimated_effort_p80_days", "started_on", "finished_on", "source",
    "note", "is_excluded", "exclusion_reason",
)  # fmt: skip
MOST_PROJECTS = 5_000


async def record_past_project(session: AsyncSession, wish: PastProjectIn) -> PastProject:
    """Record a project that is over."""
    row = PastProject(id=new_id(), origin=Origin.ENTERED)
    _fill(row, wish)
    session.add(row)
    await session.flush()
    return row


def _fill(row: PastProject, wish: PastProjectIn) -> None:
    for name in _PLAIN:
        setattr(row, name, getattr(wish, name))
    amounts = [wish.cost, wish.estimated_cost, wish.estimated_cost_p80]
    row.currency = next((money.currency for money in amounts if money), None)
    row.cost_amount = wish.cost.amount if wish.cost else None
    row.estimated_cost_amount = wish.estimated_cost.amount if wish.estimated_cost else None
    row.estimated_cost_p80_amount = wish.estimated_cost_p80.amount if wish.estimated_cost_p80 else None


def said_of(row: PastProject) -> dict[str, Any]:
    """A project in the words of its creation."""
    return {name: getattr(row, name) for name in (*_PLAIN, *AMOUNTS)}


async def change_past_project(
    session: AsyncSession, key: UUID, patch: PastProjectPatch, *, version: int
) -> PastProject:
    """Correct a project. Models that were fitted with it stay what they are."""
    row = await load(session, PastProject, key, version=version)
    before = {**said_of(row), **{name: _sent(getattr(row, name)) for name in AMOUNTS}}
    _fill(row, whole(PastProjectIn, {**before, **patch.model_dump(exclude_unset=True)}))
    await session.flush()
    await tell(session, row)
    return row


def _sent(money: Any) -> Any:
    return money and money.model_dump()


async def delete_past_project(session: AsyncSession, key: UUID, *, version: int) -> None:
    """Delete a project. Models that were fitted with it stay what they are."""
    await session.delete(await load(session, PastProject, key, version=version))
    await session.flush()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: what it becomes, or why it cannot."""

    place: str
    state: str
    """new, changed, unchanged or unreadable."""
    wish: PastProjectIn | None
    existing: PastProject | None
    errors: Sequence[FieldError]

    @property
    def shown(self) -> dict[str, Any]:
        return {
            "place": self.place,
            "state": self.state,
            "project": self.wish and self.wish.model_dump(mode="json"),
            "project_id": self.existing and self.existing.id,
            "errors": [
                {"field": e.pointer.strip("/"), "code": e.code, "message": e.en, "message_zh": e.zh}
                for e in self.errors
            ],
        }


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
        """The preview as it is answered."""
        headings = self.columns.headings
        used = set(self.columns.positions.values())
        return {
            "columns": {field: headings[place] for field, place in self.columns.positions.items()},
            "unused_headings": [name for place, name in enumerate(headings) if place not in used and name],
            "counts": self.counts,
            "rows": [row.shown for row in self.rows],
        }


async def preview_projects(session: AsyncSession, query: ProjectFileQuery, name: str, content: bytes) -> Preview:
    """What a file would become. Raises `FileRefused`, `NoProjectsInFile`, or `Invalid` for the columns."""
    chosen = _chosen(query)
    try:
        document = await read_file(name, content)
    except Refused as refused:
        raise FileRefused(name=name, reason=refused.en, reason_zh=refused.zh, reason_code=refused.code) from None
    columns = found_columns(document["tables"], chosen)
    if columns is None:
        raise NoProjectsInFile(name=name)
    table = document["tables"][columns.table]
    rows = table["rows"][columns.heading_row + 1 :]
    if len(rows) > MOST_PROJECTS:
        text = (
            f"has {len(rows)} rows; {MOST_PROJECTS} are read at most",
            f"共 {len(rows)} 行；最多读取 {MOST_PROJECTS} 行",
        )
        raise Invalid([FieldError("", "too_many", *text)])
    wishes = [
        values(row["cells"], columns, hours_per_day=query.hours_per_day, hours_per_month=query.hours_per_month)
        for row in rows
    ]
    known = await projects_with_ids(session, [key for wish in wishes if (key := _id(wish))])
    places = [f"{table['name'] or 'line'} {row['place']}".strip() for row in rows]
    found = [_row(f"{name}, {place}", place, wish, query, known) for place, wish in zip(places, wishes, strict=True)]
    return Preview(columns, _once(found))


def _once(rows: Sequence[Row]) -> list[Row]:
    """A project can be corrected by one row only."""
    seen: set[UUID] = set()
    found = []
    for row in rows:
        is_again = row.existing is not None and row.existing.id in seen
        if row.existing is not None:
            seen.add(row.existing.id)
        error = FieldError("/id", "duplicate_id", "is in a row before", "与前面的行重复")
        found.append(replace(row, state="unreadable", wish=None, errors=[error]) if is_again else row)
    return found


def _chosen(query: ProjectFileQuery) -> Mapping[str, str]:
    """Headings by field, as the caller says them."""
    if query.columns is None:
        return {}
    try:
        chosen = orjson.loads(query.columns)
        if not isinstance(chosen, dict) or not all(isinstance(one, str) for one in chosen.values()):
            raise TypeError
    except (orjson.JSONDecodeError, TypeError):
        text = "must be a JSON object of headings by field", "须为以字段名为键、列标题为值的 JSON 对象"
        raise Invalid([FieldError("?columns", "wrong_format", *text)]) from None
    unknown = sorted(chosen.keys() - {*_PLAIN, *AMOUNTS, "id", "currency", "effort_hours", "effort_months"})
    if unknown:
        text = f"has no field {', '.join(unknown)}", f"不存在字段 {', '.join(unknown)}"
        raise Invalid([FieldError("?columns", "not_allowed", *text)])
    return chosen


def _id(wish: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(str(wish.get("id")))
    except ValueError:
        return None


def _row(
    source: str, place: str, said: dict[str, Any], query: ProjectFileQuery, known: Mapping[UUID, PastProject]
) -> Row:
    key = _id(said)
    existing = known.get(key) if key else None
    said.pop("id", None)
    currency = str(said.pop("currency", None) or query.currency or "").upper()
    wish = {"source": source, "size_unit": query.size_unit, **said}
    for field in AMOUNTS:
        if field in wish:
            wish[field] = {"amount": _amount(str(wish[field]), currency), "currency": currency or None}
    try:
        read = PastProjectIn.model_validate(wish)
    except ValidationError as wrong:
        findings = [{**finding, "loc": ("body", *finding["loc"])} for finding in wrong.errors()]
        return Row(place, "unreadable", None, existing, field_errors(findings))
    if existing is None:
        return Row(place, "new", read, None, ())
    return Row(place, "unchanged" if PastProjectIn(**said_of(existing)) == read else "changed", read, existing, ())


def _amount(text: str, currency: str) -> str:
    """A number as it stands in a table, without separators and signs of currency."""
    plain = "".join(sign for sign in text if sign in "0123456789.-+eE")
    return plain if currency in MINOR_UNITS else text


async def import_projects(
    session: AsyncSession, query: ProjectFileQuery, name: str, content: bytes
) -> tuple[Preview, list[UUID]]:
    """Record every row, or nothing; a row with the id of a project corrects it. Raises `UnreadableProjects` too."""
    preview = await preview_projects(session, query, name, content)
    unreadable = [row for row in preview.rows if row.state == "unreadable"]
    if unreadable:
        raise UnreadableProjects(
            count=len(unreadable),
            places=", ".join(row.place for row in unreadable[:5]),
            errors=[
                FieldError(f"{row.place}{error.pointer}", error.code, error.en, error.zh)
                for row in unreadable[:100]
                for error in row.errors
            ],
        )
    keys = []
    for row in preview.rows:
        if row.wish and row.state != "unchanged":
            project = row.existing or PastProject(id=new_id(), origin=Origin.IMPORTED)
            _fill(project, row.wish)
            session.add(project)
            keys.append(project.id)
    await session.flush()
    for row in preview.rows:
        if row.existing and row.state == "changed":
            await tell(session, row.existing)
    return preview, keys
