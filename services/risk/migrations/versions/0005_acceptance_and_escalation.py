"""A risk may be accepted until a day or handed upwards, and says when the time in which it could happen is over."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    op.add_column("risk", sa.Column("accepted_by", sa.Text(), nullable=True))
    op.add_column("risk", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("risk", sa.Column("accepted_until", sa.Date(), nullable=True))
    op.add_column("risk", sa.Column("acceptance_reason", sa.Text(), nullable=True))
    op.add_column("risk", sa.Column("escalated_to", sa.Text(), nullable=True))
    op.add_column("risk", sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in (
        "passed_at", "escalated_to", "acceptance_reason", "accepted_until", "accepted_at", "accepted_by",
    ):  # fmt: skip
        op.drop_column("risk", name)
