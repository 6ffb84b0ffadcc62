"""A requirement has the code that the client gives it, so that a revised list is matched; imports tell guesses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0013", "0012"

_SEARCHED = ("code", "title", "statement", "rationale", "client_words")


def upgrade() -> None:
    op.add_column("requirement", sa.Column("client_code", sa.Text(), nullable=True))
    op.add_column("import", sa.Column("remarks", postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column("import", sa.Column("priority_scale", sa.Text(), nullable=True))
    op.add_column("import_row", sa.Column("notes_zh", postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column("import_row", sa.Column("left_out", sa.Text(), nullable=True))
    _fill_search((*_SEARCHED, "client_code"))
    # Until now the client's code was kept in the place, `line 2 (FR1)`, cut at 40 characters.
    op.execute(
        r"""UPDATE requirement SET client_code = substring(sources -> 0 ->> 'location' FROM ' \(([^()]{1,39})\)$')
        WHERE origin ->> 'kind' = 'import' AND sources -> 0 ->> 'location' ~ ' \([^()]{1,39}\)$'"""
    )


def downgrade() -> None:
    _fill_search(_SEARCHED)
    op.drop_column("import_row", "left_out")
    op.drop_column("import_row", "notes_zh")
    op.drop_column("import", "priority_scale")
    op.drop_column("import", "remarks")
    op.drop_column("requirement", "client_code")


def _fill_search(columns: tuple[str, ...]) -> None:
    names = ", ".join(f"'{column}'" for column in columns)
    op.execute(
        "CREATE OR REPLACE TRIGGER fill_search BEFORE INSERT OR UPDATE ON requirement"
        f" FOR EACH ROW EXECUTE FUNCTION fill_search({names})"
    )
