"""One approved baseline of an opportunity at a time: of several, the newest epoch stays."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    op.execute(
        "UPDATE baseline SET status = 'superseded', version = version + 1, updated_at = now() WHERE id IN"
        " (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY tenant_id, opportunity_id"
        " ORDER BY epoch DESC NULLS LAST, number DESC) AS place FROM baseline WHERE status = 'approved') AS approved"
        " WHERE place > 1)"
    )
    op.create_index(
        "uq_baseline_approved",
        "baseline",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'approved'"),
    )


def downgrade() -> None:
    op.drop_index("uq_baseline_approved", table_name="baseline")
