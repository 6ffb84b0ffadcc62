"""The schema of the engagement service: its tables, and the rules that the database itself keeps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0001", None

ROWS_OF_TENANTS = (
    "advice",
    "after_sales_plan",
    "article",
    "audit_entry",
    "cadence",
    "cadence_rule",
    "calendar",
    "calendar_feed",
    "clarification",
    "commitment",
    "contact",
    "engagement_counter",
    "handover",
    "idempotency_key",
    "interaction",
    "known_basis",
    "known_branding",
    "known_colleague",
    "known_opportunity",
    "known_requirement",
    "left_alone",
    "need",
    "parked_event",
    "proof_of_concept",
    "survey",
    "colleague",
    "response_policy",
    "survey_invitation",
    "response_clock",
    "support_request",
    "support_message",
    "time_entry",
    "training",
)
"""Tables whose rows only their tenant sees, and the schema's owner."""

OF_MACHINERY = ("audit_seal", "inbox", "outbox", "tenant_calendar", "timer")
"""Tables that the relay, the consumers and the timers use for all tenants at once."""

APPEND_ONLY = ("audit_entry", "audit_seal")
"""Tables whose rows are never changed."""

SEARCHED = {
    "advice": ("code", "occasion", "recommendation", "because", "alternatives"),
    "article": ("key", "title", "title_zh", "body", "body_zh", "tags"),
    "clarification": ("code", "question", "context", "answer"),
    "colleague": ("name", "role", "skills"),
    "commitment": ("code", "statement", "owner", "note"),
    "contact": ("name", "position", "organisation", "mail", "chat"),
    "interaction": ("subject", "agenda", "notes", "next_step"),
    "proof_of_concept": ("code", "title", "goal", "conclusion"),
    "support_request": ("code", "title", "description", "delivery"),
    "survey": ("key", "title", "title_zh"),
    "training": ("code", "topic", "audience", "goal", "conclusion"),
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
        "known_branding",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("company", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("contact", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", name=op.f("pk_known_branding")),
    )
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

    # What other services told: opportunities and requirements.
    op.create_table(
        "known_opportunity",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), server_default="draft", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_known_opportunity")),
    )
    op.create_table(
        "known_requirement",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_known_requirement")),
    )

    # People at the client, and who wants to be left alone.
    op.create_table(
        "contact",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("chat", sa.Text(), nullable=True),
        sa.Column("meeting", sa.Text(), nullable=True),
        sa.Column("preferred_channel", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("consent", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("do_not_contact_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "mail", name=op.f("uq_contact_tenant_id_opportunity_id_mail")
        ),
    )
    op.create_index(op.f("ix_contact_opportunity_id"), "contact", ["opportunity_id"], unique=False)
    op.create_index("ix_contact_search", "contact", ["search"], unique=False, postgresql_using="gin")

    # Professional advice 专业建议: what we recommended, why, and what the client made of it.
    op.create_table(
        "advice",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("recommendation", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("alternatives", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("contact_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("clarification_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advice")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_advice_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_advice_opportunity_id"), "advice", ["opportunity_id"], unique=False)
    op.create_index("ix_advice_search", "advice", ["search"], unique=False, postgresql_using="gin")

    # After-sales plans 售后: service levels, warranty, and whom the client turns to.
    op.create_table(
        "after_sales_plan",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("service_levels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("warranty_months", sa.Integer(), nullable=False),
        sa.Column("warranty_terms", sa.Text(), nullable=True),
        sa.Column("contacts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("maintenance_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("maintenance_currency", sa.Text(), nullable=True),
        sa.Column("maintenance_terms", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_sales_plan")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "number", name=op.f("uq_after_sales_plan_tenant_id_opportunity_id_number")
        ),
    )
    op.create_index(op.f("ix_after_sales_plan_opportunity_id"), "after_sales_plan", ["opportunity_id"], unique=False)
    op.create_index(
        "uq_after_sales_plan_agreed",
        "after_sales_plan",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'agreed'"),
    )

    # Knowledge 知识库: articles with an owner and a day by which somebody must look at them again.
    op.create_table(
        "article",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("title_zh", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_zh", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("tenant_id", "key", "number", name=op.f("uq_article_tenant_id_key_number")),
    )
    op.create_index("ix_article_search", "article", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "uq_article_published",
        "article",
        ["tenant_id", "key"],
        unique=True,
        postgresql_where=sa.text("status = 'published'"),
    )

    # Continuing contact 持续沟通: how often we talk with the client, by the stage of the opportunity.
    op.create_table(
        "cadence_rule",
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadence_rule")),
        sa.UniqueConstraint("tenant_id", "stage", name=op.f("uq_cadence_rule_tenant_id_stage")),
    )
    op.create_table(
        "cadence",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_touch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_touch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadence")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_cadence_tenant_id_opportunity_id")),
    )

    # Calendar feeds: what somebody's calendar program follows.
    op.create_table(
        "calendar_feed",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
    )

    # Business calendars of a tenant: hours by weekday, public holidays and make-up days by year.
    op.create_table(
        "calendar",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("years", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_calendar_tenant_id_code")),
    )

    # Clarifications 答疑: questions between the client and us, and what came of them.
    op.create_table(
        "clarification",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=True),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("seen_versions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("owed_by", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("room_question_id", sa.Uuid(), nullable=True),
        sa.Column("holds_up_kind", sa.Text(), nullable=True),
        sa.Column("holds_up_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarification")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_clarification_tenant_id_opportunity_id_code")
        ),
        sa.UniqueConstraint("tenant_id", "room_question_id", name=op.f("uq_clarification_tenant_id_room_question_id")),
    )
    op.create_index(op.f("ix_clarification_opportunity_id"), "clarification", ["opportunity_id"], unique=False)
    op.create_index(
        "ix_clarification_requirement_ids", "clarification", ["requirement_ids"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_clarification_search", "clarification", ["search"], unique=False, postgresql_using="gin")

    # People of the presales team: what they can do, when they work, and what a day of theirs costs us.
    op.create_table(
        "colleague",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("weekly_hours", sa.Double(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=True),
        sa.Column("absences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("day_costs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("inactive_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_colleague_calendar_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague")),
        sa.UniqueConstraint("tenant_id", "subject", name=op.f("uq_colleague_tenant_id_subject")),
    )
    op.create_index("ix_colleague_search", "colleague", ["search"], unique=False, postgresql_using="gin")

    # Commitments: what we and the client have promised each other, the mutual action plan.
    op.create_table(
        "commitment",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("depends_on", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("clarification_id", sa.Uuid(), nullable=True),
        sa.Column("survey_invitation_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("overdue_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_commitment_tenant_id_opportunity_id_code")
        ),
        sa.UniqueConstraint(
            "tenant_id", "survey_invitation_id", name=op.f("uq_commitment_tenant_id_survey_invitation_id")
        ),
    )
    op.create_index(op.f("ix_commitment_interaction_id"), "commitment", ["interaction_id"], unique=False)
    op.create_index(op.f("ix_commitment_opportunity_id"), "commitment", ["opportunity_id"], unique=False)
    op.create_index("ix_commitment_opportunity_id_due_on", "commitment", ["opportunity_id", "due_on"], unique=False)
    op.create_index("ix_commitment_search", "commitment", ["search"], unique=False, postgresql_using="gin")

    # Support requests 售前支持申请: what sales asks of the specialists, and how it went.
    op.create_table(
        "support_request",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=True),
        sa.Column("expected_hours", sa.Double(), nullable=False),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("assignment", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("waiting_reason", sa.Text(), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery", sa.Text(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_comment", sa.Text(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rated_by", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times_reopened", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["colleague.id"], name=op.f("fk_support_request_assignee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_request")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_support_request_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_support_request_assignee_id"), "support_request", ["assignee_id"], unique=False)
    op.create_index(op.f("ix_support_request_opportunity_id"), "support_request", ["opportunity_id"], unique=False)
    op.create_index(
        "ix_support_request_requirement_ids",
        "support_request",
        ["requirement_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index("ix_support_request_search", "support_request", ["search"], unique=False, postgresql_using="gin")

    # Hours that people of ours spent on an opportunity.
    op.create_table(
        "time_entry",
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("support_request_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleague.id"], name=op.f("fk_time_entry_colleague_id")),
        sa.ForeignKeyConstraint(
            ["support_request_id"], ["support_request.id"], name=op.f("fk_time_entry_support_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
    )
    op.create_index("ix_time_entry_colleague_id_worked_on", "time_entry", ["colleague_id", "worked_on"], unique=False)
    op.create_index(op.f("ix_time_entry_opportunity_id"), "time_entry", ["opportunity_id"], unique=False)
    op.create_index(op.f("ix_time_entry_support_request_id"), "time_entry", ["support_request_id"], unique=False)

    # Hand-over packages 交接: what delivery must know of an opportunity that was won.
    op.create_table(
        "known_basis",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", "kind", name=op.f("pk_known_basis")),
    )
    op.create_table(
        "handover",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("contact_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("offered_by", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_to", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("returns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_handover_tenant_id_opportunity_id")),
    )
    op.create_index(op.f("ix_handover_opportunity_id"), "handover", ["opportunity_id"], unique=False)

    # Talks with the client.
    op.create_table(
        "interaction",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("participants", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("sentiment", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("needs_answer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("priority", sa.Text(), server_default="normal", nullable=False),
        sa.Column("in_reply_to", sa.Uuid(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
    )
    op.create_index(op.f("ix_interaction_opportunity_id"), "interaction", ["opportunity_id"], unique=False)
    op.create_index(
        "ix_interaction_opportunity_id_occurred_at",
        "interaction",
        ["opportunity_id", "occurred_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_interaction_requirement_ids", "interaction", ["requirement_ids"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_interaction_search", "interaction", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "need",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("clarification_id", sa.Uuid(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("client_words", sa.Text(), nullable=True),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("requirement_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index(op.f("ix_need_clarification_id"), "need", ["clarification_id"], unique=False)
    op.create_index(op.f("ix_need_interaction_id"), "need", ["interaction_id"], unique=False)
    op.create_index(op.f("ix_need_opportunity_id"), "need", ["opportunity_id"], unique=False)

    # Numbers that people say: CLR-001, ADV-002.
    op.create_table(
        "engagement_counter",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_engagement_counter")),
    )

    # Demos and proofs of concept: what is to be shown, by which criteria, and what was shown.
    op.create_table(
        "proof_of_concept",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=True),
        sa.Column("participants", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("contact_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("seen_versions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_of_concept")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_proof_of_concept_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_proof_of_concept_opportunity_id"), "proof_of_concept", ["opportunity_id"], unique=False)
    op.create_index(
        "ix_proof_of_concept_requirement_ids",
        "proof_of_concept",
        ["requirement_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index("ix_proof_of_concept_search", "proof_of_concept", ["search"], unique=False, postgresql_using="gin")

    # How soon we promise to answer, and the clocks that hold us to it.
    op.create_table(
        "response_policy",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("first_minutes", sa.Integer(), nullable=False),
        sa.Column("following_minutes", sa.Integer(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=True),
        sa.Column("due_soon_fraction", sa.Double(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_response_policy_calendar_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_policy")),
        sa.UniqueConstraint(
            "tenant_id",
            "subject_kind",
            "priority",
            "revision",
            name=op.f("uq_response_policy_tenant_id_subject_kind_priority_revision"),
        ),
    )
    op.create_index(
        "uq_response_policy_in_force",
        "response_policy",
        ["tenant_id", "subject_kind", "priority"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "response_clock",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_label", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("due_soon_fraction", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_soon_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("neared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("elapsed_minutes", sa.Double(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_response_clock_calendar_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["response_policy.id"], name=op.f("fk_response_clock_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_clock")),
    )
    op.create_index(op.f("ix_response_clock_calendar_id"), "response_clock", ["calendar_id"], unique=False)
    op.create_index("ix_response_clock_opportunity_id", "response_clock", ["opportunity_id", "state"], unique=False)
    op.create_index(
        "uq_response_clock_open",
        "response_clock",
        ["tenant_id", "subject_kind", "subject_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("stopped_at IS NULL"),
    )

    # Support requests 售前支持申请: what sales asks of the specialists, and how it went.
    op.create_table(
        "support_message",
        sa.Column("support_request_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("is_acknowledgement", sa.Boolean(), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["support_request_id"], ["support_request.id"], name=op.f("fk_support_message_support_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_message")),
    )
    op.create_index(op.f("ix_support_message_opportunity_id"), "support_message", ["opportunity_id"], unique=False)
    op.create_index(
        op.f("ix_support_message_support_request_id"), "support_message", ["support_request_id"], unique=False
    )

    # Satisfaction 满意度: what we ask the client by link, and what comes back.
    op.create_table(
        "survey",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("tenant_id", "key", "number", name=op.f("uq_survey_tenant_id_key_number")),
    )
    op.create_index("ix_survey_search", "survey", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "survey_invitation",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("support_request_id", sa.Uuid(), nullable=True),
        sa.Column("training_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("recipient_mail", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_invitation_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_invitation")),
    )
    op.create_index(op.f("ix_survey_invitation_opportunity_id"), "survey_invitation", ["opportunity_id"], unique=False)
    op.create_index(op.f("ix_survey_invitation_survey_id"), "survey_invitation", ["survey_id"], unique=False)
    op.create_index(op.f("ix_survey_invitation_training_id"), "survey_invitation", ["training_id"], unique=False)

    # Trainings: sessions, who is to come and who came, and what they thought of it.
    op.create_table(
        "training",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=True),
        sa.Column("materials", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sessions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("participants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("support_request_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["support_request_id"], ["support_request.id"], name=op.f("fk_training_support_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_training_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_training_opportunity_id"), "training", ["opportunity_id"], unique=False)
    op.create_index("ix_training_search", "training", ["search"], unique=False, postgresql_using="gin")

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
