"""Proposals say what they lack and are reviewed by as many as a policy asks; offers lapse by themselves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0005", "0004"

ROWS_OF_TENANTS = (
    "proposal_review",
    "proposal_section",
    "review_policy",
)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "proposal_section",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("settled", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_section")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_proposal_section_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_proposal_section_opportunity_id"), "proposal_section", ["opportunity_id"], unique=False)
    op.create_table(
        "review_policy",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("usual", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tiers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("required_sections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_policy")),
        sa.UniqueConstraint("tenant_id", "revision", name=op.f("uq_review_policy_tenant_id_revision")),
    )
    op.create_index(
        "uq_review_policy_in_force",
        "review_policy",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "proposal_review",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_review_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_review")),
    )
    op.create_index(op.f("ix_proposal_review_proposal_id"), "proposal_review", ["proposal_id"], unique=False)
    op.add_column(
        "proposal", sa.Column("gaps", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False)
    )
    op.add_column(
        "proposal", sa.Column("authors", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False)
    )
    op.add_column("proposal", sa.Column("review_round", sa.Integer(), server_default="0", nullable=False))
    op.add_column("proposal", sa.Column("review_policy", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "proposal",
        sa.Column("reviews_asked", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("proposal", sa.Column("neared_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("proposal", sa.Column("answered_by", sa.Text(), nullable=True))
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proposal_review"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    # What is under way goes on: one approval is asked, and an offer that is with the client lapses in its time.
    op.execute(
        """UPDATE proposal SET reviews_asked = '[{"role": "approver", "count": 1}]' WHERE status = 'in_review'"""
    )
    op.execute(
        "INSERT INTO timer (tenant_id, kind, subject, due_at, next_at, actor, correlation_id, attempts)"
        " SELECT tenant_id, 'proposal-lapsed', id, end_at, end_at, 'system', gen_random_uuid(), 0 FROM ("
        " SELECT tenant_id, id, (valid_until + 1)::timestamp AT TIME ZONE 'UTC' AS end_at FROM proposal"
        " WHERE status = 'submitted' AND valid_until IS NOT NULL) AS offered"
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_column("proposal", "answered_by")
    op.drop_column("proposal", "neared_at")
    op.drop_column("proposal", "reviews_asked")
    op.drop_column("proposal", "review_policy")
    op.drop_column("proposal", "review_round")
    op.drop_column("proposal", "authors")
    op.drop_column("proposal", "gaps")
    op.drop_index(op.f("ix_proposal_review_proposal_id"), table_name="proposal_review")
    op.drop_table("proposal_review")
    op.execute("DELETE FROM timer WHERE kind IN ('proposal-neared', 'proposal-lapsed')")
    op.drop_index(
        "uq_review_policy_in_force", table_name="review_policy", postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.drop_table("review_policy")
    op.drop_index(op.f("ix_proposal_section_opportunity_id"), table_name="proposal_section")
    op.drop_table("proposal_section")
