"""The schema of the proposal service: its tables, and the rules that the database itself keeps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0001", None

ROWS_OF_TENANTS = (
    "audit_entry",
    "authored_part",
    "bid_policy",
    "branding",
    "competitor",
    "heard_after_sales_plan",
    "heard_clarification",
    "heard_economic_analysis",
    "heard_opportunity",
    "heard_warnings",
    "idempotency_key",
    "ingredient",
    "known_colleague",
    "left_alone",
    "material",
    "parked_event",
    "proposal",
    "proposal_head",
    "proposal_section",
    "review_policy",
    "schedule",
    "solution",
    "strategy",
    "suspect",
    "template",
    "bid_decision",
    "document",
    "limit_waiver",
    "material_use",
    "outcome",
    "proposal_content",
    "proposal_review",
    "resource_plan",
    "rivalry",
    "room",
    "wanted_document",
    "room_question",
    "room_receipt",
)
"""Tables whose rows only their tenant sees, and the schema's owner."""

OF_MACHINERY = ("audit_seal", "inbox", "outbox", "tenant_calendar", "timer")
"""Tables that the relay, the consumers and the timers use for all tenants at once."""

APPEND_ONLY = ("audit_entry", "audit_seal", "authored_part", "proposal_content", "proposal_review")
"""Tables whose rows are never changed."""

SEARCHED = {
    "competitor": ("name", "aliases", "summary", "strengths", "weaknesses", "opportunities", "threats"),
    "material": ("key", "title", "title_zh", "summary", "tags"),
}
"""What `q` looks through: columns by table."""


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
        "left_alone",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("mail_digest", sa.Text(), nullable=True),
        sa.Column("name_digest", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id", name=op.f("pk_left_alone")),
    )
    op.create_index(op.f("ix_left_alone_mail_digest"), "left_alone", ["mail_digest"], unique=False)
    op.create_index(
        "ix_left_alone_opportunity_id_name_digest", "left_alone", ["opportunity_id", "name_digest"], unique=False
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

    # What persons settled for an opportunity's proposals, each time: a history that is only added to.
    op.create_table(
        "authored_part",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("estimate_revision", sa.Integer(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", "revision", name=op.f("pk_authored_part")),
    )

    # What other services told: opportunities.
    op.create_table(
        "heard_after_sales_plan",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_heard_after_sales_plan")),
    )
    op.create_index(
        op.f("ix_heard_after_sales_plan_opportunity_id"), "heard_after_sales_plan", ["opportunity_id"], unique=False
    )
    op.create_table(
        "heard_economic_analysis",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_heard_economic_analysis")),
    )
    op.create_index(
        op.f("ix_heard_economic_analysis_opportunity_id"), "heard_economic_analysis", ["opportunity_id"], unique=False
    )
    op.create_table(
        "heard_opportunity",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_closed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("prospect", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("constraints", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_heard_opportunity")),
    )

    # Bid decision 投标决策: the tenant's questionnaire, and the decision on one opportunity.
    op.create_table(
        "bid_policy",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("thresholds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price_change", sa.Double(), server_default="0.1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_policy")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_bid_policy_tenant_id_number")),
    )

    # Proposals.
    op.create_table(
        "proposal",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("version_label", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("freshness", sa.Text(), nullable=False),
        sa.Column("stale_because", sa.Text(), nullable=True),
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("baseline_number", sa.Integer(), nullable=False),
        sa.Column("baseline_hash", sa.Text(), nullable=False),
        sa.Column("estimate_revision", sa.Integer(), nullable=False),
        sa.Column("risk_budget_id", sa.Uuid(), nullable=False),
        sa.Column("risk_revision", sa.Integer(), nullable=False),
        sa.Column("authored_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("price_excl_tax", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("price_incl_tax", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("effort_days", sa.Double(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("finish", sa.Date(), nullable=False),
        sa.Column("p80_finish", sa.Date(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=False),
        sa.Column("gaps", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("authors", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("review_round", sa.Integer(), server_default="0", nullable=False),
        sa.Column("review_policy", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reviews_asked", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("review_requested_by", sa.Text(), nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column("approved_hash", sa.Text(), nullable=True),
        sa.Column("win_probability", sa.Double(), nullable=True),
        sa.Column("submitted_by", sa.Text(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("neared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("limits_missed", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
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
            name="one_proposal_accepted",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("opportunity_id"), "="),
            where=sa.text("status = 'submitted'"),
            deferrable="True",
            initially="DEFERRED",
            using="btree",
            name="one_proposal_submitted",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("tenant_id"), "="),
            (sa.column("opportunity_id"), "="),
            where=sa.text("status IN ('draft', 'in_review', 'approved')"),
            deferrable="True",
            initially="DEFERRED",
            using="btree",
            name="one_proposal_in_work",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "revision", name=op.f("uq_proposal_tenant_id_opportunity_id_revision")
        ),
    )

    # Bid decision 投标决策: the tenant's questionnaire, and the decision on one opportunity.
    op.create_table(
        "bid_decision",
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("policy_number", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("recommendation", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("knocked_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unanswered", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("price_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("reopened_because", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("times_reopened", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["bid_policy.id"], name=op.f("fk_bid_decision_policy_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_bid_decision_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_decision")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_bid_decision_tenant_id_opportunity_id")),
    )

    # Branding 文档样式 of documents: who speaks, and in what colours.
    op.create_table(
        "branding",
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("company", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("contact", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("footer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("primary_colour", sa.Text(), nullable=True),
        sa.Column("accent_colour", sa.Text(), nullable=True),
        sa.Column("logo_sha256", sa.Text(), nullable=True),
        sa.Column("logo_media_type", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branding")),
        sa.UniqueConstraint(
            "tenant_id",
            "opportunity_id",
            name=op.f("uq_branding_tenant_id_opportunity_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    # Competitors 竞争对手: who they are, and where we met them.
    op.create_table(
        "competitor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("products", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("strengths", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weaknesses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opportunities", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("threats", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price_position", sa.Text(), nullable=False),
        sa.Column("price_note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competitor")),
    )
    op.create_index("ix_competitor_search", "competitor", ["search"], unique=False, postgresql_using="gin")
    op.create_index("uq_competitor_name", "competitor", ["tenant_id", sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "rivalry",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("competitor_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("expected_price", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("expected_price_currency", sa.Text(), nullable=True),
        sa.Column("strengths_here", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weaknesses_here", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("our_answer", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["competitor_id"], ["competitor.id"], name=op.f("fk_rivalry_competitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rivalry")),
        sa.UniqueConstraint(
            "tenant_id",
            "opportunity_id",
            "competitor_id",
            name=op.f("uq_rivalry_tenant_id_opportunity_id_competitor_id"),
        ),
    )
    op.create_index(op.f("ix_rivalry_competitor_id"), "rivalry", ["competitor_id"], unique=False)
    op.create_index(op.f("ix_rivalry_opportunity_id"), "rivalry", ["opportunity_id"], unique=False)

    # What a proposal says, to the byte, and the documents made of it.
    op.create_table(
        "proposal_content",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("internal_figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_content_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal_content")),
    )

    # Templates of a tenant for its documents: versions, of which one counts.
    op.create_table(
        "template",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("tenant_id", "kind", "number", name=op.f("uq_template_tenant_id_kind_number")),
    )
    op.create_index(
        "uq_template_active",
        "template",
        ["tenant_id", "kind"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )

    # What a proposal says, to the byte, and the documents made of it.
    op.create_table(
        "document",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_document_proposal_id")),
        sa.ForeignKeyConstraint(["template_id"], ["template.id"], name="fk_document_template_id_template"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "tenant_id",
            "proposal_id",
            "language",
            "media_type",
            "engine",
            name=op.f("uq_document_tenant_id_proposal_id_language_media_type_engine"),
        ),
    )
    op.create_index(op.f("ix_document_proposal_id"), "document", ["proposal_id"], unique=False)
    op.create_table(
        "wanted_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name="fk_wanted_document_proposal_id_proposal"),
        sa.ForeignKeyConstraint(["template_id"], ["template.id"], name="fk_wanted_document_template_id_template"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wanted_document")),
    )
    op.create_index(op.f("ix_wanted_document_proposal_id"), "wanted_document", ["proposal_id"], unique=False)

    # Whether a proposal is fit to send: one look, asked by its review, its approval and its submission alike.
    op.create_table(
        "limit_waiver",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("constraint_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("limit", sa.Text(), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_limit_waiver_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_waiver")),
    )
    op.create_index(op.f("ix_limit_waiver_opportunity_id"), "limit_waiver", ["opportunity_id"], unique=False)
    op.create_table(
        "heard_clarification",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="clarification", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("must_codes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_heard_clarification")),
    )
    op.create_index(
        op.f("ix_heard_clarification_opportunity_id"), "heard_clarification", ["opportunity_id"], unique=False
    )
    op.create_table(
        "heard_warnings",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("left", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("worded", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "estimate_id", name=op.f("pk_heard_warnings")),
    )

    # What was heard of an opportunity, and the newest of it.
    op.create_table(
        "proposal_head",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("epoch_began", sa.Text(), nullable=False),
        sa.Column("estimate_revision", sa.Integer(), nullable=False),
        sa.Column("risk_revision", sa.Integer(), nullable=False),
        sa.Column("authored_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("settled", sa.Text(), nullable=True),
        sa.Column("outdated_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outdated_estimate_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outdated_risk", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("left_baseline", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", name=op.f("pk_proposal_head")),
    )
    op.create_table(
        "ingredient",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("estimate_revision", sa.Integer(), nullable=False),
        sa.Column("risk_revision", sa.Integer(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id",
            "opportunity_id",
            "kind",
            "epoch",
            "estimate_revision",
            "risk_revision",
            name=op.f("pk_ingredient"),
        ),
    )

    # Selling material 销售材料: versions with an owner and a review date, and where they were used.
    op.create_table(
        "material",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("title_zh", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_for_clients", sa.Boolean(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stale_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("tenant_id", "key", "number", name=op.f("uq_material_tenant_id_key_number")),
    )
    op.create_index("ix_material_search", "material", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "uq_material_published",
        "material",
        ["tenant_id", "key"],
        unique=True,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_table(
        "material_use",
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_material_use_material_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use")),
    )
    op.create_index(op.f("ix_material_use_material_id"), "material_use", ["material_id"], unique=False)
    op.create_index(op.f("ix_material_use_opportunity_id"), "material_use", ["opportunity_id"], unique=False)

    # How an opportunity ended, why, and what we learn from it.
    op.create_table(
        "outcome",
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("lessons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("competitor_id", sa.Uuid(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("win_probability", sa.Double(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("offered_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("final_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("winning_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["competitor_id"], ["competitor.id"], name=op.f("fk_outcome_competitor_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_outcome_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_outcome_tenant_id_opportunity_id")),
    )
    op.create_index(op.f("ix_outcome_opportunity_id"), "outcome", ["opportunity_id"], unique=False)

    # Reviews of proposals, and the tenant's policy that says how many there must be.
    op.create_table(
        "proposal_review",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_review_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_review")),
    )
    op.create_index(op.f("ix_proposal_review_proposal_id"), "proposal_review", ["proposal_id"], unique=False)
    op.create_table(
        "review_policy",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("usual", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tiers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("required_sections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_policy")),
        sa.UniqueConstraint("tenant_id", "revision", name=op.f("uq_review_policy_tenant_id_revision")),
    )
    op.create_index(
        "uq_review_policy_in_force",
        "review_policy",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )

    # The sections of an opportunity's proposals: who writes each, and what.
    op.create_table(
        "proposal_section",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("settled", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_section")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_proposal_section_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_proposal_section_opportunity_id"), "proposal_section", ["opportunity_id"], unique=False)

    # Schedules: drafted from an estimate, edited by persons, agreed; one draft and one agreed one at most.
    op.create_table(
        "schedule",
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("finish", sa.Date(), nullable=False),
        sa.Column("p50_finish", sa.Date(), nullable=False),
        sa.Column("p80_finish", sa.Date(), nullable=False),
        sa.Column("duration_days", sa.Integer(), nullable=False),
        sa.Column("task_count", sa.Integer(), nullable=False),
        sa.Column("conflict_count", sa.Integer(), nullable=False),
        sa.Column("broken_count", sa.Integer(), nullable=False),
        sa.Column("network_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("network", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("freshness", sa.Text(), nullable=False),
        sa.Column("stale_because", sa.Text(), nullable=True),
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("baseline_number", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("estimate_revision", sa.Integer(), nullable=False),
        sa.Column("risk_budget_id", sa.Uuid(), nullable=False),
        sa.Column("risk_revision", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("is_edited", sa.Boolean(), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "revision", name=op.f("uq_schedule_tenant_id_opportunity_id_revision")
        ),
    )
    op.create_index(op.f("ix_schedule_opportunity_id"), "schedule", ["opportunity_id"], unique=False)
    op.create_index(
        "uq_schedule_agreed",
        "schedule",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'agreed'"),
    )
    op.create_index(
        "uq_schedule_draft",
        "schedule",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'draft'"),
    )

    # Resource plans: people by role and time, material and money, drafted from a schedule and its estimate.
    op.create_table(
        "resource_plan",
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_revision", sa.Integer(), nullable=False),
        sa.Column("schedule_hash", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("finish", sa.Date(), nullable=False),
        sa.Column("needed_days", sa.Double(), nullable=False),
        sa.Column("planned_days", sa.Double(), nullable=False),
        sa.Column("missing_days", sa.Double(), nullable=False),
        sa.Column("peak_people", sa.Double(), nullable=False),
        sa.Column("over_allocated_roles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("freshness", sa.Text(), nullable=False),
        sa.Column("stale_because", sa.Text(), nullable=True),
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("baseline_number", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("estimate_revision", sa.Integer(), nullable=False),
        sa.Column("risk_budget_id", sa.Uuid(), nullable=False),
        sa.Column("risk_revision", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("is_edited", sa.Boolean(), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_resource_plan_schedule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_plan")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "revision", name=op.f("uq_resource_plan_tenant_id_opportunity_id_revision")
        ),
    )
    op.create_index(op.f("ix_resource_plan_opportunity_id"), "resource_plan", ["opportunity_id"], unique=False)
    op.create_index(
        "uq_resource_plan_agreed",
        "resource_plan",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'agreed'"),
    )
    op.create_index(
        "uq_resource_plan_draft",
        "resource_plan",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'draft'"),
    )

    # Client rooms: a submitted proposal behind a signed link, what was opened in it, what was asked, and the answer.
    op.create_table(
        "room",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("recipient_mail", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("may_answer", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_room_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    op.create_index(op.f("ix_room_opportunity_id"), "room", ["opportunity_id"], unique=False)
    op.create_index(op.f("ix_room_proposal_id"), "room", ["proposal_id"], unique=False)
    op.create_table(
        "room_receipt",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_receipt_room_id")),
        sa.PrimaryKeyConstraint("tenant_id", "room_id", "what", name=op.f("pk_room_receipt")),
    )
    op.create_table(
        "room_question",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("requirement_code", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("clarification_id", sa.Uuid(), nullable=True),
        sa.Column("clarification_version", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_question_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_question")),
    )
    op.create_index(op.f("ix_room_question_opportunity_id"), "room_question", ["opportunity_id"], unique=False)
    op.create_index(op.f("ix_room_question_room_id"), "room_question", ["room_id"], unique=False)

    # Technical solution 技术方案 of an opportunity: what persons design and decide.
    op.create_table(
        "solution",
        sa.Column("design", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_solution_tenant_id_opportunity_id")),
    )

    # Selling strategy 销售策略 of an opportunity: win themes, objections, value story.
    op.create_table(
        "strategy",
        sa.Column("positioning", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("win_themes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("objections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("value_story", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_strategy_tenant_id_opportunity_id")),
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

    op.execute(
        r"""CREATE FUNCTION search_tokens(said text) RETURNS tsvector IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
        SELECT coalesce(array_to_tsvector(array_agg(DISTINCT CASE pairs WHEN 0 THEN run ELSE substr(run, i, 2) END)),
            '')
        FROM regexp_matches(
            lower(normalize(said, NFKC) COLLATE pg_c_utf8),
            '[\u3400-\u4dbf\u4e00-\u9fff]+|[0-9a-z\u00df-\u00f6\u00f8-\u024f\u0370-\u052f]+', 'g'
        ) AS found(match),
        LATERAL (SELECT match[1] AS run) AS runs,
        LATERAL (SELECT CASE WHEN run COLLATE "C" < '㐀' THEN 0 ELSE greatest(length(run) - 1, 1) END AS pairs) AS n,
        LATERAL generate_series(1, greatest(pairs, 1)) AS i $$"""
    )
    op.execute(
        r"""CREATE FUNCTION fill_search() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE name text; said text := '';
        BEGIN
            FOREACH name IN ARRAY TG_ARGV LOOP said := said || ' ' || coalesce(to_jsonb(NEW) ->> name, ''); END LOOP;
            NEW.search := search_tokens(said);
            RETURN NEW;
        END $$"""
    )

    for table, columns in SEARCHED.items():
        names = ", ".join(f"'{column}'" for column in columns)
        op.execute(
            f"CREATE TRIGGER fill_search BEFORE INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION fill_search({names})"
        )
        op.execute(
            f"CREATE FUNCTION search_{table}(query tsquery, most integer) RETURNS SETOF uuid STABLE SECURITY DEFINER"
            " SET search_path = public LANGUAGE sql AS $$"
            f" SELECT id FROM {table} WHERE search @@ query AND tenant_id = current_setting('app.tenant') LIMIT most $$"
        )
        # The index is not asked where a policy must be looked at first.
        op.execute(f"CREATE POLICY search ON {table} FOR SELECT TO CURRENT_USER USING (true)")


def downgrade() -> None:
    raise NotImplementedError("Nothing comes before the first schema: make the database anew.")
