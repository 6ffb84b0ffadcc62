"""Warnings of an estimate that nobody has judged keep offers back: which there are is heard."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0026", "0025"


def upgrade() -> None:
    op.create_table(
        "heard_warnings",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("left", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "estimate_id", name=op.f("pk_heard_warnings")),
    )
    op.execute("ALTER TABLE heard_warnings ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant ON heard_warnings USING (tenant_id = current_setting('app.tenant'))"
        " WITH CHECK (tenant_id = current_setting('app.tenant'))"
    )


def downgrade() -> None:
    op.drop_table("heard_warnings")
