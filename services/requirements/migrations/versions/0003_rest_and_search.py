"""Constraints, concerns and verdicts are searched; a change keeps its authors, an opportunity why it rests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0003", "0002"

SEARCHED = {
    "client_constraint": ("name", "statement", "funding_source"),
    "concern": ("code", "statement", "effect"),
    "fit_assessment": ("requirement_code", "reason", "gap", "alternative", "response"),
}
"""What `q` looks through: columns by table."""


def upgrade() -> None:
    op.add_column(
        "change_request", sa.Column("authors", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    op.execute("UPDATE change_request SET authors = ARRAY[created_by]")
    op.add_column("client_constraint", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index(
        "ix_client_constraint_search", "client_constraint", ["search"], unique=False, postgresql_using="gin"
    )
    op.add_column("concern", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_concern_search", "concern", ["search"], unique=False, postgresql_using="gin")
    op.add_column("fit_assessment", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_fit_assessment_search", "fit_assessment", ["search"], unique=False, postgresql_using="gin")
    op.add_column("opportunity", sa.Column("hold_reason", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("hold_until", sa.Date(), nullable=True))

    for table, columns in SEARCHED.items():
        names = ", ".join(f"'{column}'" for column in columns)
        op.execute(
            f"CREATE TRIGGER fill_search BEFORE INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION fill_search({names})"
        )
        op.execute(
            f"CREATE FUNCTION search_{table}(query tsquery, most integer) RETURNS SETOF uuid STABLE SECURITY DEFINER"
            " SET search_path = public LANGUAGE sql AS $$"
            f" SELECT id FROM {table} WHERE search @@ query AND tenant_id = current_setting('app.tenant') LIMIT most $$"
        )
        op.execute(f"UPDATE {table} SET search = NULL")


def downgrade() -> None:
    for table in SEARCHED:
        op.execute(f"DROP TRIGGER fill_search ON {table}")
        op.execute(f"DROP FUNCTION search_{table}(tsquery, integer)")
    op.drop_column("opportunity", "hold_until")
    op.drop_column("opportunity", "hold_reason")
    op.drop_index("ix_fit_assessment_search", table_name="fit_assessment", postgresql_using="gin")
    op.drop_column("fit_assessment", "search")
    op.drop_index("ix_concern_search", table_name="concern", postgresql_using="gin")
    op.drop_column("concern", "search")
    op.drop_index("ix_client_constraint_search", table_name="client_constraint", postgresql_using="gin")
    op.drop_column("client_constraint", "search")
    op.drop_column("change_request", "authors")
