"""What came of a risk, and what was said of it before: probabilities are calibrated by that."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    op.add_column("risk", sa.Column("outcome", sa.Text(), nullable=True))
    op.add_column("risk", sa.Column("outcome_probability", sa.Double(), nullable=True))
    op.add_column("risk", sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("outcome_at", "outcome_probability", "outcome"):
        op.drop_column("risk", name)
