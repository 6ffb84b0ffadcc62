"""Tenants write rules of their own and change or switch off the shipped ones; risks have a place in the RBS."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0010", "0009"

ROWS_OF_TENANTS = ("catalogue_rule",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.add_column("risk", sa.Column("breakdown", sa.Text(), nullable=True))
    op.create_table(
        "catalogue_rule",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code_number", sa.Integer(), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_rule")),
        sa.UniqueConstraint("tenant_id", "key", "number", name=op.f("uq_catalogue_rule_tenant_id_key_number")),
    )
    op.create_index(
        "uq_catalogue_rule_enabled",
        "catalogue_rule",
        ["tenant_id", "key"],
        unique=True,
        postgresql_where=sa.text("status = 'enabled'"),
    )
    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_table("catalogue_rule")
    op.drop_column("risk", "breakdown")
