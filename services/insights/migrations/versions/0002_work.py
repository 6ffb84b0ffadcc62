"""Work that waits for somebody, folded from the log"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0002", "0001"

ROWS_OF_TENANTS = ("work_item",)
"""Tables whose rows only their tenant sees, and the schema's owner."""


def upgrade() -> None:
    op.create_table(
        "work_item",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("title_zh", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("why_zh", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("besides", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("blocks", sa.Boolean(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("part_of", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "slot", "subject_id", name=op.f("pk_work_item")),
    )
    op.create_index(
        "ix_work_item_open",
        "work_item",
        ["tenant_id", "owner", "kind"],
        unique=False,
        postgresql_where=sa.text("is_open"),
    )
    op.add_column("journey", sa.Column("code", sa.Text(), nullable=True))
    op.add_column("journey", sa.Column("title", sa.Text(), nullable=True))
    op.add_column("journey", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column(
        "journey", sa.Column("is_over", sa.Boolean(), server_default="false", nullable=False)
    )  # What is folded into journeys already, said in columns; work itself comes by `POST /v1/journeys:rebuild`.
    op.execute(
        "UPDATE journey SET code = folded->'opportunity'->>'code', title = folded->'opportunity'->>'title',"
        " owner = folded->'opportunity'->>'owner', is_over = folded->>'outcome' IS NOT NULL"
    )
    # Of the chain of revisions before 0001: replicas of that release are no longer ready.
    op.execute("DROP TABLE IF EXISTS alembic_version")

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))")
        op.execute(
            f"CREATE POLICY every_tenant ON {table} TO CURRENT_USER USING (current_setting('app.tenant') = '*')"
            " WITH CHECK (current_setting('app.tenant') = '*' AND tenant_id <> '*')"
        )


def downgrade() -> None:
    op.drop_table("work_item")
    for column in ("is_over", "owner", "title", "code"):
        op.drop_column("journey", column)
