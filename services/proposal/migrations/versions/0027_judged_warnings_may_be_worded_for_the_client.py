"""A warning that a person judged may be said to the client, in words for the client."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0027", "0026"


def upgrade() -> None:
    op.add_column(
        "heard_warnings",
        sa.Column("worded", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("heard_warnings", "worded")
