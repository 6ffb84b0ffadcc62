"""A figure is traced through the events that are about one artefact: they are found by it."""

from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    op.create_index("ix_logged_event_aggregate", "logged_event", ["tenant_id", "aggregate_id", "type"])


def downgrade() -> None:
    op.drop_index("ix_logged_event_aggregate", "logged_event")
