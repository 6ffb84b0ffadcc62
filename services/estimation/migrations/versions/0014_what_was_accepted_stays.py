"""What the client accepted stays beside what counts, and the agreed after-sales plan says how long the warranty is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0014", "0013"

_ONE = (
    "ALTER TABLE estimate ADD CONSTRAINT {name} EXCLUDE USING btree"
    " (tenant_id WITH =, opportunity_id WITH =) WHERE ({where}) DEFERRABLE INITIALLY DEFERRED"
)


def upgrade() -> None:
    op.drop_constraint("one_estimate_that_counts", "estimate")
    op.execute(_ONE.format(name="one_estimate_that_counts", where="status NOT IN ('superseded', 'accepted')"))
    op.execute(_ONE.format(name="one_estimate_that_is_accepted", where="status = 'accepted'"))
    op.create_table(
        "heard_warranty",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("after_sales_plan_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("warranty_months", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "after_sales_plan_id", name=op.f("pk_heard_warranty")),
    )
    op.create_index("ix_heard_warranty_opportunity", "heard_warranty", ["tenant_id", "opportunity_id"])
    op.execute("ALTER TABLE heard_warranty ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant ON heard_warranty USING (tenant_id = current_setting('app.tenant'))"
        " WITH CHECK (tenant_id = current_setting('app.tenant'))"
    )


def downgrade() -> None:
    op.drop_table("heard_warranty")
    op.drop_constraint("one_estimate_that_is_accepted", "estimate")
    op.drop_constraint("one_estimate_that_counts", "estimate")
    op.execute("UPDATE estimate SET status = 'superseded' WHERE status = 'accepted'")
    op.execute(_ONE.format(name="one_estimate_that_counts", where="status <> 'superseded'"))
