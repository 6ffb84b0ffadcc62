"""What documents are wanted is kept: they are made outside of transactions, once a draft stands or is asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0032", "0031"


def upgrade() -> None:
    op.create_table(
        "wanted_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", postgresql.JSONB(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_wanted_document_proposal_id_proposal")),
        sa.ForeignKeyConstraint(["template_id"], ["template.id"], name=op.f("fk_wanted_document_template_id_template")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wanted_document")),
    )
    op.create_index("ix_wanted_document_proposal_id", "wanted_document", ["proposal_id"])
    op.execute("ALTER TABLE wanted_document ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE wanted_document FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY tenant ON wanted_document USING (tenant_id = current_setting('app.tenant'))")
    op.execute(
        "CREATE POLICY every_tenant ON wanted_document TO CURRENT_USER USING (current_setting('app.tenant') = '*')"
        " WITH CHECK (current_setting('app.tenant') = '*' AND tenant_id <> '*')"
    )


def downgrade() -> None:
    op.drop_table("wanted_document")
