"""The first three stages"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0002", "0001"

SEARCHED = {
    "client": ("name", "industry", "background"),
    "opportunity": ("code", "title", "objectives", "external_ref"),
    "requirement": ("code", "title", "statement", "rationale"),
}
"""What `q` looks through: columns by table."""


def upgrade() -> None:
    op.create_table(
        "timer",
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "kind", "subject", name=op.f("pk_timer")),
    )
    op.create_index(op.f("ix_timer_next_at"), "timer", ["next_at"], unique=False)
    op.add_column("client", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_client_search", "client", ["search"], unique=False, postgresql_using="gin")
    op.add_column("opportunity", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_opportunity_search", "opportunity", ["search"], unique=False, postgresql_using="gin")
    op.add_column("requirement", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_requirement_created_at", "requirement", ["tenant_id", "created_at", "id"], unique=False)
    op.create_index("ix_requirement_search", "requirement", ["search"], unique=False, postgresql_using="gin")

    op.execute(
        r"""CREATE FUNCTION search_tokens(said text) RETURNS tsvector IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
        SELECT coalesce(array_to_tsvector(array_agg(DISTINCT CASE pairs WHEN 0 THEN run ELSE substr(run, i, 2) END)),
            '')
        FROM regexp_matches(
            lower(normalize(said, NFKC) COLLATE pg_c_utf8),
            '[\u3400-\u4dbf\u4e00-\u9fff]+|[0-9a-z\u00df-\u00f6\u00f8-\u024f\u0370-\u052f]+', 'g'
        ) AS found(match),
        LATERAL (SELECT match[1] AS run) AS runs,
        LATERAL (SELECT CASE WHEN run COLLATE "C" < '㐀' THEN 0 ELSE greatest(length(run) - 1, 1) END AS pairs) AS n,
        LATERAL generate_series(1, greatest(pairs, 1)) AS i $$"""
    )
    op.execute(
        r"""CREATE FUNCTION fill_search() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE name text; said text := '';
        BEGIN
            FOREACH name IN ARRAY TG_ARGV LOOP said := said || ' ' || coalesce(to_jsonb(NEW) ->> name, ''); END LOOP;
            NEW.search := search_tokens(said);
            RETURN NEW;
        END $$"""
    )

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
    op.drop_index("ix_requirement_search", table_name="requirement", postgresql_using="gin")
    op.drop_index("ix_requirement_created_at", table_name="requirement")
    op.drop_column("requirement", "search")
    op.drop_index("ix_opportunity_search", table_name="opportunity", postgresql_using="gin")
    op.drop_column("opportunity", "search")
    op.drop_index("ix_client_search", table_name="client", postgresql_using="gin")
    op.drop_column("client", "search")
    op.drop_index(op.f("ix_timer_next_at"), table_name="timer")
    op.drop_table("timer")

    op.execute("DROP FUNCTION fill_search()")
    op.execute("DROP FUNCTION search_tokens(text)")
