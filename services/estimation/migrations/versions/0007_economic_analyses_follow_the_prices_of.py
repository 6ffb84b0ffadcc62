"""Economic analyses follow the prices of their opportunity."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0007", "0006"

ROWS_OF_TENANTS = ("economic_analysis",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "economic_analysis",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("perspective", sa.Text(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("risk_revision", sa.Integer(), nullable=False),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimate.id"], name=op.f("fk_economic_analysis_estimate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_economic_analysis")),
    )
    op.create_index(
        "ix_economic_analysis_opportunity", "economic_analysis", ["tenant_id", "opportunity_id", "id"], unique=False
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_index("ix_economic_analysis_opportunity", table_name="economic_analysis")
    op.drop_table("economic_analysis")
