"""Offers are judged by what is so now: limits of the client's as they stand, open questions, waivers, the register."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0024", "0023"

ROWS_OF_TENANTS = ("heard_clarification", "limit_waiver")
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "heard_clarification",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("requirement_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("must_codes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_heard_clarification")),
    )
    op.create_index(
        op.f("ix_heard_clarification_opportunity_id"), "heard_clarification", ["opportunity_id"], unique=False
    )
    op.create_table(
        "limit_waiver",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("constraint_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("limit", sa.Text(), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_limit_waiver_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_waiver")),
    )
    op.create_index(op.f("ix_limit_waiver_opportunity_id"), "limit_waiver", ["opportunity_id"], unique=False)
    op.add_column("heard_opportunity", sa.Column("constraints", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column(
        "proposal",
        sa.Column("limits_missed", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column(
        "proposal_head",
        sa.Column("outdated_risk", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column(
        "proposal_head",
        sa.Column("left_baseline", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )

    # What is open already is judged like what comes: content and baseline list the limits in the same order.
    op.execute(
        """
        UPDATE proposal SET limits_missed = coalesce(missed.limits, '[]')
        FROM (
            SELECT p.id, jsonb_agg(
                jsonb_build_object(
                    'constraint_id', told.facts ->> 'id', 'kind', said.facts ->> 'kind', 'name', said.facts ->> 'name',
                    'limit', said.facts ->> 'limit', 'offered', said.facts ->> 'offered'
                ) ORDER BY said.at
            ) AS limits
            FROM proposal p
            JOIN proposal_content c ON c.proposal_id = p.id
            JOIN ingredient i ON i.tenant_id = p.tenant_id AND i.opportunity_id = p.opportunity_id
                AND i.kind = 'baseline' AND i.epoch = p.epoch
            CROSS JOIN LATERAL jsonb_array_elements(convert_from(c.content, 'UTF8')::jsonb -> 'constraints')
                WITH ORDINALITY AS said(facts, at)
            JOIN LATERAL jsonb_array_elements(i.data -> 'constraints') WITH ORDINALITY AS told(facts, at)
                ON told.at = said.at
            WHERE p.status IN ('draft', 'in_review', 'approved')
                AND said.facts ->> 'is_hard' = 'true' AND said.facts ->> 'is_met' = 'false'
            GROUP BY p.id
        ) missed
        WHERE missed.id = proposal.id
        """
    )


def downgrade() -> None:
    op.drop_column("proposal_head", "left_baseline")
    op.drop_column("proposal_head", "outdated_risk")
    op.drop_column("proposal", "limits_missed")
    op.drop_column("heard_opportunity", "constraints")
    op.drop_index(op.f("ix_limit_waiver_opportunity_id"), table_name="limit_waiver")
    op.drop_table("limit_waiver")
    op.drop_index(op.f("ix_heard_clarification_opportunity_id"), table_name="heard_clarification")
    op.drop_table("heard_clarification")
