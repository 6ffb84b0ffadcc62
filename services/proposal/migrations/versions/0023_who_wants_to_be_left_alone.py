"""Who wants to be left alone is left alone by every service that could send something."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0023", "0022"


def upgrade() -> None:
    op.create_table(
        "left_alone",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("mail_digest", sa.Text(), nullable=True),
        sa.Column("name_digest", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id", name=op.f("pk_left_alone")),
    )
    op.create_index("ix_left_alone_mail_digest", "left_alone", ["mail_digest"])
    op.create_index("ix_left_alone_opportunity_id_name_digest", "left_alone", ["opportunity_id", "name_digest"])
    op.execute("ALTER TABLE left_alone ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY tenant ON left_alone USING (tenant_id = current_setting('app.tenant'))")


def downgrade() -> None:
    op.drop_table("left_alone")
