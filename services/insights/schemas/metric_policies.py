"""Metric policies over HTTP."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Line, Text, rule
from shared.language.roles import ROLES

NO_SUCH_ROLE = rule(
    "no_such_role", f"must be a role: {', '.join(sorted(ROLES))}", f"须为角色：{'、'.join(sorted(ROLES))}"
)


def _role(name: str) -> str:
    if name not in ROLES:
        raise ValueError(NO_SUCH_ROLE)
    return name


class MetricPolicyIn(In):
    """Who may have figures told apart by person: those named and those with a role that is; nobody else may."""

    by_person_roles: Annotated[
        list[Annotated[str, Field(max_length=40, examples=["approver"]), AfterValidator(_role)]], Field(max_length=20)
    ] = []
    by_person_subjects: Annotated[list[Line], Field(max_length=200, description="as the identity provider says")] = []
    note: Annotated[Text | None, Field(description="why")] = None


class MetricPolicyOut(ResourceOut):
    revision: int
    by_person_roles: list[str]
    by_person_subjects: list[str]
    note: str | None
    superseded_at: datetime | None


class MetricPolicyQuery(PageQuery):
    sortable = ("created_at", "updated_at", "revision")

    is_in_force: bool | None = None
