"""Several measures for each risk, and what they leave of it: assessments before, with today's and with all of them."""

from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0003", "0002"

ROWS_OF_TENANTS = ("risk_response",)
"""Tables whose rows only their tenant sees."""

_JSON = postgresql.JSONB(astext_type=sa.Text())
_TEXTS = postgresql.ARRAY(sa.Text())
_IDS = postgresql.ARRAY(sa.Uuid())

_ASSESSED = """jsonb_build_object(
    'probability', probability, 'impact_cost', impact_cost, 'impact_days', impact_days,
    'scope_share', 0.0, 'quality_share', 0.0, 'probability_level', probability_level, 'impact_level', impact_level,
    'score', score, 'rating', rating, 'expected_value', expected_value)"""


def upgrade() -> None:
    for column in (
        sa.Column("scope_share", sa.Double(), nullable=False, server_default="0"),
        sa.Column("quality_share", sa.Double(), nullable=False, server_default="0"),
        sa.Column("estimate_line_ids", _IDS, nullable=False, server_default="{}"),
        sa.Column("knowledge", sa.Text(), nullable=True),
        sa.Column("knowledge_why", sa.Text(), nullable=True),
        sa.Column("near_from", sa.Date(), nullable=True),
        sa.Column("near_until", sa.Date(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("manageability", sa.Text(), nullable=True),
        sa.Column("detectability", sa.Text(), nullable=True),
        sa.Column("early_warnings", _TEXTS, nullable=False, server_default="{}"),
        sa.Column("inherent", _JSON, nullable=True),
        sa.Column("current", _JSON, nullable=True),
        sa.Column("residual", _JSON, nullable=True),
    ):
        op.add_column("risk", column)
    op.execute(f"UPDATE risk SET inherent = {_ASSESSED}, current = {_ASSESSED}, residual = {_ASSESSED}")
    for name in ("inherent", "current", "residual"):
        op.alter_column("risk", name, nullable=False)
    for name in ("scope_share", "quality_share", "estimate_line_ids", "early_warnings"):
        op.alter_column("risk", name, server_default=None)
    op.create_table(
        "risk_response",
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("risk_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("acceptance", sa.Text(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("statement_zh", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=True),
        sa.Column("trigger_zh", sa.Text(), nullable=True),
        sa.Column("owner_role", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("probability_factor", sa.Double(), nullable=False),
        sa.Column("impact_factor", sa.Double(), nullable=False),
        sa.Column("secondary_risk_ids", _IDS, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("basis_order", sa.BigInteger(), nullable=False),
        sa.Column("is_proposed", sa.Boolean(), nullable=False),
        sa.Column("decided", _TEXTS, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Text(), server_default=sa.text("current_setting('app.tenant')"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name=op.f("fk_risk_response_risk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_response")),
        sa.UniqueConstraint(
            "tenant_id", "opportunity_id", "code", name=op.f("uq_risk_response_tenant_id_opportunity_id_code")
        ),
    )
    op.create_index(op.f("ix_risk_response_risk_id"), "risk_response", ["risk_id"], unique=False)
    op.create_index(
        "ix_risk_response_opportunity_id_created_at",
        "risk_response",
        ["opportunity_id", "created_at", "id"],
        unique=False,
    )
    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )
    _keep_measures()
    op.drop_column("risk", "response")


def _keep_measures() -> None:
    """Each risk had one response of two texts: a preventive measure with its cost, and a contingency measure."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT * FROM risk WHERE response IS NOT NULL")).mappings()
    measures = [
        {
            **{name: row[name] for name in _OF_RISK},
            "id": uuid5(UUID(str(row["id"])), f"response:{kind}"),
            "risk_id": row["id"],
            "code": f"{row['code']}-{letter}",
            "strategy": row["response"]["strategy"],
            "kind": kind,
            "statement": row["response"][kind],
            "statement_zh": row["response"][f"{kind}_zh"] or row["response"][kind],
            "trigger": row["title"] if kind == "contingency" else None,
            "trigger_zh": row["title_zh"] if kind == "contingency" else None,
            "owner_role": row["response"]["owner_role"],
            "cost": row["response"]["cost"] if kind == _paying(row["response"]) else "0",
        }
        for row in rows
        for kind, letter in (("preventive", "P"), ("contingency", "C"))
        if row["response"][kind]
    ]
    statement = sa.text(
        "INSERT INTO risk_response (id, tenant_id, opportunity_id, risk_id, currency, code, strategy, kind, statement,"
        " statement_zh, trigger, trigger_zh, owner_role, cost, probability_factor, impact_factor, secondary_risk_ids,"
        " status, origin, basis_order, is_proposed, decided, version, created_at, created_by, updated_at)"
        " VALUES (:id, :tenant_id, :opportunity_id, :risk_id, :currency, :code, :strategy, :kind, :statement,"
        " :statement_zh, :trigger, :trigger_zh, :owner_role, CAST(CAST(:cost AS text) AS numeric), 1, 1, '{}',"
        " 'planned', :origin, :basis_order, :is_proposed, '{}', 1, :created_at, :created_by, :updated_at)"
    )
    for measure in measures:
        connection.execute(statement, measure)


_OF_RISK = (
    "tenant_id", "opportunity_id", "currency", "origin", "basis_order", "is_proposed", "created_at", "created_by",
    "updated_at",
)  # fmt: skip


def _paying(response: dict[str, str | None]) -> str:
    return "preventive" if response["preventive"] else "contingency"


def downgrade() -> None:
    raise NotImplementedError("Several measures do not fit one column: restore the backup from before the upgrade.")
