"""A branding has a logo, whose file is in the store."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0018", "0017"


def upgrade() -> None:
    op.add_column("branding", sa.Column("logo_sha256", sa.Text(), nullable=True))
    op.add_column("branding", sa.Column("logo_media_type", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("branding", "logo_media_type")
    op.drop_column("branding", "logo_sha256")
