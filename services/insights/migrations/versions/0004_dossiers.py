"""Of each opportunity a dossier is kept, that figures over many are made from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0004", "0003"

OLDEST = "0001"
"""The code that goes on beside it: this only adds."""

ROWS_OF_TENANTS = ("metric_policy",)
"""Tables whose rows only their tenant sees, and the schema's owner."""


def upgrade() -> None:
    op.create_table(
        "metric_policy",
        sa.Column("by_person_roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("by_person_subjects", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_policy")),
        sa.UniqueConstraint("tenant_id", "revision", name=op.f("uq_metric_policy_tenant_id_revision")),
    )
    op.create_index(
        "uq_metric_policy_in_force",
        "metric_policy",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.add_column("journey", sa.Column("dossier_to", sa.BigInteger(), nullable=True))
    op.add_column("journey", sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("journey", sa.Column("work", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("journey", sa.Column("needs", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("journey", sa.Column("clocks", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("journey", sa.Column("surveys", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("journey", sa.Column("support", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("journey", sa.Column("effort", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("journey", sa.Column("risks", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("journey", sa.Column("deliveries", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("journey", sa.Column("materials", postgresql.JSONB(astext_type=sa.Text()), nullable=True))

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))")
        op.execute(
            f"CREATE POLICY every_tenant ON {table} TO CURRENT_USER USING (current_setting('app.tenant') = '*')"
            " WITH CHECK (current_setting('app.tenant') = '*' AND tenant_id <> '*')"
        )


def downgrade() -> None:
    op.drop_column("journey", "materials")
    op.drop_column("journey", "deliveries")
    op.drop_column("journey", "risks")
    op.drop_column("journey", "effort")
    op.drop_column("journey", "support")
    op.drop_column("journey", "surveys")
    op.drop_column("journey", "clocks")
    op.drop_column("journey", "needs")
    op.drop_column("journey", "work")
    op.drop_column("journey", "told")
    op.drop_column("journey", "dossier_to")
    op.drop_index(
        "uq_metric_policy_in_force", table_name="metric_policy", postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.drop_table("metric_policy")
