"""Selling: who we meet, how we want to win, what we show, and whether we bid"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0004", "0003"

ROWS_OF_TENANTS = (
    "bid_decision",
    "bid_policy",
    "competitor",
    "material",
    "material_use",
    "rivalry",
    "strategy",
)
"""Tables whose rows only their tenant sees."""

SEARCHED = {
    "competitor": ("name", "aliases", "summary", "strengths", "weaknesses", "opportunities", "threats"),
    "material": ("key", "title", "title_zh", "summary", "tags"),
}
"""What `q` looks through: columns by table."""


def upgrade() -> None:
    op.create_table(
        "bid_policy",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("thresholds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_policy")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_bid_policy_tenant_id_number")),
    )
    op.create_table(
        "competitor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("products", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("strengths", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weaknesses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opportunities", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("threats", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price_position", sa.Text(), nullable=False),
        sa.Column("price_note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competitor")),
    )
    op.create_index("ix_competitor_search", "competitor", ["search"], unique=False, postgresql_using="gin")
    op.create_index("uq_competitor_name", "competitor", ["tenant_id", sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "material",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("title_zh", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_for_clients", sa.Boolean(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stale_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("tenant_id", "key", "number", name=op.f("uq_material_tenant_id_key_number")),
    )
    op.create_index("ix_material_search", "material", ["search"], unique=False, postgresql_using="gin")
    op.create_index(
        "uq_material_published",
        "material",
        ["tenant_id", "key"],
        unique=True,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_table(
        "strategy",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("positioning", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("win_themes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("objections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("value_story", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_strategy_tenant_id_opportunity_id")),
    )
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
    op.create_table(
        "bid_decision",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("policy_number", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("recommendation", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("knocked_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("unanswered", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("reopened_because", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("times_reopened", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["bid_policy.id"], name=op.f("fk_bid_decision_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_decision")),
        sa.UniqueConstraint("tenant_id", "opportunity_id", name=op.f("uq_bid_decision_tenant_id_opportunity_id")),
    )
    op.create_table(
        "material_use",
        sa.Column("material_id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["material_id"], ["material.id"], name=op.f("fk_material_use_material_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use")),
    )
    op.create_index(op.f("ix_material_use_material_id"), "material_use", ["material_id"], unique=False)
    op.create_index(op.f("ix_material_use_opportunity_id"), "material_use", ["opportunity_id"], unique=False)
    op.create_table(
        "rivalry",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("competitor_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("expected_price", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("expected_price_currency", sa.Text(), nullable=True),
        sa.Column("strengths_here", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weaknesses_here", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("our_answer", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["competitor_id"], ["competitor.id"], name=op.f("fk_rivalry_competitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rivalry")),
        sa.UniqueConstraint(
            "tenant_id",
            "opportunity_id",
            "competitor_id",
            name=op.f("uq_rivalry_tenant_id_opportunity_id_competitor_id"),
        ),
    )
    op.create_index(op.f("ix_rivalry_competitor_id"), "rivalry", ["competitor_id"], unique=False)
    op.create_index(op.f("ix_rivalry_opportunity_id"), "rivalry", ["opportunity_id"], unique=False)
    op.add_column("heard_opportunity", sa.Column("outcome", sa.Text(), nullable=True))

    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )

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
    op.drop_column("heard_opportunity", "outcome")
    op.drop_index(op.f("ix_rivalry_opportunity_id"), table_name="rivalry")
    op.drop_index(op.f("ix_rivalry_competitor_id"), table_name="rivalry")
    op.drop_table("rivalry")
    op.drop_index(op.f("ix_material_use_opportunity_id"), table_name="material_use")
    op.drop_index(op.f("ix_material_use_material_id"), table_name="material_use")
    op.drop_table("material_use")
    op.drop_table("bid_decision")
    op.drop_index(op.f("ix_timer_next_at"), table_name="timer")
    op.drop_table("timer")
    op.drop_table("strategy")
    op.drop_index("uq_material_published", table_name="material", postgresql_where=sa.text("status = 'published'"))
    op.drop_index("ix_material_search", table_name="material", postgresql_using="gin")
    op.drop_table("material")
    op.drop_index("uq_competitor_name", table_name="competitor")
    op.drop_index("ix_competitor_search", table_name="competitor", postgresql_using="gin")
    op.drop_table("competitor")
    op.drop_table("bid_policy")

    op.execute("DROP FUNCTION fill_search()")
    op.execute("DROP FUNCTION search_tokens(text)")
