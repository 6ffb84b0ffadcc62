"""A branding says whom clients may ask, and is told to those who have pages for clients."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0025", "0024"


def upgrade() -> None:
    op.add_column("branding", sa.Column("contact", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    # What was there before is told by the service itself, as soon as it runs.
    op.execute(
        "INSERT INTO timer (tenant_id, kind, subject, due_at, next_at, actor, correlation_id, attempts)"
        " SELECT tenant_id, 'branding-untold', id, now(), now(), 'presales', gen_random_uuid(), 0 FROM branding"
    )


def downgrade() -> None:
    op.drop_column("branding", "contact")
