"""a person may choose which method leads"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0015", "0014"

ROWS_OF_TENANTS = ("leading_method_choice",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "leading_method_choice",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("baseline_number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leading_method_choice")),
    )
    op.create_index(
        "ix_leading_method_choice_opportunity",
        "leading_method_choice",
        ["tenant_id", "opportunity_id", "id"],
        unique=False,
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_index("ix_leading_method_choice_opportunity", table_name="leading_method_choice")
    op.drop_table("leading_method_choice")
