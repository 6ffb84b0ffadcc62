"""Resource plans that persons edit and agree; schedules are known by the hash of their network."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0013", "0012"

ROWS_OF_TENANTS = ("resource_plan",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
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
    op.add_column("schedule", sa.Column("network_hash", sa.Text(), server_default="", nullable=False))

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_column("schedule", "network_hash")
    op.drop_index("uq_resource_plan_draft", table_name="resource_plan", postgresql_where=sa.text("status = 'draft'"))
    op.drop_index("uq_resource_plan_agreed", table_name="resource_plan", postgresql_where=sa.text("status = 'agreed'"))
    op.drop_index(op.f("ix_resource_plan_opportunity_id"), table_name="resource_plan")
    op.drop_table("resource_plan")
