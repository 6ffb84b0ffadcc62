"""What a tenant decides for all its opportunities or for one: matrices and policies, in versions."""

from dataclasses import fields
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from services.risk.domain.matrix import Matrix
from services.risk.domain.policy import Rules
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class NoneWouldBeLeft(Problem):
    status = 409
    title = ("None would be left", "将无可用版本")
    en = "One version must be in force for all opportunities; activate another instead."
    zh = "所有商机必须有一个生效版本；请改为启用另一版本。"


_TRANSITIONS = (Transition("activate", ("inactive",), "active"), Transition("retire", ("active",), "inactive"))


class InForce(Resource):
    """A version of a setting; at most one is in force for each opportunity, and one for all that have none."""

    __abstract__ = True

    opportunity_id: Mapped[UUID | None]
    """None: for every opportunity that has none of its own."""
    number: Mapped[int]
    name: Mapped[str]
    name_zh: Mapped[str]
    status: Mapped[str]
    """active or inactive."""
    is_shipped: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        scope = ("tenant_id", "opportunity_id")
        return (
            sa.UniqueConstraint(*scope, "number", postgresql_nulls_not_distinct=True),
            sa.Index(
                f"uq_{cls.__tablename__}_active",
                *scope,
                unique=True,
                postgresql_where=sa.text("status = 'active'"),
                postgresql_nulls_not_distinct=True,
            ),
        )

    machine: ClassVar[StateMachine]

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status, {} if self.opportunity_id else {"retire": NoneWouldBeLeft()})

    def retire(self) -> None:
        """Have the one for all opportunities count instead. Raises `IllegalTransition`, `NoneWouldBeLeft`."""
        status = self.machine.next(self.status, "retire")
        if self.opportunity_id is None:
            raise NoneWouldBeLeft
        self.status = status


class RiskMatrix(InForce):
    """Scales of probability and of impact on cost, time, scope and quality, and what is high."""

    __tablename__ = "risk_matrix"

    machine = StateMachine("risk matrix", _TRANSITIONS, collection="risk-matrices")

    @property
    def matrix(self) -> Matrix:
        return matrix_of(self.settings)


class RiskPolicy(InForce):
    """Confidence, reserves, correlation, acceptance, and what happens by itself."""

    __tablename__ = "risk_policy"

    machine = StateMachine("risk policy", _TRANSITIONS, collection="risk-policies")

    @property
    def rules(self) -> Rules:
        values = {one.name: self.settings[one.name] for one in fields(Rules) if one.name in self.settings}
        return Rules(**{**values, "management_reserve_rate": Decimal(values["management_reserve_rate"])})


_DECIMALS = ("probability", "impact")
_FLOATS = ("probability_bounds", "cost_bounds", "time_bounds", "scope_bounds", "quality_bounds")


def matrix_of(stored: dict[str, Any]) -> Matrix:
    """A matrix from JSON."""
    values: dict[str, Any] = {name: tuple(map(Decimal, stored[name])) for name in _DECIMALS}
    values |= {name: tuple(map(float, stored[name])) for name in _FLOATS}
    return Matrix(
        **values,
        low=Decimal(stored["low"]),
        high=Decimal(stored["high"]),
        decimals=stored["decimals"],
    )


def stored_matrix(matrix: Matrix) -> dict[str, Any]:
    """A matrix as JSON."""
    return {
        **{name: list(map(str, getattr(matrix, name))) for name in _DECIMALS},
        **{name: list(getattr(matrix, name)) for name in _FLOATS},
        "low": str(matrix.low),
        "high": str(matrix.high),
        "decimals": matrix.decimals,
    }


def stored_rules(rules: Rules) -> dict[str, Any]:
    """Rules as JSON."""
    values = {one.name: getattr(rules, one.name) for one in fields(Rules)}
    return {**values, "management_reserve_rate": str(rules.management_reserve_rate)}
