"""An economic analysis of the client's side can be meant for the client: one of an opportunity at a time."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    op.add_column("economic_analysis", sa.Column("status", sa.Text(), server_default="draft", nullable=False))
    op.add_column("economic_analysis", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "uq_economic_analysis_offered",
        "economic_analysis",
        ["tenant_id", "opportunity_id"],
        unique=True,
        postgresql_where=sa.text("status = 'offered'"),
    )


def downgrade() -> None:
    op.drop_index("uq_economic_analysis_offered", table_name="economic_analysis")
    op.drop_column("economic_analysis", "offered_at")
    op.drop_column("economic_analysis", "status")
