"""A risk is internal until somebody words it for the client."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0018", "0017"


def upgrade() -> None:
    op.add_column("risk", sa.Column("client_visibility", sa.Text(), server_default="internal", nullable=False))
    op.add_column("risk", sa.Column("client_wording", sa.Text(), nullable=True))
    op.add_column("risk", sa.Column("client_wording_zh", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("client_wording_zh", "client_wording", "client_visibility"):
        op.drop_column("risk", name)
