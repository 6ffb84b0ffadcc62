"""What persons say to the warnings of an estimate is kept with it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0013", "0012"


def upgrade() -> None:
    op.add_column(
        "estimate",
        sa.Column("judgements", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("estimate", "judgements")
