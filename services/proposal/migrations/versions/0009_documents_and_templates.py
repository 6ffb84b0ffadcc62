"""Documents in every format; templates of a tenant"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"

ROWS_OF_TENANTS = ("template",)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "template",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("tenant_id", "kind", "number", name=op.f("uq_template_tenant_id_kind_number")),
    )
    op.create_index(
        "uq_template_active",
        "template",
        ["tenant_id", "kind"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.drop_constraint(op.f("uq_document_tenant_id_proposal_id_language"), "document", type_="unique")
    op.create_unique_constraint(
        op.f("uq_document_tenant_id_proposal_id_language_media_type_engine"),
        "document",
        ["tenant_id", "proposal_id", "language", "media_type", "engine"],
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_document_tenant_id_proposal_id_language_media_type_engine"), "document", type_="unique")
    op.create_unique_constraint(
        op.f("uq_document_tenant_id_proposal_id_language"),
        "document",
        ["tenant_id", "proposal_id", "language"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_index("uq_template_active", table_name="template", postgresql_where=sa.text("status = 'active'"))
    op.drop_table("template")
