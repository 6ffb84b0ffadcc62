"""Clients read submitted proposals in rooms, by signed link, ask in them and answer there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0010", "0009"

ROWS_OF_TENANTS = (
    "room",
    "room_question",
    "room_receipt",
)
"""Tables whose rows only their tenant sees."""


def upgrade() -> None:
    op.create_table(
        "room",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("recipient_mail", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("may_answer", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_room_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    op.create_index(op.f("ix_room_opportunity_id"), "room", ["opportunity_id"], unique=False)
    op.create_index(op.f("ix_room_proposal_id"), "room", ["proposal_id"], unique=False)
    op.create_table(
        "room_question",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("clarification_id", sa.Uuid(), nullable=True),
        sa.Column("clarification_version", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_question_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_question")),
    )
    op.create_index(op.f("ix_room_question_opportunity_id"), "room_question", ["opportunity_id"], unique=False)
    op.create_index(op.f("ix_room_question_room_id"), "room_question", ["room_id"], unique=False)
    op.create_table(
        "room_receipt",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_receipt_room_id")),
        sa.PrimaryKeyConstraint("tenant_id", "room_id", "what", name=op.f("pk_room_receipt")),
    )

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )


def downgrade() -> None:
    op.drop_table("room_receipt")
    op.drop_index(op.f("ix_room_question_room_id"), table_name="room_question")
    op.drop_index(op.f("ix_room_question_opportunity_id"), table_name="room_question")
    op.drop_table("room_question")
    op.drop_index(op.f("ix_room_proposal_id"), table_name="room")
    op.drop_index(op.f("ix_room_opportunity_id"), table_name="room")
    op.drop_table("room")
