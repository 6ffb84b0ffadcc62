"""Opportunities of before Presales, whose events were brought."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"

ROWS_OF_TENANTS = ("past_opportunity",)
"""Tables whose rows only their tenant sees, and the schema's owner."""


def upgrade() -> None:
    op.create_table(
        "past_opportunity",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", name=op.f("pk_past_opportunity")),
    )
    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))")
        op.execute(
            f"CREATE POLICY every_tenant ON {table} TO CURRENT_USER USING (current_setting('app.tenant') = '*')"
            " WITH CHECK (current_setting('app.tenant') = '*' AND tenant_id <> '*')"
        )


def downgrade() -> None:
    op.drop_table("past_opportunity")
