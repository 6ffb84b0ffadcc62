"""The roster says since when somebody has left and how clients reach whom, and is told to the other services."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    op.create_table(
        "known_colleague",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("inactive_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "subject", name=op.f("pk_known_colleague")),
    )
    op.execute("ALTER TABLE known_colleague ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY tenant ON known_colleague USING (tenant_id = current_setting('app.tenant'))")
    for column in ("mail", "phone"):
        op.add_column("colleague", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("colleague", sa.Column("inactive_since", sa.DateTime(timezone=True), nullable=True))
    # When they left was not kept: it was at the last change, or before it.
    op.execute("UPDATE colleague SET inactive_since = updated_at WHERE NOT is_active")
    # Known here at once, as nothing that was told; the other services are told by this one as soon as it runs.
    op.execute(
        "INSERT INTO known_colleague (tenant_id, subject, name, inactive_since, version)"
        " SELECT tenant_id, subject, name, inactive_since, 0 FROM colleague"
    )
    op.execute(
        "INSERT INTO timer (tenant_id, kind, subject, due_at, next_at, actor, correlation_id, attempts)"
        " SELECT tenant_id, 'colleague-untold', id, now(), now(), 'presales', gen_random_uuid(), 0 FROM colleague"
    )


def downgrade() -> None:
    for column in ("inactive_since", "phone", "mail"):
        op.drop_column("colleague", column)
    op.drop_table("known_colleague")
