"""Every table keeps its tenants apart, for the schema's owner too; the service's machinery sees all by a setting."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0014", "0013"

OF_MACHINERY = ("inbox", "outbox", "tenant_calendar", "timer")
"""Tables that the relay, the consumers and the timers use for all tenants at once."""
_WITH = (
    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = '{}'"
    " ORDER BY table_name"
)


def _tables_with(column: str) -> list[str]:
    return list(op.get_bind().scalars(sa.text(_WITH.format(column))))


def upgrade() -> None:
    # Which tenant's an event was that was heard long ago, nobody asks.
    op.add_column("inbox", sa.Column("tenant_id", sa.Text(), server_default="", nullable=False))
    op.alter_column("inbox", "tenant_id", server_default=sa.text("current_setting('app.tenant')"))
    for table in _tables_with("tenant_id"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        if table in OF_MACHINERY:
            # The calendar is read in the statement that sets the tenant, which is planned before there is one.
            told = f"current_setting('app.tenant', {table == 'tenant_calendar'})"
            op.execute(f"CREATE POLICY tenant ON {table} USING ({told} IN (tenant_id, '*'))")
        else:
            op.execute(
                f"CREATE POLICY every_tenant ON {table} TO CURRENT_USER USING (current_setting('app.tenant') = '*')"
                " WITH CHECK (current_setting('app.tenant') = '*' AND tenant_id <> '*')"
            )
    for table in _tables_with("search"):
        # The function that searches is the owner's, and the index is not asked where a policy must be looked at first.
        op.execute(f"CREATE POLICY search ON {table} FOR SELECT TO CURRENT_USER USING (true)")


def downgrade() -> None:
    for table in _tables_with("search"):
        op.execute(f"DROP POLICY search ON {table}")
    for table in _tables_with("tenant_id"):
        op.execute(f"DROP POLICY {'tenant' if table in OF_MACHINERY else 'every_tenant'} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        if table in OF_MACHINERY:
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.drop_column("inbox", "tenant_id")
