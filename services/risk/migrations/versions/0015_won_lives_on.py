"""After an opportunity is won its register lives on, and the budget that it was sold with stays as it is.

Those won before get both back: of their budgets the newest, since what was offered was not heard of then.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0015", "0014"

_WON = """
    UPDATE risk_head SET is_won = true, is_closed = false FROM pursuit
    WHERE pursuit.tenant_id = risk_head.tenant_id AND pursuit.opportunity_id = risk_head.opportunity_id
      AND pursuit.outcome = 'won' AND risk_head.is_closed
"""
_SOLD = """
    UPDATE risk_budget SET status = 'calculated', freshness = 'fresh', version = version + 1, reason = '{
        "code": "won", "retryable": false, "actions": [],
        "message": "The opportunity was won with it: it stays as it is.",
        "message_zh": "商机已按该预算赢单，预算保持不变。"}'
    WHERE facts IS NOT NULL AND id IN (
        SELECT DISTINCT ON (budget.tenant_id, budget.opportunity_id) budget.id
        FROM risk_budget budget JOIN risk_head USING (tenant_id, opportunity_id) WHERE is_won
        ORDER BY budget.tenant_id, budget.opportunity_id, position DESC)
"""


def upgrade() -> None:
    op.add_column("risk_head", sa.Column("is_won", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("risk_head", sa.Column("offered_revision", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("risk_head", sa.Column("offered_budget_id", sa.Uuid(), nullable=True))
    for name in ("is_won", "offered_revision"):
        op.alter_column("risk_head", name, server_default=None)
    op.execute(_WON)
    op.execute(_SOLD.replace(":", "\\:"))


def downgrade() -> None:
    op.execute("UPDATE risk_head SET is_closed = true WHERE is_won")
    for name in ("offered_budget_id", "offered_revision", "is_won"):
        op.drop_column("risk_head", name)
