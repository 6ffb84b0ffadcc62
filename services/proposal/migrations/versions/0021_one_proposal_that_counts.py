"""One proposal of an opportunity is in work, one is with the client, one is accepted: of several the newest stays."""

from alembic import op

revision, down_revision = "0021", "0020"

_ONE = {
    "in_work": "status IN ('draft', 'in_review', 'approved')",
    "submitted": "status = 'submitted'",
    "accepted": "status = 'accepted'",
}


def upgrade() -> None:
    for where in _ONE.values():
        op.execute(
            "UPDATE proposal SET status = 'superseded', version = version + 1, updated_at = now() WHERE id IN"
            " (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY tenant_id, opportunity_id"
            f" ORDER BY revision DESC) AS place FROM proposal WHERE {where}) AS counting WHERE place > 1)"
        )
    for name, where in _ONE.items():
        op.execute(
            f"ALTER TABLE proposal ADD CONSTRAINT one_proposal_{name} EXCLUDE USING btree"
            f" (tenant_id WITH =, opportunity_id WITH =) WHERE ({where}) DEFERRABLE INITIALLY DEFERRED"
        )


def downgrade() -> None:
    for name in _ONE:
        op.drop_constraint(f"one_proposal_{name}", "proposal")
