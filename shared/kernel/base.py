"""Tables: what every row of a service has, and the tenant whose it is."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from shared.kernel.clock import now
from shared.kernel.context import new_id

TENANT = sa.text("current_setting('app.tenant')")
"""Server default of every `tenant_id`: the tenant that the transaction is for."""


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: sa.DateTime(timezone=True),
        str: sa.Text,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class Resource(Base):
    """What every resource of the API has. `version` is its ETag and grows with each change."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[str] = mapped_column(server_default=TENANT)
    version: Mapped[int] = mapped_column(nullable=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.__table__.c.version if hasattr(cls, "__table__") else cls.version}


def set_fields(row: Base, values: Mapping[str, Any]) -> None:
    """Have `row` say what `values` name."""
    for name, value in values.items():
        setattr(row, name, value)


class AppendOnly:
    """Mixin of a table whose rows are never changed: a trigger (written by the migration) refuses UPDATE and DELETE."""


class TenantCalendar(Base):
    """Where a tenant works: its days end when they end there. Read by every session as it starts to work for one."""

    __tablename__ = "tenant_calendar"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    time_zone: Mapped[str]
    hours_per_day: Mapped[Decimal] = mapped_column(sa.Numeric(6, 4))
    version: Mapped[int]


DEFAULT_TIME_ZONE = "Asia/Shanghai"
"""Of a tenant that has changed nothing in the shipped calendar."""
