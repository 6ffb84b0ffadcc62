"""Rates by seniority and built up from a salary, dated exchange rates, cost items and terms of an opportunity."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0003", "0002"

ROWS_OF_TENANTS = (
    "cost_item",
    "exchange_rate",
    "payment_terms",
)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "cost_item",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("driver", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=20, scale=6), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("months", sa.Numeric(precision=10, scale=4), nullable=True),
        sa.Column("includes_tax_rate", sa.Numeric(precision=12, scale=8), nullable=False),
        sa.Column("price_base_date", sa.Date(), nullable=True),
        sa.Column("annual_growth", sa.Numeric(precision=12, scale=8), nullable=False),
        sa.Column("tax_category", sa.Text(), nullable=False),
        sa.Column("guaranteed_share", sa.Numeric(precision=12, scale=8), nullable=True),
        sa.Column("annual_rate", sa.Numeric(precision=12, scale=8), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_item")),
    )
    op.create_index("ix_cost_item_opportunity", "cost_item", ["tenant_id", "opportunity_id", "id"], unique=False)
    op.create_index(
        "uq_cost_item_replaces",
        "cost_item",
        ["tenant_id", "opportunity_id", "replaces"],
        unique=True,
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    op.create_table(
        "exchange_rate",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("quote_currency", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=24, scale=12), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
        sa.UniqueConstraint(
            "tenant_id",
            "currency",
            "quote_currency",
            "as_of",
            name=op.f("uq_exchange_rate_tenant_id_currency_quote_currency_as_of"),
        ),
    )
    op.create_table(
        "payment_terms",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_terms")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_payment_terms_tenant_id_opportunity_id")),
    )
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
    op.add_column("estimate", sa.Column("outdated", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("rate_card", sa.Column("rates", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.execute(
        "UPDATE rate_card SET rates = coalesce((SELECT jsonb_agg(jsonb_build_object("
        "'role', role, 'seniority', NULL, 'daily_cost', cost, 'build_up', NULL) ORDER BY role)"
        " FROM jsonb_each_text(daily_costs) AS one(role, cost)), '[]')"
    )
    op.alter_column("rate_card", "rates", nullable=False)
    op.drop_column("rate_card", "daily_costs")

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.add_column("rate_card", sa.Column("daily_costs", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.execute(
        "UPDATE rate_card SET daily_costs ="
        " (SELECT coalesce(jsonb_object_agg(one ->> 'role', one ->> 'daily_cost'), '{}')"
        " FROM jsonb_array_elements(rates) AS one WHERE one ->> 'seniority' IS NULL)"
    )
    op.alter_column("rate_card", "daily_costs", nullable=False)
    op.drop_column("rate_card", "rates")
    op.drop_column("estimate", "outdated")
    op.drop_index(op.f("ix_timer_next_at"), table_name="timer")
    op.drop_table("timer")
    op.drop_table("payment_terms")
    op.drop_table("exchange_rate")
    op.drop_index("uq_cost_item_replaces", table_name="cost_item", postgresql_where=sa.text("replaces IS NOT NULL"))
    op.drop_index("ix_cost_item_opportunity", table_name="cost_item")
    op.drop_table("cost_item")
