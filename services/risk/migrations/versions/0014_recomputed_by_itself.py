"""What is shipped is the usual policy of today: budgets follow the register by themselves. Own policies stay."""

from alembic import op

revision, down_revision = "0014", "0013"

_SHIPPED = "UPDATE risk_policy SET settings = settings || '{}' WHERE is_shipped"
_NOW = '{"is_recomputed": true, "recompute_after_seconds": 5}'
_BEFORE = '{"is_recomputed": false, "recompute_after_seconds": 60}'


def upgrade() -> None:
    op.execute(_SHIPPED.format(_NOW))


def downgrade() -> None:
    op.execute(_SHIPPED.format(_BEFORE))
