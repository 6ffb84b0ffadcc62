"""Contingency that was used, or given back when a risk was closed."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"

ROWS_OF_TENANTS = ("reserve_draw",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "reserve_draw",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("risk_budget_id", sa.Uuid(), nullable=False),
        sa.Column("risk_id", sa.Uuid(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["risk_budget_id"], ["risk_budget.id"], name=op.f("fk_reserve_draw_risk_budget_id")),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=op.f("fk_reserve_draw_risk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve_draw")),
    )
    op.create_index(
        "ix_reserve_draw_opportunity_id_created_at",
        "reserve_draw",
        ["opportunity_id", "created_at", "id"],
        unique=False,
    )
    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_table("reserve_draw")
