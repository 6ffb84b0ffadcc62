"""A tenant has one branding that counts where an opportunity's own says nothing."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0015", "0014"

UNIQUE = "uq_branding_tenant_id_opportunity_id"


def upgrade() -> None:
    op.alter_column("branding", "opportunity_id", existing_type=sa.Uuid(), nullable=True)
    op.drop_constraint(op.f(UNIQUE), "branding", type_="unique")
    op.create_unique_constraint(
        op.f(UNIQUE), "branding", ["tenant_id", "opportunity_id"], postgresql_nulls_not_distinct=True
    )


def downgrade() -> None:
    op.execute("DELETE FROM branding WHERE opportunity_id IS NULL")
    op.drop_constraint(op.f(UNIQUE), "branding", type_="unique")
    op.create_unique_constraint(op.f(UNIQUE), "branding", ["tenant_id", "opportunity_id"])
    op.alter_column("branding", "opportunity_id", existing_type=sa.Uuid(), nullable=False)
