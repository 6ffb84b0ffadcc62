"""After-sales plans are heard: they are a part of the proposal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0006", "0005"

ROWS_OF_TENANTS = ("heard_after_sales_plan",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "heard_after_sales_plan",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_heard_after_sales_plan")),
    )
    op.create_index(
        op.f("ix_heard_after_sales_plan_opportunity_id"), "heard_after_sales_plan", ["opportunity_id"], unique=False
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_heard_after_sales_plan_opportunity_id"), table_name="heard_after_sales_plan")
    op.drop_table("heard_after_sales_plan")
