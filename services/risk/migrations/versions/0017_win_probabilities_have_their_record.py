"""Win probabilities have their record."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0017", "0016"


def upgrade() -> None:
    op.add_column("pursuit", sa.Column("used_probability", sa.Double(), nullable=True))
    op.add_column("pursuit", sa.Column("record_outcomes", sa.Integer(), nullable=True))
    op.add_column("pursuit", sa.Column("outcome_version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("pursuit", sa.Column("result", sa.Text(), nullable=True))
    op.add_column("pursuit", sa.Column("submitted_probability", sa.Double(), nullable=True))
    op.alter_column("pursuit", "outcome_version", server_default=None)


def downgrade() -> None:
    for name in ("submitted_probability", "result", "outcome_version", "record_outcomes", "used_probability"):
        op.drop_column("pursuit", name)
