"""What a client answered and no question made into anything is kept for somebody to read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0010", "0009"


def upgrade() -> None:
    op.add_column("invitation", sa.Column("unmapped_answers", postgresql.JSONB(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("invitation", "unmapped_answers")
