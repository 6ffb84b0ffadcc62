"""Concerns and gaps are internal until somebody words them for the client; assumptions for the client are their own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0008", "0007"


def upgrade() -> None:
    for table in ("concern", "fit_assessment"):
        op.add_column(table, sa.Column("client_visibility", sa.Text(), server_default="internal", nullable=False))
        op.add_column(table, sa.Column("client_wording", sa.Text(), nullable=True))
    op.add_column(
        "opportunity",
        sa.Column("client_assumptions", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("opportunity", "client_assumptions")
    for table in ("concern", "fit_assessment"):
        op.drop_column(table, "client_wording")
        op.drop_column(table, "client_visibility")
