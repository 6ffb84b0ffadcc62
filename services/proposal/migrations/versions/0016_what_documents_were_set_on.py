"""A document says which template of its tenant it was set on: it is made again on that one, whichever is active."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0016", "0015"


def upgrade() -> None:
    op.add_column("document", sa.Column("template_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_document_template_id_template"), "document", "template", ["template_id"], ["id"])
    # What a Word document was made by names the beginning of its template's hash.
    op.execute(
        "UPDATE document SET template_id = template.id FROM template"
        " WHERE template.kind = 'word' AND template.tenant_id = document.tenant_id"
        " AND document.engine LIKE 'docxtpl %, template ' || left(template.sha256, 16) || ', %'"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_document_template_id_template"), "document", type_="foreignkey")
    op.drop_column("document", "template_id")
