"""A question that a client asks in a room of the proposal becomes a clarification, once."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.add_column("clarification", sa.Column("room_question_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_clarification_tenant_id_room_question_id"), "clarification", ["tenant_id", "room_question_id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_clarification_tenant_id_room_question_id"), "clarification", type_="unique")
    op.drop_column("clarification", "room_question_id")
