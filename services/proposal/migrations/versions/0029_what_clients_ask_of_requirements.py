"""A change of a must-have that the client asked for keeps an offer back; a question in a room may be about one."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0029", "0028"


def upgrade() -> None:
    op.add_column("heard_clarification", sa.Column("kind", sa.Text(), server_default="clarification", nullable=False))
    op.add_column("room_question", sa.Column("requirement_code", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("room_question", "requirement_code")
    op.drop_column("heard_clarification", "kind")
