"""Nobody who has left is given anything: the roster is known here."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0028", "0027"


def upgrade() -> None:
    op.create_table(
        "known_colleague",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("inactive_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "subject", name=op.f("pk_known_colleague")),
    )
    op.execute("ALTER TABLE known_colleague ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY tenant ON known_colleague USING (tenant_id = current_setting('app.tenant'))")


def downgrade() -> None:
    op.drop_table("known_colleague")
