"""Matrices and policies are the tenant's own, in versions, which opportunities follow by timers; a budget keeps its."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0004", "0003"

ROWS_OF_TENANTS = ("risk_matrix", "risk_policy")
"""Tables whose rows only their tenant sees."""

_JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("risk_head", sa.Column("policy", _JSON, nullable=True))
    op.add_column("risk_budget", sa.Column("matrix", _JSON, nullable=True))
    op.create_table(
        "timer",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "subject", name=op.f("pk_timer")),
    )
    op.create_index(op.f("ix_timer_next_at"), "timer", ["next_at"], unique=False)
    for table in ROWS_OF_TENANTS:
        op.create_table(
            table,
            sa.Column("opportunity_id", sa.Uuid(), nullable=True),
            sa.Column("number", sa.Integer(), nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("name_zh", sa.Text(), nullable=False),
            sa.Column("status", sa.Text(), nullable=False),
            sa.Column("is_shipped", sa.Boolean(), nullable=False),
            sa.Column("settings", _JSON, nullable=False),
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("created_by", sa.Text(), nullable=False),
            sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint(
                "tenant_id",
                "opportunity_id",
                "number",
                name=op.f(f"uq_{table}_tenant_id_opportunity_id_number"),
                postgresql_nulls_not_distinct=True,
            ),
        )
        op.create_index(
            f"uq_{table}_active",
            table,
            ["tenant_id", "opportunity_id"],
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
            postgresql_nulls_not_distinct=True,
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_timer_next_at"), table_name="timer")
    op.drop_table("timer")
    for table in ROWS_OF_TENANTS:
        op.drop_table(table)
    op.drop_column("risk_budget", "matrix")
    op.drop_column("risk_head", "policy")
