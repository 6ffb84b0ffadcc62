"""The schema of the risk service: its tables, and the rules that the database itself keeps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0001", None

ROWS_OF_TENANTS = (
    "audit_entry",
    "catalogue_rule",
    "control_plan",
    "idempotency_key",
    "known_colleague",
    "parked_event",
    "pursuit",
    "risk",
    "risk_analysis",
    "risk_budget",
    "risk_head",
    "risk_heard_baseline",
    "risk_heard_estimate",
    "risk_matrix",
    "risk_policy",
    "suspect",
    "reserve_draw",
    "risk_response",
    "control_task",
    "control_reading",
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
        "known_colleague",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("inactive_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "subject", name=op.f("pk_known_colleague")),
    )
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

    # Quantitative analyses: what was asked, and the figures that the simulation answered with.
    op.create_table(
        "risk_analysis",
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("risk_budget_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("result_hash", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_analysis")),
    )
    op.create_index("ix_risk_analysis_created_at", "risk_analysis", ["tenant_id", "created_at", "id"], unique=False)

    # What the risk service knows of an opportunity: the baselines and estimates that it heard of.
    op.create_table(
        "risk_head",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("void_epoch", sa.Integer(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("is_won", sa.Boolean(), nullable=False),
        sa.Column("offered_revision", sa.BigInteger(), nullable=False),
        sa.Column("offered_budget_id", sa.Uuid(), nullable=True),
        sa.Column("merged", sa.BigInteger(), nullable=False),
        sa.Column("scale", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("register_revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", name=op.f("pk_risk_head")),
    )
    op.create_table(
        "risk_heard_baseline",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "baseline_id", name=op.f("pk_risk_heard_baseline")),
    )
    op.create_index(
        op.f("ix_risk_heard_baseline_opportunity_id"), "risk_heard_baseline", ["opportunity_id"], unique=False
    )
    op.create_table(
        "risk_heard_estimate",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "estimate_id", name=op.f("pk_risk_heard_estimate")),
    )
    op.create_index(op.f("ix_risk_heard_estimate_baseline_id"), "risk_heard_estimate", ["baseline_id"], unique=False)

    # Risk budgets, and why one does not count.
    op.create_table(
        "risk_budget",
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("baseline_number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("estimate_revision", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("register_revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("freshness", sa.Text(), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("matrix", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("contributions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
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
            where=sa.text("status = 'calculated'"),
            deferrable="True",
            initially="DEFERRED",
            using="btree",
            name="one_risk_budget_that_counts",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_budget")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "position", name=op.f("uq_risk_budget_tenant_id_opportunity_id_position")
        ),
    )
    op.create_index(
        "ix_risk_budget_opportunity_id_created_at", "risk_budget", ["opportunity_id", "created_at", "id"], unique=False
    )

    # The risk catalogue of a tenant: shipped rules as they are, changed or switched off, and its own.
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

    # Control plans: who does what about risks by when, and which figures call for action.
    op.create_table(
        "control_plan",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("review_every_days", sa.Integer(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("review_overdue_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_plan")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_control_plan_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(
        "ix_control_plan_opportunity_id_created_at",
        "control_plan",
        ["opportunity_id", "created_at", "id"],
        unique=False,
    )

    # The risks of the register.
    op.create_table(
        "risk",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("cause_zh", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("effect_zh", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("impact_cost", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("impact_days", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scope_share", sa.Double(), nullable=False),
        sa.Column("quality_share", sa.Double(), nullable=False),
        sa.Column("breakdown", sa.Text(), nullable=True),
        sa.Column("client_visibility", sa.Text(), server_default="internal", nullable=False),
        sa.Column("client_wording", sa.Text(), nullable=True),
        sa.Column("client_wording_zh", sa.Text(), nullable=True),
        sa.Column("requirement_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("estimate_line_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("explanation_zh", sa.Text(), nullable=False),
        sa.Column("knowledge", sa.Text(), nullable=True),
        sa.Column("knowledge_why", sa.Text(), nullable=True),
        sa.Column("near_from", sa.Date(), nullable=True),
        sa.Column("near_until", sa.Date(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("manageability", sa.Text(), nullable=True),
        sa.Column("detectability", sa.Text(), nullable=True),
        sa.Column("early_warnings", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_until", sa.Date(), nullable=True),
        sa.Column("acceptance_reason", sa.Text(), nullable=True),
        sa.Column("escalated_to", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_probability", sa.Double(), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("inherent", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("current", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("residual", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("probability_level", sa.Integer(), nullable=False),
        sa.Column("impact_level", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("rating", sa.Text(), nullable=True),
        sa.Column("expected_value", sa.Double(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("basis_order", sa.BigInteger(), nullable=False),
        sa.Column("is_proposed", sa.Boolean(), nullable=False),
        sa.Column("decided", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code", name=op.f("uq_risk_tenant_id_opportunity_id_code")),
    )
    op.create_index("ix_risk_opportunity_id_created_at", "risk", ["opportunity_id", "created_at", "id"], unique=False)

    # Responses: the measures that are taken about a risk.
    op.create_table(
        "risk_response",
        sa.Column("risk_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("acceptance", sa.Text(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("statement_zh", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=True),
        sa.Column("trigger_zh", sa.Text(), nullable=True),
        sa.Column("owner_role", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("probability_factor", sa.Double(), nullable=False),
        sa.Column("impact_factor", sa.Double(), nullable=False),
        sa.Column("secondary_risk_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("basis_order", sa.BigInteger(), nullable=False),
        sa.Column("is_proposed", sa.Boolean(), nullable=False),
        sa.Column("decided", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=op.f("fk_risk_response_risk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_response")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_risk_response_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(
        "ix_risk_response_opportunity_id_created_at",
        "risk_response",
        ["opportunity_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_risk_response_risk_id"), "risk_response", ["risk_id"], unique=False)

    # Control plans: who does what about risks by when, and which figures call for action.
    op.create_table(
        "control_task",
        sa.Column("control_plan_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("is_checkpoint", sa.Boolean(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=True),
        sa.Column("risk_id", sa.Uuid(), nullable=True),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("metric", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("last_value", sa.Double(), nullable=True),
        sa.Column("last_measured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("triggered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("neared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["control_plan_id"], ["control_plan.id"], name=op.f("fk_control_task_control_plan_id")),
        sa.ForeignKeyConstraint(["response_id"], ["risk_response.id"], name=op.f("fk_control_task_response_id")),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=op.f("fk_control_task_risk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_task")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_control_task_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_control_task_control_plan_id"), "control_task", ["control_plan_id"], unique=False)
    op.create_index(
        "ix_control_task_opportunity_id_created_at",
        "control_task",
        ["opportunity_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "control_reading",
        sa.Column("control_task_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_hit", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["control_task_id"], ["control_task.id"], name=op.f("fk_control_reading_control_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_reading")),
    )
    op.create_index(
        "ix_control_reading_task", "control_reading", ["control_task_id", "measured_at", "id"], unique=False
    )

    # Draws on the contingency reserve.
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

    # Pursuits: what an opportunity may bring, and what it costs to get it.
    op.create_table(
        "pursuit",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("heard_version", sa.Integer(), nullable=False),
        sa.Column("deal_value", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("close_on", sa.Date(), nullable=True),
        sa.Column("win_probability", sa.Double(), nullable=True),
        sa.Column("used_probability", sa.Double(), nullable=True),
        sa.Column("record_outcomes", sa.Integer(), nullable=True),
        sa.Column("outcome_version", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("submitted_probability", sa.Double(), nullable=True),
        sa.Column("priced_margin", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("price_currency", sa.Text(), nullable=True),
        sa.Column("price_place", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("void_epoch", sa.Integer(), nullable=False),
        sa.Column("own_margin", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("planned_cost", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("spent_then", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("planned_by", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total_version", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("uncosted_hours", sa.Double(), nullable=False),
        sa.Column("costs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expected_value", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("negative_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turned_count", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pursuit")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_pursuit_tenant_id_opportunity_id")),
    )

    # What a tenant decides for all its opportunities or for one: matrices and policies, in versions.
    op.create_table(
        "risk_matrix",
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_matrix")),
        sa.UniqueConstraint(
            "tenant_id",
            "opportunity_id",
            "number",
            name=op.f("uq_risk_matrix_tenant_id_opportunity_id_number"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "uq_risk_matrix_active",
        "risk_matrix",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "risk_policy",
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_policy")),
        sa.UniqueConstraint(
            "tenant_id",
            "opportunity_id",
            "number",
            name=op.f("uq_risk_policy_tenant_id_opportunity_id_number"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "uq_risk_policy_active",
        "risk_policy",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
        postgresql_nulls_not_distinct=True,
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
