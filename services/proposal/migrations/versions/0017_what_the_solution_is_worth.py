"""Economic analyses for the client are heard: they fill a section that was hidden while it had no data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0017", "0016"

ROWS_OF_TENANTS = ("heard_economic_analysis",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "heard_economic_analysis",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_heard_economic_analysis")),
    )
    op.create_index(
        op.f("ix_heard_economic_analysis_opportunity_id"), "heard_economic_analysis", ["opportunity_id"], unique=False
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )

    # What nobody has touched is shown from now on, as soon as there are data.
    op.execute("UPDATE proposal_section SET is_shown = true WHERE code = 'economics' AND status = 'open'")


def downgrade() -> None:
    op.execute("UPDATE proposal_section SET is_shown = false WHERE code = 'economics' AND status = 'open'")
    op.drop_index(op.f("ix_heard_economic_analysis_opportunity_id"), table_name="heard_economic_analysis")
    op.drop_table("heard_economic_analysis")
