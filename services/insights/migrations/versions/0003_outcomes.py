"""How opportunities ended, each as it was told last, for win rates and the calibration of win probabilities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.create_table(
        "recorded_outcome",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", name=op.f("pk_recorded_outcome")),
    )
    op.create_index("ix_recorded_outcome_decided_on", "recorded_outcome", ["tenant_id", "decided_on", "opportunity_id"])
    # What was heard before is in the log: figures are the same as if it were rebuilt.
    op.execute(
        "INSERT INTO recorded_outcome (tenant_id, opportunity_id, version, decided_on, told)"
        " SELECT DISTINCT ON (tenant_id, opportunity_id)"
        " tenant_id, opportunity_id, (data ->> 'version')::integer, (data ->> 'decided_on')::date, data"
        " FROM logged_event WHERE type = 'proposal.outcome.recorded.v1'"
        " ORDER BY tenant_id, opportunity_id, (data ->> 'version')::integer DESC"
    )
    op.execute("ALTER TABLE recorded_outcome ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant ON recorded_outcome USING (tenant_id = current_setting('app.tenant'))"
        " WITH CHECK (tenant_id = current_setting('app.tenant'))"
    )


def downgrade() -> None:
    op.drop_table("recorded_outcome")
