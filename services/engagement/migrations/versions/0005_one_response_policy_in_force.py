"""One response policy in force of a kind and priority: of several, the newest revision stays."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    op.execute(
        "UPDATE response_policy SET superseded_at = now(), version = version + 1, updated_at = now() WHERE id IN"
        " (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY tenant_id, subject_kind, priority"
        " ORDER BY revision DESC) AS place FROM response_policy WHERE superseded_at IS NULL) AS in_force"
        " WHERE place > 1)"
    )
    op.create_index(
        "uq_response_policy_in_force",
        "response_policy",
        ["tenant_id", "subject_kind", "priority"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_response_policy_in_force", table_name="response_policy")
