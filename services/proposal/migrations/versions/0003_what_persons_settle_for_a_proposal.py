"""What persons settle for a proposal counts in its basis; opportunities are known by name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0003", "0002"

ROWS_OF_TENANTS = (
    "authored_part",
    "heard_opportunity",
)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
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
    op.create_table(
        "heard_opportunity",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_closed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_heard_opportunity")),
    )
    op.add_column("proposal", sa.Column("authored_revision", sa.Integer(), server_default="0", nullable=False))
    op.drop_constraint(op.f("uq_proposal_tenant_id_opportunity_id_epoch_estimate_rev_8698"), "proposal", type_="unique")
    op.create_unique_constraint(
        op.f("uq_proposal_tenant_id_opportunity_id_revision"), "proposal", ["tenant_id", "opportunity_id", "revision"]
    )
    op.add_column("proposal_head", sa.Column("authored_revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("proposal_head", sa.Column("settled", sa.Text(), nullable=True))
    # The authored revision is the last four digits from here on; 0 of it keeps the order of what there is.
    op.execute("UPDATE proposal SET revision = revision * 10000")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON authored_part"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    # Proposals of one computed basis that differ by what persons settled cannot be told apart without it.
    op.execute("UPDATE proposal SET revision = revision / 10000")
    op.drop_column("proposal_head", "settled")
    op.drop_column("proposal_head", "authored_revision")
    op.drop_constraint(op.f("uq_proposal_tenant_id_opportunity_id_revision"), "proposal", type_="unique")
    op.create_unique_constraint(
        op.f("uq_proposal_tenant_id_opportunity_id_epoch_estimate_rev_8698"),
        "proposal",
        ["tenant_id", "opportunity_id", "epoch", "estimate_revision", "risk_revision"],
    )
    op.drop_column("proposal", "authored_revision")
    op.drop_table("heard_opportunity")
    op.drop_table("authored_part")
