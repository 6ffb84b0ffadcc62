"""Past projects: recorded by hand, from files, and from what was delivered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands.actuals import publish_actuals
from services.estimation.domain.project_table import AMOUNTS, Columns, Remark, Row, found_columns, values
from services.estimation.models.history import NoProjectsInFile, Origin, PastProject, UnreadableProjects
from services.estimation.queries.history import projects_with_ids
from services.estimation.schemas.past_projects import PastProjectIn, PastProjectPatch, ProjectFileQuery
from shared.files import Refused
from shared.files.headings import chosen_headings
from shared.files.reading import FileRefused, read_file
from shared.kernel.context import new_id
from shared.kernel.db import load
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.validation import field_errors, whole

_PLAIN = (
    "name", "industry", "organisation", "technology", "size", "size_unit", "size_variant", "effort_days",
    "duration_months", "estimated_effort_days", "estimated_effort_p80_days", "started_on", "finished_on", "source",
    "note", "is_excluded", "exclusion_reason",
)  # fmt: skip
_CHOSEN = {*_PLAIN, *AMOUNTS, "id", "currency", "effort_hours", "effort_months"}
"""Fields whose heading a caller may name."""
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
    await publish_actuals(session, row)
    return row


def _sent(money: Any) -> Any:
    return money and money.model_dump()


async def delete_past_project(session: AsyncSession, key: UUID, *, version: int) -> None:
    """Delete a project. Models that were fitted with it stay what they are."""
    await session.delete(await load(session, PastProject, key, version=version))
    await session.flush()


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A row of a file: what it becomes, or why it cannot."""

    place: str
    state: str
    """new, changed, unchanged or unreadable."""
    wish: PastProjectIn | None
    existing: PastProject | None
    errors: Sequence[FieldError]
    remarks: Sequence[Remark]

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
            "remarks": [shown_remark(one) for one in self.remarks],
        }


def shown_remark(remark: Remark) -> dict[str, str]:
    """A remark as it is answered."""
    return {"code": remark.code, "about": remark.about, "message": remark.en, "message_zh": remark.zh}


@dataclass(frozen=True, slots=True)
class Preview:
    """The rows of a file, and how its columns were understood."""

    columns: Columns
    rows: Sequence[ProjectRow]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(row.state for row in self.rows))

    @property
    def told(self) -> list[dict[str, str]]:
        """What was understood that could have meant something else, in the file and in each row."""
        return [shown_remark(one) for one in (*self.columns.remarks, *(r for row in self.rows for r in row.remarks))]

    @property
    def shown(self) -> dict[str, Any]:
        """The preview as it is answered."""
        headings = self.columns.headings
        used = set(self.columns.positions.values())
        return {
            "columns": {field: headings[place] for field, place in self.columns.positions.items()},
            "unused_headings": [name for place, name in enumerate(headings) if place not in used and name],
            "decimal": self.columns.notation.decimal,
            "remarks": [shown_remark(one) for one in self.columns.remarks],
            "counts": self.counts,
            "rows": [row.shown for row in self.rows],
        }


async def preview_projects(session: AsyncSession, query: ProjectFileQuery, name: str, content: bytes) -> Preview:
    """What a file would become. Raises `FileRefused`, `NoProjectsInFile`, or `Invalid` for the columns."""
    chosen = chosen_headings(query.columns, _CHOSEN)
    try:
        document = await read_file(name, content)
    except Refused as refused:
        raise FileRefused(name=name, reason=refused.en, reason_zh=refused.zh, reason_code=refused.code) from None
    columns = found_columns(document["tables"], chosen, decimal=query.decimal, is_text=document["format"] == "csv")
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
    found = [
        values(row["cells"], columns, hours_per_day=query.hours_per_day, hours_per_month=query.hours_per_month)
        for row in rows
    ]
    known = await projects_with_ids(session, [key for one in found if (key := _id(one.said))])
    places = [f"{table['name'] or 'line'} {row['place']}".strip() for row in rows]
    read = [_row(f"{name}, {place}", place, one, query, known) for place, one in zip(places, found, strict=True)]
    return Preview(columns, _once(read))


def _once(rows: Sequence[ProjectRow]) -> list[ProjectRow]:
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


def _id(wish: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(str(wish.get("id")))
    except ValueError:
        return None


def _row(source: str, place: str, found: Row, query: ProjectFileQuery, known: Mapping[UUID, PastProject]) -> ProjectRow:
    said = found.said
    key = _id(said)
    existing = known.get(key) if key else None
    said.pop("id", None)
    currency = str(said.pop("currency", None) or query.currency or "").upper()
    wish = {"source": source, "size_unit": query.size_unit, **said}
    for field in AMOUNTS:
        if field in wish:
            wish[field] = {"amount": wish[field], "currency": currency or None}
    try:
        read = PastProjectIn.model_validate(wish)
    except ValidationError as wrong:
        findings = [{**finding, "loc": ("body", *finding["loc"])} for finding in wrong.errors()]
        told = {error.pointer for error in found.errors}
        others = [error for error in field_errors(findings) if error.pointer.removesuffix("/amount") not in told]
        return ProjectRow(place, "unreadable", None, existing, [*found.errors, *others], found.remarks)
    if found.errors:
        return ProjectRow(place, "unreadable", None, existing, found.errors, found.remarks)
    if existing is None:
        return ProjectRow(place, "new", read, None, (), found.remarks)
    state = "unchanged" if PastProjectIn(**said_of(existing)) == read else "changed"
    return ProjectRow(place, state, read, existing, (), found.remarks)


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
            await publish_actuals(session, row.existing)
    return preview, keys
