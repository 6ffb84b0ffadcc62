"""The technical solution: options, architecture, trace"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0007", "0006"

ROWS_OF_TENANTS = ("solution",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "solution",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("design", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_solution_tenant_id_opportunity_id")),
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_table("solution")
