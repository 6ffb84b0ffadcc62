"""Journeys are found by where they stand, without looking at each."""

import sqlalchemy as sa
from alembic import op
from pydantic import TypeAdapter

from services.insights.domain.journey import Journey
from services.insights.domain.standing import view

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    # The service before this one does not write these: its rows count as open until the next event, or a rebuild.
    op.add_column("journey", sa.Column("status", sa.Text(), server_default="open", nullable=False))
    op.add_column("journey", sa.Column("stalls_at", sa.DateTime(timezone=True), nullable=True))
    _repair(op.get_bind())
    op.create_index("ix_journey_status", "journey", ["tenant_id", "status", "updated_at", "opportunity_id"])


def downgrade() -> None:
    op.drop_index("ix_journey_status", "journey")
    op.drop_column("journey", "stalls_at")
    op.drop_column("journey", "status")


def _repair(connection: sa.Connection) -> None:
    journey = TypeAdapter(Journey)
    changes = []
    moment = connection.scalar(sa.text("SELECT now()"))
    for tenant, key, folded in connection.execute(sa.text("SELECT tenant_id, opportunity_id, folded FROM journey")):
        standing = view(journey.validate_python(folded), moment)
        status = "running" if standing.status == "stalled" else standing.status
        changes.append({"tenant": tenant, "key": key, "status": status, "stalls_at": standing.stalls_at})
    if changes:
        update = (
            "UPDATE journey SET status = :status, stalls_at = :stalls_at"
            " WHERE tenant_id = :tenant AND opportunity_id = :key"
        )
        connection.execute(sa.text(update), changes)
