"""The first three stages whole: discovery, intake, fit to products, change requests, what is known of other stages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0002", "0001"

ROWS_OF_TENANTS = (
    "capability",
    "change_request",
    "confirmation",
    "fit_assessment",
    "import",
    "import_row",
    "import_source",
    "interview",
    "invitation",
    "known_clarification",
    "known_figures",
    "operation",
    "pain",
    "product",
    "questionnaire",
    "stakeholder",
)
"""Tables whose rows only their tenant sees."""

SEARCHED = {
    "capability": ("code", "name", "name_zh", "description", "description_zh"),
    "change_request": ("code", "title", "reason"),
    "client": ("name", "industry", "background", "market_position", "existing_systems"),
    "interview": ("code", "title", "notes", "quotes"),
    "opportunity": ("code", "title", "objectives", "external_ref"),
    "pain": ("statement", "affected"),
    "product": ("code", "name", "name_zh", "description", "description_zh"),
    "questionnaire": ("key", "title", "title_zh"),
    "requirement": ("code", "title", "statement", "rationale", "client_words"),
    "stakeholder": ("name", "position", "needs"),
}
"""What `q` looks through: columns by table."""


def upgrade() -> None:
    op.create_table(
        "import_row",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wish", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_zh", sa.Text(), nullable=True),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("suggested", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "import_id", "number", name=op.f("pk_import_row")),
    )
    op.create_table(
        "import_source",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "import_id", name=op.f("pk_import_source")),
    )
    op.create_table(
        "known_clarification",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_known_clarification")),
    )
    op.create_index(
        op.f("ix_known_clarification_opportunity_id"), "known_clarification", ["opportunity_id"], unique=False
    )
    op.create_table(
        "known_figures",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("position", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", "part", name=op.f("pk_known_figures")),
    )
    op.create_table(
        "operation",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
    )
    op.create_table(
        "product",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("description_zh", sa.Text(), nullable=True),
        sa.Column("list_price", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("tenant_id", "code", "release", name=op.f("uq_product_tenant_id_code_release")),
    )
    op.create_index("ix_product_search", "product", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "questionnaire",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire")),
        sa.UniqueConstraint("tenant_id", "key", "number", name=op.f("uq_questionnaire_tenant_id_key_number")),
    )
    op.create_index("ix_questionnaire_search", "questionnaire", ["search"], unique=False, postgresql_using="gin")
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
        "capability",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("description_zh", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("configuration_days", sa.Double(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_capability_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capability")),
        sa.UniqueConstraint("tenant_id", "product_id", "code", name=op.f("uq_capability_tenant_id_product_id_code")),
    )
    op.create_index(op.f("ix_capability_product_id"), "capability", ["product_id"], unique=False)
    op.create_index("ix_capability_search", "capability", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "confirmation",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("shown", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("recipient_mail", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_confirmation_opportunity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
    )
    op.create_index(op.f("ix_confirmation_opportunity_id"), "confirmation", ["opportunity_id"], unique=False)
    op.create_table(
        "import",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("same_as", sa.Uuid(), nullable=True),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_import_opportunity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    op.create_index(op.f("ix_import_opportunity_id"), "import", ["opportunity_id"], unique=False)
    op.create_table(
        "interview",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("participants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("quotes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_interview_opportunity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_interview_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_interview_opportunity_id"), "interview", ["opportunity_id"], unique=False)
    op.create_index("ix_interview_search", "interview", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "pain",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("affected", sa.Text(), nullable=True),
        sa.Column("cost_of_inaction", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("source", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_pain_opportunity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pain")),
    )
    op.create_index(op.f("ix_pain_opportunity_id"), "pain", ["opportunity_id"], unique=False)
    op.create_index("ix_pain_search", "pain", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "stakeholder",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("influence", sa.Integer(), nullable=False),
        sa.Column("interest", sa.Integer(), nullable=False),
        sa.Column("stance", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("last_met_on", sa.Date(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_stakeholder_opportunity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder")),
    )
    op.create_index(op.f("ix_stakeholder_opportunity_id"), "stakeholder", ["opportunity_id"], unique=False)
    op.create_index("ix_stakeholder_search", "stakeholder", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "change_request",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("origin", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("operations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("scenario_id", sa.Uuid(), nullable=True),
        sa.Column("basis_hash", sa.Text(), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("failure", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("baseline_id", sa.Uuid(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["baseline_id"], ["baseline.id"], name=op.f("fk_change_request_baseline_id")),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_change_request_opportunity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_change_request_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_change_request_opportunity_id"), "change_request", ["opportunity_id"], unique=False)
    op.create_index(op.f("ix_change_request_scenario_id"), "change_request", ["scenario_id"], unique=False)
    op.create_index("ix_change_request_search", "change_request", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "fit_assessment",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_id", sa.Uuid(), nullable=False),
        sa.Column("requirement_code", sa.Text(), nullable=False),
        sa.Column("capability_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("alternative", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("gap", sa.Text(), nullable=True),
        sa.Column("gap_effort_days", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("deviation", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspects", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_fit_assessment_opportunity_id")),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_fit_assessment_requirement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fit_assessment")),
        sa.UniqueConstraint("tenant_id", "requirement_id", name=op.f("uq_fit_assessment_tenant_id_requirement_id")),
    )
    op.create_index(op.f("ix_fit_assessment_opportunity_id"), "fit_assessment", ["opportunity_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("stakeholder_id", sa.Uuid(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("made_requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("made_pain_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("recipient_mail", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_invitation_opportunity_id")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_invitation_questionnaire_id")
        ),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_invitation_stakeholder_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    op.create_index(op.f("ix_invitation_opportunity_id"), "invitation", ["opportunity_id"], unique=False)
    op.create_index(op.f("ix_invitation_questionnaire_id"), "invitation", ["questionnaire_id"], unique=False)
    op.add_column("client", sa.Column("industry_scheme", sa.Text(), nullable=True))
    op.add_column("client", sa.Column("competitive_situation", sa.Text(), nullable=True))
    op.add_column("client", sa.Column("market_position", sa.Text(), nullable=True))
    op.add_column(
        "client", sa.Column("existing_systems", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("client", sa.Column("decision_process", sa.Text(), nullable=True))
    op.add_column(
        "client", sa.Column("statements", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False)
    )
    op.add_column("client", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_client_search", "client", ["search"], unique=False, postgresql_using="gin")
    op.add_column("client_constraint", sa.Column("firmness", sa.Text(), nullable=True))
    op.add_column("client_constraint", sa.Column("funding_source", sa.Text(), nullable=True))
    op.add_column(
        "concern", sa.Column("suspects", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False)
    )
    op.add_column("opportunity", sa.Column("type", sa.Text(), nullable=True))
    op.add_column(
        "opportunity", sa.Column("team", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False)
    )
    op.add_column("opportunity", sa.Column("held_from", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_opportunity_search", "opportunity", ["search"], unique=False, postgresql_using="gin")
    op.add_column("requirement", sa.Column("client_words", sa.Text(), nullable=True))
    op.add_column("requirement", sa.Column("origin", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column(
        "requirement",
        sa.Column("suspects", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column(
        "requirement",
        sa.Column("dismissals", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("requirement", sa.Column("confirmed_by", sa.Text(), nullable=True))
    op.add_column("requirement", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("requirement", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_requirement_created_at", "requirement", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("ix_requirement_search", "requirement", ["search"], unique=False, postgresql_using="gin")

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
    op.drop_index("ix_requirement_search", table_name="requirement", postgresql_using="gin")
    op.drop_index("ix_requirement_created_at", table_name="requirement")
    op.drop_column("requirement", "search")
    op.drop_column("requirement", "confirmed_at")
    op.drop_column("requirement", "confirmed_by")
    op.drop_column("requirement", "dismissals")
    op.drop_column("requirement", "suspects")
    op.drop_column("requirement", "origin")
    op.drop_column("requirement", "client_words")
    op.drop_index("ix_opportunity_search", table_name="opportunity", postgresql_using="gin")
    op.drop_column("opportunity", "search")
    op.drop_column("opportunity", "held_from")
    op.drop_column("opportunity", "team")
    op.drop_column("opportunity", "type")
    op.drop_column("concern", "suspects")
    op.drop_column("client_constraint", "funding_source")
    op.drop_column("client_constraint", "firmness")
    op.drop_index("ix_client_search", table_name="client", postgresql_using="gin")
    op.drop_column("client", "search")
    op.drop_column("client", "statements")
    op.drop_column("client", "decision_process")
    op.drop_column("client", "existing_systems")
    op.drop_column("client", "market_position")
    op.drop_column("client", "competitive_situation")
    op.drop_column("client", "industry_scheme")
    op.drop_index(op.f("ix_invitation_questionnaire_id"), table_name="invitation")
    op.drop_index(op.f("ix_invitation_opportunity_id"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_fit_assessment_opportunity_id"), table_name="fit_assessment")
    op.drop_table("fit_assessment")
    op.drop_index("ix_change_request_search", table_name="change_request", postgresql_using="gin")
    op.drop_index(op.f("ix_change_request_scenario_id"), table_name="change_request")
    op.drop_index(op.f("ix_change_request_opportunity_id"), table_name="change_request")
    op.drop_table("change_request")
    op.drop_index("ix_stakeholder_search", table_name="stakeholder", postgresql_using="gin")
    op.drop_index(op.f("ix_stakeholder_opportunity_id"), table_name="stakeholder")
    op.drop_table("stakeholder")
    op.drop_index("ix_pain_search", table_name="pain", postgresql_using="gin")
    op.drop_index(op.f("ix_pain_opportunity_id"), table_name="pain")
    op.drop_table("pain")
    op.drop_index("ix_interview_search", table_name="interview", postgresql_using="gin")
    op.drop_index(op.f("ix_interview_opportunity_id"), table_name="interview")
    op.drop_table("interview")
    op.drop_index(op.f("ix_import_opportunity_id"), table_name="import")
    op.drop_table("import")
    op.drop_index(op.f("ix_confirmation_opportunity_id"), table_name="confirmation")
    op.drop_table("confirmation")
    op.drop_index("ix_capability_search", table_name="capability", postgresql_using="gin")
    op.drop_index(op.f("ix_capability_product_id"), table_name="capability")
    op.drop_table("capability")
    op.drop_index(op.f("ix_timer_next_at"), table_name="timer")
    op.drop_table("timer")
    op.drop_index("ix_questionnaire_search", table_name="questionnaire", postgresql_using="gin")
    op.drop_table("questionnaire")
    op.drop_index("ix_product_search", table_name="product", postgresql_using="gin")
    op.drop_table("product")
    op.drop_table("operation")
    op.drop_table("known_figures")
    op.drop_index(op.f("ix_known_clarification_opportunity_id"), table_name="known_clarification")
    op.drop_table("known_clarification")
    op.drop_table("import_source")
    op.drop_table("import_row")

    op.execute("DROP FUNCTION fill_search()")
    op.execute("DROP FUNCTION search_tokens(text)")
