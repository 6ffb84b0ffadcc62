"""What an opportunity may bring against what it still costs to get it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0006", "0005"

ROWS_OF_TENANTS = ("pursuit",)
"""Tables whose rows only their tenant sees."""

_AMOUNT = sa.Numeric(precision=20, scale=4)
_TENANT = sa.text("current_setting('app.tenant')")


def upgrade() -> None:
    op.create_table(
        "pursuit",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("heard_version", sa.Integer(), nullable=False),
        sa.Column("deal_value", _AMOUNT, nullable=True),
        sa.Column("close_on", sa.Date(), nullable=True),
        sa.Column("win_probability", sa.Double(), nullable=True),
        sa.Column("priced_margin", _AMOUNT, nullable=True),
        sa.Column("price_currency", sa.Text(), nullable=True),
        sa.Column("price_place", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("void_epoch", sa.Integer(), nullable=False),
        sa.Column("own_margin", _AMOUNT, nullable=True),
        sa.Column("planned_cost", _AMOUNT, nullable=True),
        sa.Column("spent_then", _AMOUNT, nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total_version", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("uncosted_hours", sa.Double(), nullable=False),
        sa.Column("costs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expected_value", _AMOUNT, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("negative_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turned_count", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=_TENANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pursuit")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_pursuit_tenant_id_opportunity_id")),
    )
    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_table("pursuit")
