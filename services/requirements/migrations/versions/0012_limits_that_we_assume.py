"""A limit that we only assume is kept, and never said to the client."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012", "0011"


def upgrade() -> None:
    op.add_column(
        "client_constraint", sa.Column("client_visibility", sa.Text(), server_default="client", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("client_constraint", "client_visibility")
