"""A resource plan as tables: days by month and role, who is planned when, what is bought, and what months cost us."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from fastapi import Response

from services.proposal.exchange.attachment import attachment
from services.proposal.schemas.resource_plans import MaterialIn, PeopleIn, ResourcePlanDetailOut
from shared.files.tables import FILES, MEDIA_TYPES

_MONTHS = (
    "month", "role", "name", "name_zh", "team", "needed_days", "planned_days", "missing_days", "missing_from",
    "over_team_from",
)  # fmt: skip
_MONEY = ("month", "labour", "material", "financial", "total", "currency")

Rows = Iterable[Sequence[Any]]


def resource_file(plan: ResourcePlanDetailOut, table: str, form: str) -> Response:
    """One of the `TABLES` as a file to save; what the caller may not see is not in `plan`, and its cells are empty."""
    columns, rows = TABLES[table]
    content = FILES[form](columns, [[_cell(value) for value in row] for row in rows(plan)])
    name = f"{plan.code}-{plan.revision}-{table}.{form}"
    return attachment(content, name=name, media_type=MEDIA_TYPES[form])


def _months(plan: ResourcePlanDetailOut) -> Rows:
    for role in plan.plan.roles:
        days = zip(plan.plan.months, role.needed_days, role.planned_days, role.missing_days, strict=True)
        for month, *by_month in days:
            yield (
                month, role.role, role.name, role.name_zh, role.team, *by_month, role.missing_from,
                role.over_team_from,
            )  # fmt: skip


def _people(plan: ResourcePlanDetailOut) -> Rows:
    return ([getattr(one, name) for name in PeopleIn.model_fields] for one in plan.content.people)


def _material(plan: ResourcePlanDetailOut) -> Rows:
    return ([getattr(one, name) for name in MaterialIn.model_fields] for one in plan.content.material)


def _money(plan: ResourcePlanDetailOut) -> Rows:
    for one in plan.plan.money or ():
        amounts = (one.labour, one.material, one.financial, one.total)
        yield one.month, *(money.amount for money in amounts), one.total.currency


def _cell(value: Any) -> Any:
    """What a spreadsheet shows as it is meant: numbers as such, days as ISO 8601."""
    return value if value is None or isinstance(value, int | float | Decimal) else str(value)


TABLES: Mapping[str, tuple[Sequence[str], Callable[[ResourcePlanDetailOut], Rows]]] = {
    "months": (_MONTHS, _months),
    "people": (tuple(PeopleIn.model_fields), _people),
    "material": (tuple(MaterialIn.model_fields), _material),
    "money": (_MONEY, _money),
}
