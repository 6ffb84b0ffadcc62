"""What was made from a baseline is suspect where a requirement's fit has moved on, too: a mark of its own kind."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0016", "0015"


def upgrade() -> None:
    op.add_column("suspect", sa.Column("kind", sa.Text(), server_default="requirement", nullable=False))
    op.drop_constraint("pk_suspect", "suspect")
    op.create_primary_key("pk_suspect", "suspect", ["tenant_id", "opportunity_id", "requirement_id", "kind"])


def downgrade() -> None:
    op.execute("DELETE FROM suspect WHERE kind <> 'requirement'")
    op.drop_constraint("pk_suspect", "suspect")
    op.create_primary_key("pk_suspect", "suspect", ["tenant_id", "opportunity_id", "requirement_id"])
    op.drop_column("suspect", "kind")
