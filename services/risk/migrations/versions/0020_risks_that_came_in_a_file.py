"""A risk keeps what the register that it came from calls it, so that the next file finds it again."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0020", "0019"


def upgrade() -> None:
    op.add_column("risk", sa.Column("reference", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("risk", "reference")
