"""Outcomes of opportunities: reasons, prices, lessons, and what was expected when the last offer went out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0012", "0011"

ROWS_OF_TENANTS = ("outcome",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "outcome",
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("lessons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("competitor_id", sa.Uuid(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("win_probability", sa.Double(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("offered_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("final_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("winning_amount", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["competitor_id"], ["competitor.id"], name=op.f("fk_outcome_competitor_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_outcome_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_outcome_tenant_id_opportunity_id")),
    )
    op.create_index(op.f("ix_outcome_opportunity_id"), "outcome", ["opportunity_id"], unique=False)
    op.add_column("heard_opportunity", sa.Column("prospect", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("proposal", sa.Column("win_probability", sa.Double(), nullable=True))

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_column("proposal", "win_probability")
    op.drop_column("heard_opportunity", "prospect")
    op.drop_index(op.f("ix_outcome_opportunity_id"), table_name="outcome")
    op.drop_table("outcome")
