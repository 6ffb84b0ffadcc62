"""What the client wants changed, said by link, is kept with the requirement."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    op.add_column("requirement", sa.Column("remarks", postgresql.JSONB(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("requirement", "remarks")
