"""One risk budget of an opportunity counts: of several, the newest basis stays."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013", "0012"

_RECOMPUTED = (
    '{"code": "recomputed", "message": "A newer risk budget takes its place.",'
    ' "message_zh": "已有更新的风险预算取代。", "retryable": false, "actions": []}'
)
"""As the service would have said."""


def upgrade() -> None:
    op.execute(
        sa.text(
            "UPDATE risk_budget SET status = 'superseded', freshness = 'stale', reason = CAST(:recomputed AS jsonb),"
            " version = version + 1, updated_at = now() WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER"
            " (PARTITION BY tenant_id, opportunity_id ORDER BY position DESC) AS place FROM risk_budget"
            " WHERE status = 'calculated') AS counting WHERE place > 1)"
        ).bindparams(recomputed=_RECOMPUTED)
    )
    op.execute(
        "ALTER TABLE risk_budget ADD CONSTRAINT one_risk_budget_that_counts EXCLUDE USING btree"
        " (tenant_id WITH =, opportunity_id WITH =) WHERE (status = 'calculated') DEFERRABLE INITIALLY DEFERRED"
    )


def downgrade() -> None:
    op.drop_constraint("one_risk_budget_that_counts", "risk_budget")
