"""Pages behind a link say who writes and whom the client may ask."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0008", "0007"


def upgrade() -> None:
    op.create_table(
        "known_branding",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("company", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("contact", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "opportunity_id", name=op.f("pk_known_branding")),
    )
    op.execute("ALTER TABLE known_branding ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY tenant ON known_branding USING (tenant_id = current_setting('app.tenant'))")


def downgrade() -> None:
    op.drop_table("known_branding")
