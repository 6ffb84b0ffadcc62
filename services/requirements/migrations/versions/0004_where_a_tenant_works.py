"""Where a tenant works is known to every service, so that a day ends at the same moment in all of them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    op.create_table(
        "tenant_calendar",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("hours_per_day", sa.Numeric(6, 4), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant_calendar")),
    )


def downgrade() -> None:
    op.drop_table("tenant_calendar")
