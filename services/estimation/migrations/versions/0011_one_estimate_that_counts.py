"""One estimate of an opportunity counts: of several, the newest basis stays."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"

_NEWER = (
    '{"code": "estimate_newer", "message": "A newer estimate takes its place.", "message_zh": "已有更新的估算取代。",'
    ' "retryable": false, "actions": []}'
)
"""As the service would have said."""


def upgrade() -> None:
    op.execute(
        sa.text(
            "UPDATE estimate SET status = 'superseded', reason = CAST(:newer AS jsonb), version = version + 1,"
            " updated_at = now() WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER"
            " (PARTITION BY tenant_id, opportunity_id ORDER BY position DESC) AS place FROM estimate"
            " WHERE status <> 'superseded') AS counting WHERE place > 1)"
        ).bindparams(newer=_NEWER)
    )
    op.execute(
        "ALTER TABLE estimate ADD CONSTRAINT one_estimate_that_counts EXCLUDE USING btree"
        " (tenant_id WITH =, opportunity_id WITH =) WHERE (status <> 'superseded') DEFERRABLE INITIALLY DEFERRED"
    )


def downgrade() -> None:
    op.drop_constraint("one_estimate_that_counts", "estimate")
