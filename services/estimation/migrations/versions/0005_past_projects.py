"""Past projects, what they say of productivity, and what persons judge an effort to be."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0005", "0004"

ROWS_OF_TENANTS = (
    "effort_override",
    "past_project",
    "productivity_model",
)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
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

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_index(
        "uq_productivity_model_active", table_name="productivity_model", postgresql_where=sa.text("status = 'active'")
    )
    op.drop_table("productivity_model")
    op.drop_index("ix_past_project_unit", table_name="past_project")
    op.drop_table("past_project")
    op.drop_index(
        "uq_effort_override_standing", table_name="effort_override", postgresql_where=sa.text("status = 'standing'")
    )
    op.drop_index("ix_effort_override_opportunity", table_name="effort_override")
    op.drop_table("effort_override")
