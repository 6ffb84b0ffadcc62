"""What was made from an estimate of which an input has changed is stale."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0014", "0013"


def upgrade() -> None:
    op.add_column("proposal_head", sa.Column("outdated_epoch", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "proposal_head", sa.Column("outdated_estimate_revision", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("proposal_head", "outdated_estimate_revision")
    op.drop_column("proposal_head", "outdated_epoch")
