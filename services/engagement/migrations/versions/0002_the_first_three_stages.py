"""The first three stages"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0002", "0001"

ROWS_OF_TENANTS = (
    "calendar",
    "response_clock",
    "response_policy",
)
"""Tables whose rows only their tenant sees."""

SEARCHED = {"contact": ("name", "position", "organisation", "mail"), "interaction": ("subject", "notes", "next_step")}
"""What `q` looks through: columns by table."""


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("years", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_calendar_tenant_id_code")),
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
        "response_policy",
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("first_minutes", sa.Integer(), nullable=False),
        sa.Column("following_minutes", sa.Integer(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=True),
        sa.Column("due_soon_fraction", sa.Double(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_response_policy_calendar_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_policy")),
        sa.UniqueConstraint(
            "tenant_id",
            "subject_kind",
            "priority",
            "revision",
            name=op.f("uq_response_policy_tenant_id_subject_kind_priority_revision"),
        ),
    )
    op.create_table(
        "response_clock",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_label", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("due_soon_fraction", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_soon_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("neared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("elapsed_minutes", sa.Double(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_response_clock_calendar_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["response_policy.id"], name=op.f("fk_response_clock_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_clock")),
    )
    op.create_index(op.f("ix_response_clock_calendar_id"), "response_clock", ["calendar_id"], unique=False)
    op.create_index("ix_response_clock_opportunity_id", "response_clock", ["opportunity_id", "state"], unique=False)
    op.create_index(
        "uq_response_clock_open",
        "response_clock",
        ["tenant_id", "subject_kind", "subject_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("stopped_at IS NULL"),
    )
    op.add_column("contact", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_contact_search", "contact", ["search"], unique=False, postgresql_using="gin")
    op.add_column("interaction", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_index("ix_interaction_search", "interaction", ["search"], unique=False, postgresql_using="gin")

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
            f"CREATE FUNCTION search_{table}(query tsquery) RETURNS SETOF uuid STABLE SECURITY DEFINER"
            " SET search_path = public LANGUAGE sql AS $$"
            f" SELECT id FROM {table} WHERE search @@ query AND tenant_id = current_setting('app.tenant') $$"
        )
        op.execute(f"UPDATE {table} SET search = NULL")


def downgrade() -> None:
    for table in SEARCHED:
        op.execute(f"DROP TRIGGER fill_search ON {table}")
        op.execute(f"DROP FUNCTION search_{table}(tsquery)")
    op.drop_index("ix_interaction_search", table_name="interaction", postgresql_using="gin")
    op.drop_column("interaction", "search")
    op.drop_index("ix_contact_search", table_name="contact", postgresql_using="gin")
    op.drop_column("contact", "search")
    op.drop_index("uq_response_clock_open", table_name="response_clock", postgresql_where=sa.text("stopped_at IS NULL"))
    op.drop_index("ix_response_clock_opportunity_id", table_name="response_clock")
    op.drop_index(op.f("ix_response_clock_calendar_id"), table_name="response_clock")
    op.drop_table("response_clock")
    op.drop_table("response_policy")
    op.drop_index(op.f("ix_timer_next_at"), table_name="timer")
    op.drop_table("timer")
    op.drop_table("calendar")

    op.execute("DROP FUNCTION fill_search()")
    op.execute("DROP FUNCTION search_tokens(text)")
