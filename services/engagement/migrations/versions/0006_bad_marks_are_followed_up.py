"""What a client finds bad is followed up by somebody, and says who rated a support request."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    op.add_column("commitment", sa.Column("survey_invitation_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_commitment_tenant_id_survey_invitation_id"), "commitment", ["tenant_id", "survey_invitation_id"]
    )
    op.add_column("support_request", sa.Column("rated_by", sa.Text(), nullable=True))
    op.execute("UPDATE support_request SET rated_by = 'requester' WHERE rating IS NOT NULL")


def downgrade() -> None:
    op.drop_column("support_request", "rated_by")
    op.drop_constraint(op.f("uq_commitment_tenant_id_survey_invitation_id"), "commitment", type_="unique")
    op.drop_column("commitment", "survey_invitation_id")
