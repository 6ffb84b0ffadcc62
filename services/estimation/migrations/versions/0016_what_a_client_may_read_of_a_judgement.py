"""What a person judged an effort to be may be said to the client, in words for the client."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0016", "0015"


def upgrade() -> None:
    op.add_column(
        "effort_override", sa.Column("client_visibility", sa.Text(), server_default="internal", nullable=False)
    )
    op.add_column("effort_override", sa.Column("client_wording", sa.Text(), nullable=True))
    op.add_column("effort_override", sa.Column("client_wording_zh", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("client_wording_zh", "client_wording", "client_visibility"):
        op.drop_column("effort_override", name)
