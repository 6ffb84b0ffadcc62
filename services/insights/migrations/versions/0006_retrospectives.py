"""Retrospectives and their actions are kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0006", "0005"

OLDEST = "0001"
"""The code that goes on beside it: this only adds."""

ROWS_OF_TENANTS = ("retrospective", "retrospective_action")
"""Tables whose rows only their tenant sees, and the schema's owner."""


def upgrade() -> None:
    op.create_table(
        "retrospective",
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrospective")),
    )
    op.create_index(
        "ix_retrospective_subject", "retrospective", ["tenant_id", "opportunity_id", "held_on"], unique=False
    )
    op.create_table(
        "retrospective_action",
        sa.Column("retrospective_id", sa.Uuid(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["retrospective_id"], ["retrospective.id"], name=op.f("fk_retrospective_action_retrospective_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrospective_action")),
    )
    op.create_index(
        op.f("ix_retrospective_action_retrospective_id"), "retrospective_action", ["retrospective_id"], unique=False
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))")
        op.execute(
            f"CREATE POLICY every_tenant ON {table} TO CURRENT_USER USING (current_setting('app.tenant') = '*')"
            " WITH CHECK (current_setting('app.tenant') = '*' AND tenant_id <> '*')"
        )


def downgrade() -> None:
    op.drop_index(op.f("ix_retrospective_action_retrospective_id"), table_name="retrospective_action")
    op.drop_table("retrospective_action")
    op.drop_index("ix_retrospective_subject", table_name="retrospective")
    op.drop_table("retrospective")
