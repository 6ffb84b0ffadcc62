"""The schema of the estimation service: its tables, and the rules that the database itself keeps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0001", None

ROWS_OF_TENANTS = (
    "audit_entry",
    "cost_item",
    "effort_override",
    "estimation_head",
    "exchange_rate",
    "heard_baseline",
    "heard_risk_budget",
    "heard_schedule",
    "heard_warranty",
    "idempotency_key",
    "leading_method_choice",
    "parameter_set",
    "parked_event",
    "past_project",
    "payment_terms",
    "pricing_policy",
    "productivity_model",
    "rate_card",
    "suspect",
    "estimate",
    "budget_plan",
    "discount",
    "economic_analysis",
    "scenario",
)
"""Tables whose rows only their tenant sees, and the schema's owner."""

OF_MACHINERY = ("audit_seal", "inbox", "outbox", "tenant_calendar", "timer")
"""Tables that the relay, the consumers and the timers use for all tenants at once."""

APPEND_ONLY = ("audit_entry", "audit_seal")
"""Tables whose rows are never changed."""


def upgrade() -> None:

    # What every service has
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("causation_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_recorded_at"), "audit_entry", ["recorded_at"], unique=False)
    op.create_index("ix_audit_entry_resource", "audit_entry", ["tenant_id", "resource_id", "id"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_audit_seal")),
    )
    op.create_index(op.f("ix_audit_seal_recorded_before"), "audit_seal", ["recorded_before"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("aggregate_type", sa.Text(), nullable=False),
        sa.Column("aggregate_id", sa.Uuid(), nullable=False),
        sa.Column("aggregate_seq", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stream_seq", sa.BigInteger(), nullable=True),
        sa.Column("failed", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "aggregate_type",
            "aggregate_id",
            "aggregate_seq",
            name=op.f("uq_outbox_aggregate_type_aggregate_id_aggregate_seq"),
        ),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["id"],
        unique=False,
        postgresql_where=sa.text("published_at IS NULL AND failed IS NULL"),
    )
    op.create_index("ix_outbox_stream_seq", "outbox", ["stream_seq"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("stream_seq", sa.BigInteger(), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_processed_at"), "inbox", ["processed_at"], unique=False)
    op.create_table(
        "parked_event",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("stream_seq", sa.BigInteger(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="parked", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("detail_zh", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_event")),
        sa.UniqueConstraint(
            "tenant_id", "consumer", "event_id", name=op.f("uq_parked_event_tenant_id_consumer_event_id")
        ),
    )
    op.create_index("ix_parked_event_status", "parked_event", ["tenant_id", "status", "id"], unique=False)
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
    op.create_table(
        "tenant_calendar",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("hours_per_day", sa.Numeric(precision=6, scale=4), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant_calendar")),
    )

    # What more than one service keeps
    op.create_table(
        "suspect",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="requirement", nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", "requirement_id", "kind", name=op.f("pk_suspect")),
    )

    # What a person judges an effort to be, beside what was computed.
    op.create_table(
        "effort_override",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("line_code", sa.Text(), nullable=True),
        sa.Column("line_name", sa.Text(), nullable=True),
        sa.Column("effort", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed_days", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("baseline_number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("client_visibility", sa.Text(), server_default="internal", nullable=False),
        sa.Column("client_wording", sa.Text(), nullable=True),
        sa.Column("client_wording_zh", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effort_override")),
    )
    op.create_index(
        "ix_effort_override_opportunity", "effort_override", ["tenant_id", "opportunity_id", "id"], unique=False
    )
    op.create_index(
        "uq_effort_override_standing",
        "effort_override",
        ["tenant_id", "opportunity_id", "target"],
        unique=True,
        postgresql_where=sa.text("status = 'standing'"),
    )
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

    # Estimates, and what they were made from.
    op.create_table(
        "parameter_set",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("based_on", sa.Text(), nullable=True),
        sa.Column("provenance", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_set")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_parameter_set_tenant_id_name")),
    )
    op.create_table(
        "estimation_head",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", name=op.f("pk_estimation_head")),
    )
    op.create_table(
        "heard_baseline",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "baseline_id", name=op.f("pk_heard_baseline")),
    )
    op.create_table(
        "heard_warranty",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("after_sales_plan_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("warranty_months", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "after_sales_plan_id", name=op.f("pk_heard_warranty")),
    )
    op.create_index("ix_heard_warranty_opportunity", "heard_warranty", ["tenant_id", "opportunity_id"], unique=False)
    op.create_table(
        "heard_risk_budget",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "estimate_id", name=op.f("pk_heard_risk_budget")),
    )
    op.create_table(
        "estimate",
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("baseline_number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("parameter_set_id", sa.Uuid(), nullable=False),
        sa.Column("risk_revision", sa.Integer(), nullable=True),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("judgements", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("outdated", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("opportunity_id"), "="),
            where=sa.text("status = 'accepted'"),
            deferrable="True",
            initially="DEFERRED",
            using="btree",
            name="one_estimate_that_is_accepted",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("opportunity_id"), "="),
            where=sa.text("status NOT IN ('superseded', 'accepted')"),
            deferrable="True",
            initially="DEFERRED",
            using="btree",
            name="one_estimate_that_counts",
        ),
        sa.ForeignKeyConstraint(["parameter_set_id"], ["parameter_set.id"], name=op.f("fk_estimate_parameter_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "position", name=op.f("uq_estimate_tenant_id_opportunity_id_position")
        ),
    )
    op.create_index("ix_estimate_position", "estimate", ["tenant_id", "position", "id"], unique=False)

    # Budget plans: what a priced estimate may cost by phase and month, and what the client pays when.
    op.create_table(
        "budget_plan",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("risk_revision", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimate.id"], name=op.f("fk_budget_plan_estimate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_plan")),
        sa.UniqueConstraint("tenant_id", "estimate_id", name=op.f("uq_budget_plan_tenant_id_estimate_id")),
    )
    op.create_index(
        "ix_budget_plan_opportunity", "budget_plan", ["tenant_id", "opportunity_id", "position"], unique=False
    )

    # What persons add to the cost of an opportunity: things bought, guarantees, other terms of payment.
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

    # Discounts and the policy by which they are approved.
    op.create_table(
        "pricing_policy",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("levels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_policy")),
        sa.UniqueConstraint("tenant_id", "revision", name=op.f("uq_pricing_policy_tenant_id_revision")),
    )
    op.create_index(
        "uq_pricing_policy_in_force",
        "pricing_policy",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "discount",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=12, scale=8), nullable=True),
        sa.Column("amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("policy_revision", sa.Integer(), nullable=False),
        sa.Column("levels", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("approvers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("note_zh", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimate.id"], name=op.f("fk_discount_estimate_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["pricing_policy.id"], name=op.f("fk_discount_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discount")),
    )
    op.create_index("ix_discount_opportunity", "discount", ["tenant_id", "opportunity_id", "id"], unique=False)
    op.create_index(
        "uq_discount_approved",
        "discount",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'approved'"),
    )
    op.create_index(
        "uq_discount_requested",
        "discount",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'requested'"),
    )

    # Economic analyses: what an offer is worth to the client, or to us.
    op.create_table(
        "economic_analysis",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("perspective", sa.Text(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("risk_revision", sa.Integer(), nullable=False),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["estimate_id"], ["estimate.id"], name=op.f("fk_economic_analysis_estimate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_economic_analysis")),
    )
    op.create_index(
        "ix_economic_analysis_opportunity", "economic_analysis", ["tenant_id", "opportunity_id", "id"], unique=False
    )
    op.create_index(
        "uq_economic_analysis_offered",
        "economic_analysis",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'offered'"),
    )

    # Past projects, and what was learnt of them.
    op.create_table(
        "past_project",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("technology", sa.Text(), nullable=True),
        sa.Column("size", sa.Double(), nullable=False),
        sa.Column("size_unit", sa.Text(), nullable=False),
        sa.Column("size_variant", sa.Text(), nullable=True),
        sa.Column("effort_days", sa.Double(), nullable=False),
        sa.Column("duration_months", sa.Double(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("cost_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("estimated_effort_days", sa.Double(), nullable=True),
        sa.Column("estimated_effort_p80_days", sa.Double(), nullable=True),
        sa.Column("estimated_cost_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("estimated_cost_p80_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("is_excluded", sa.Boolean(), nullable=False),
        sa.Column("exclusion_reason", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("estimate_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_project")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_past_project_tenant_id_opportunity_id")),
    )
    op.create_index("ix_past_project_unit", "past_project", ["tenant_id", "size_unit", "id"], unique=False)
    op.create_table(
        "productivity_model",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_unit", sa.Text(), nullable=False),
        sa.Column("group_by", sa.Text(), nullable=True),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("project_count", sa.Integer(), nullable=False),
        sa.Column("project_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prior", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("calibration", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("analogy_trial", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_productivity_model")),
    )
    op.create_index(
        "uq_productivity_model_active",
        "productivity_model",
        ["tenant_id", "size_unit"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )

    # Rate cards and exchange rates: what people and currencies cost us, and when.
    op.create_table(
        "rate_card",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("rates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_card")),
    )
    op.create_index("ix_rate_card_currency", "rate_card", ["tenant_id", "currency", "valid_from"], unique=False)
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

    # Scenarios: what an estimate would become if something were otherwise; only the answer is kept.
    op.create_table(
        "scenario",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("base_estimate_id", sa.Uuid(), nullable=False),
        sa.Column("base_risk_revision", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unmatched", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["base_estimate_id"], ["estimate.id"], name=op.f("fk_scenario_base_estimate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("tenant_id", "run_id", name=op.f("uq_scenario_tenant_id_run_id")),
    )
    op.create_index("ix_scenario_opportunity", "scenario", ["tenant_id", "opportunity_id", "id"], unique=False)
    op.create_table(
        "heard_schedule",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "estimate_id", name=op.f("pk_heard_schedule")),
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))")
        op.execute(
            f"CREATE POLICY every_tenant ON {table} TO CURRENT_USER USING (current_setting('app.tenant') = '*')"
            " WITH CHECK (current_setting('app.tenant') = '*' AND tenant_id <> '*')"
        )

    for table in OF_MACHINERY:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        # The calendar is read in the statement that sets the tenant, which is planned before there is one.
        told = "current_setting('app.tenant', true)" if table == "tenant_calendar" else "current_setting('app.tenant')"
        op.execute(f"CREATE POLICY tenant ON {table} USING ({told} IN (tenant_id, '*'))")

    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION audited_tenants(since timestamptz, until timestamptz) RETURNS SETOF text STABLE"
        " SECURITY DEFINER SET search_path = public LANGUAGE sql AS $$"
        " SELECT DISTINCT tenant_id FROM audit_entry WHERE recorded_at >= since AND recorded_at < until $$"
    )

    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise NotImplementedError("Nothing comes before the first schema: make the database anew.")
