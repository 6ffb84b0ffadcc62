"""Control plans: tasks by phase with their days, evidence and the figures that call for action."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0008", "0007"

ROWS_OF_TENANTS = ("control_plan", "control_task", "control_reading")
"""Tables whose rows only their tenant sees."""

_JSON = postgresql.JSONB(astext_type=sa.Text())
_TIME = sa.DateTime(timezone=True)


def _common(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        "control_plan",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("review_every_days", sa.Integer(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("review_overdue_since", _TIME, nullable=True),
        sa.Column("reviewed_at", _TIME, nullable=True),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        *_common("control_plan"),
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
    op.create_table(
        "control_task",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
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
        sa.Column("metric", _JSON, nullable=True),
        sa.Column("evidence", _JSON, nullable=False),
        sa.Column("last_value", sa.Double(), nullable=True),
        sa.Column("last_measured_at", _TIME, nullable=True),
        sa.Column("triggered_at", _TIME, nullable=True),
        sa.Column("neared_at", _TIME, nullable=True),
        sa.Column("overdue_since", _TIME, nullable=True),
        sa.Column("done_at", _TIME, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        *_common("control_task"),
        sa.ForeignKeyConstraint(["control_plan_id"], ["control_plan.id"], name=op.f("fk_control_task_control_plan_id")),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=op.f("fk_control_task_risk_id")),
        sa.ForeignKeyConstraint(["response_id"], ["risk_response.id"], name=op.f("fk_control_task_response_id")),
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
        sa.Column("measured_at", _TIME, nullable=False),
        sa.Column("is_hit", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        *_common("control_reading"),
        sa.ForeignKeyConstraint(
            ["control_task_id"], ["control_task.id"], name=op.f("fk_control_reading_control_task_id")
        ),
    )
    op.create_index(
        "ix_control_reading_task", "control_reading", ["control_task_id", "measured_at", "id"], unique=False
    )
    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    for table in reversed(ROWS_OF_TENANTS):
        op.drop_table(table)
