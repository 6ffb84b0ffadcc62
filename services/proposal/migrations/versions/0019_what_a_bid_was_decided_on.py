"""A bid decision keeps the proposal and the price that it was made on; a policy says how far a price may move."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0019", "0018"


def upgrade() -> None:
    op.add_column("bid_policy", sa.Column("price_change", sa.Float(), server_default="0.1", nullable=False))
    op.add_column("bid_decision", sa.Column("proposal_id", sa.Uuid(), nullable=True))
    op.add_column("bid_decision", sa.Column("currency", sa.Text(), nullable=True))
    op.add_column("bid_decision", sa.Column("price_amount", sa.Numeric(precision=20, scale=4), nullable=True))
    op.create_foreign_key(op.f("fk_bid_decision_proposal_id"), "bid_decision", "proposal", ["proposal_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_bid_decision_proposal_id"), "bid_decision", type_="foreignkey")
    op.drop_column("bid_decision", "price_amount")
    op.drop_column("bid_decision", "currency")
    op.drop_column("bid_decision", "proposal_id")
    op.drop_column("bid_policy", "price_change")
