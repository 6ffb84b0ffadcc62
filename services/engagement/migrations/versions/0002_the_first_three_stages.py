"""Talks, questions, promises, response clocks, and the support that is given: the first three stages are whole."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0002", "0001"

ROWS_OF_TENANTS = (
    "advice",
    "after_sales_plan",
    "article",
    "cadence",
    "cadence_rule",
    "calendar",
    "calendar_feed",
    "clarification",
    "colleague",
    "commitment",
    "engagement_counter",
    "handover",
    "known_basis",
    "need",
    "proof_of_concept",
    "response_clock",
    "response_policy",
    "support_message",
    "support_request",
    "survey",
    "survey_invitation",
    "time_entry",
    "training",
)
"""Tables whose rows only their tenant sees."""

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
    )
    op.create_index(op.f("ix_clarification_opportunity_id"), "clarification", ["opportunity_id"], unique=False)
    op.create_index(
        "ix_clarification_requirement_ids", "clarification", ["requirement_ids"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_clarification_search", "clarification", ["search"], unique=False, postgresql_using="gin")
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
    )
    op.create_index(op.f("ix_commitment_interaction_id"), "commitment", ["interaction_id"], unique=False)
    op.create_index(op.f("ix_commitment_opportunity_id"), "commitment", ["opportunity_id"], unique=False)
    op.create_index("ix_commitment_opportunity_id_due_on", "commitment", ["opportunity_id", "due_on"], unique=False)
    op.create_index("ix_commitment_search", "commitment", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "engagement_counter",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_engagement_counter")),
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
        sa.Column("is_active", sa.Boolean(), nullable=False),
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
    op.add_column("contact", sa.Column("role", sa.Text(), nullable=True))
    op.add_column("contact", sa.Column("chat", sa.Text(), nullable=True))
    op.add_column("contact", sa.Column("meeting", sa.Text(), nullable=True))
    op.add_column("contact", sa.Column("time_zone", sa.Text(), nullable=True))
    op.add_column("contact", sa.Column("consent", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("contact", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_contact_search", "contact", ["search"], unique=False, postgresql_using="gin")
    op.add_column("interaction", sa.Column("agenda", sa.Text(), nullable=True))
    op.add_column(
        "interaction",
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column(
        "interaction", sa.Column("needs_answer", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("interaction", sa.Column("priority", sa.Text(), server_default="normal", nullable=False))
    op.add_column("interaction", sa.Column("in_reply_to", sa.Uuid(), nullable=True))
    op.add_column("interaction", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index(op.f("ix_interaction_opportunity_id"), "interaction", ["opportunity_id"], unique=False)
    op.create_index("ix_interaction_search", "interaction", ["search"], unique=False, postgresql_using="gin")
    op.add_column("known_opportunity", sa.Column("code", sa.Text(), nullable=True))
    op.add_column("known_opportunity", sa.Column("title", sa.Text(), nullable=True))
    op.add_column("known_opportunity", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("known_opportunity", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("known_opportunity", sa.Column("stage", sa.Text(), server_default="draft", nullable=False))
    op.add_column("known_opportunity", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("known_requirement", sa.Column("priority", sa.Text(), nullable=True))

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
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
        op.execute(f"UPDATE {table} SET search = NULL")


def downgrade() -> None:
    for table in SEARCHED:
        op.execute(f"DROP TRIGGER fill_search ON {table}")
        op.execute(f"DROP FUNCTION search_{table}(tsquery, integer)")
    op.drop_column("known_requirement", "priority")
    op.drop_column("known_opportunity", "version")
    op.drop_column("known_opportunity", "stage")
    op.drop_column("known_opportunity", "language")
    op.drop_column("known_opportunity", "owner")
    op.drop_column("known_opportunity", "title")
    op.drop_column("known_opportunity", "code")
    op.drop_index("ix_interaction_search", table_name="interaction", postgresql_using="gin")
    op.drop_index(op.f("ix_interaction_opportunity_id"), table_name="interaction")
    op.drop_column("interaction", "search")
    op.drop_column("interaction", "in_reply_to")
    op.drop_column("interaction", "priority")
    op.drop_column("interaction", "needs_answer")
    op.drop_column("interaction", "attachments")
    op.drop_column("interaction", "agenda")
    op.drop_index("ix_contact_search", table_name="contact", postgresql_using="gin")
    op.drop_column("contact", "search")
    op.drop_column("contact", "consent")
    op.drop_column("contact", "time_zone")
    op.drop_column("contact", "meeting")
    op.drop_column("contact", "chat")
    op.drop_column("contact", "role")
    op.drop_index("ix_training_search", table_name="training", postgresql_using="gin")
    op.drop_index(op.f("ix_training_opportunity_id"), table_name="training")
    op.drop_table("training")
    op.drop_index(op.f("ix_time_entry_support_request_id"), table_name="time_entry")
    op.drop_index(op.f("ix_time_entry_opportunity_id"), table_name="time_entry")
    op.drop_index("ix_time_entry_colleague_id_worked_on", table_name="time_entry")
    op.drop_table("time_entry")
    op.drop_index(op.f("ix_support_message_support_request_id"), table_name="support_message")
    op.drop_index(op.f("ix_support_message_opportunity_id"), table_name="support_message")
    op.drop_table("support_message")
    op.drop_index("ix_support_request_search", table_name="support_request", postgresql_using="gin")
    op.drop_index("ix_support_request_requirement_ids", table_name="support_request", postgresql_using="gin")
    op.drop_index(op.f("ix_support_request_opportunity_id"), table_name="support_request")
    op.drop_index(op.f("ix_support_request_assignee_id"), table_name="support_request")
    op.drop_table("support_request")
    op.drop_index("uq_response_clock_open", table_name="response_clock", postgresql_where=sa.text("stopped_at IS NULL"))
    op.drop_index("ix_response_clock_opportunity_id", table_name="response_clock")
    op.drop_index(op.f("ix_response_clock_calendar_id"), table_name="response_clock")
    op.drop_table("response_clock")
    op.drop_index(op.f("ix_survey_invitation_training_id"), table_name="survey_invitation")
    op.drop_index(op.f("ix_survey_invitation_survey_id"), table_name="survey_invitation")
    op.drop_index(op.f("ix_survey_invitation_opportunity_id"), table_name="survey_invitation")
    op.drop_table("survey_invitation")
    op.drop_table("response_policy")
    op.drop_index("ix_colleague_search", table_name="colleague", postgresql_using="gin")
    op.drop_table("colleague")
    op.drop_index(op.f("ix_timer_next_at"), table_name="timer")
    op.drop_table("timer")
    op.drop_index("ix_survey_search", table_name="survey", postgresql_using="gin")
    op.drop_table("survey")
    op.drop_index("ix_proof_of_concept_search", table_name="proof_of_concept", postgresql_using="gin")
    op.drop_index("ix_proof_of_concept_requirement_ids", table_name="proof_of_concept", postgresql_using="gin")
    op.drop_index(op.f("ix_proof_of_concept_opportunity_id"), table_name="proof_of_concept")
    op.drop_table("proof_of_concept")
    op.drop_index(op.f("ix_need_opportunity_id"), table_name="need")
    op.drop_index(op.f("ix_need_interaction_id"), table_name="need")
    op.drop_index(op.f("ix_need_clarification_id"), table_name="need")
    op.drop_table("need")
    op.drop_table("known_basis")
    op.drop_index(op.f("ix_handover_opportunity_id"), table_name="handover")
    op.drop_table("handover")
    op.drop_table("engagement_counter")
    op.drop_index("ix_commitment_search", table_name="commitment", postgresql_using="gin")
    op.drop_index("ix_commitment_opportunity_id_due_on", table_name="commitment")
    op.drop_index(op.f("ix_commitment_opportunity_id"), table_name="commitment")
    op.drop_index(op.f("ix_commitment_interaction_id"), table_name="commitment")
    op.drop_table("commitment")
    op.drop_index("ix_clarification_search", table_name="clarification", postgresql_using="gin")
    op.drop_index("ix_clarification_requirement_ids", table_name="clarification", postgresql_using="gin")
    op.drop_index(op.f("ix_clarification_opportunity_id"), table_name="clarification")
    op.drop_table("clarification")
    op.drop_table("calendar_feed")
    op.drop_table("calendar")
    op.drop_table("cadence_rule")
    op.drop_table("cadence")
    op.drop_index("uq_article_published", table_name="article", postgresql_where=sa.text("status = 'published'"))
    op.drop_index("ix_article_search", table_name="article", postgresql_using="gin")
    op.drop_table("article")
    op.drop_index(
        "uq_after_sales_plan_agreed", table_name="after_sales_plan", postgresql_where=sa.text("status = 'agreed'")
    )
    op.drop_index(op.f("ix_after_sales_plan_opportunity_id"), table_name="after_sales_plan")
    op.drop_table("after_sales_plan")
    op.drop_index("ix_advice_search", table_name="advice", postgresql_using="gin")
    op.drop_index(op.f("ix_advice_opportunity_id"), table_name="advice")
    op.drop_table("advice")

    op.execute("DROP FUNCTION fill_search()")
    op.execute("DROP FUNCTION search_tokens(text)")
