"""Quality findings on real client files: how many in a hundred statements, and how many of those judged were right."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from services.requirements.domain import intake
from services.requirements.domain.columns import mappings
from services.requirements.domain.quality import Finding, Statement
from services.requirements.exchange.child import read
from services.requirements.shipped import rules, synonyms
from shared.files import Refused

_ROOT = Path(__file__).parent.parent
_FILES = _ROOT / "tests" / "requirements" / "files"
_SAMPLES = ("bank-lending", "epermit")
JUDGED = Path(__file__).with_name("quality_judged.json")
"""The first fifty findings about words and clauses, each looked at by a person: is_right, and why where it is not."""
_FORMAL = {"no_acceptance", "no_source", "duplicate"}
"""Findings about what is missing or repeated: right by their nature."""


def documents() -> Iterator[tuple[str, list[tuple[str, Statement]]]]:
    """Each file or sample with its statements and their places."""
    for path in sorted(_FILES.glob("*/*")):
        try:
            document = read(path.name, path.read_bytes())
        except Refused:
            continue
        rows = intake.rows(document, mappings(document, synonyms()), path.name).rows
        if path.stem != "LICENSE":
            yield path.name, [(row.place, _statement(n, row.wish)) for n, row in enumerate(rows) if row.wish]
    for name in _SAMPLES:
        content = json.loads((_ROOT / "examples" / name / "sample.json").read_text(encoding="utf-8"))
        yield name, [(one["code"], _statement(n, one)) for n, one in enumerate(content["requirements"])]


def _statement(number: int, wish: dict[str, object]) -> Statement:
    return Statement(
        code=f"{number}",
        text=str(wish["statement"]),
        kind=str(wish["kind"]),
        priority=str(wish.get("priority", "must")),
        is_measured=bool(wish.get("metric")),
        is_acceptable=bool(wish.get("acceptance_criteria")),
        is_sourced=True,
    )


def findings() -> Iterator[tuple[str, str, Statement, Finding]]:
    for name, statements in documents():
        for place, statement in statements:
            for one in rules().findings(statement):
                yield name, place, statement, one


def run() -> None:
    """Print findings per hundred statements by rule, and the share of the judged ones that were right."""
    statements = {name: len(found) for name, found in documents()}
    counts = Counter(one.rule for _, _, _, one in findings())
    for _, found in documents():
        counts["duplicate"] += len(rules().duplicates([statement for _, statement in found]))
    total = sum(statements.values())
    print(f"{total} statements of {len(statements)} files and samples; findings per hundred:")
    for rule, count in counts.most_common():
        print(f"  {rule:<15} {100 * count / total:5.1f}")
    judged = {
        (one["file"], one["place"], one["rule"], one["words"]): one["is_right"]
        for one in json.loads(JUDGED.read_text(encoding="utf-8"))
    }
    about_words = [(name, place, one.rule, one.words) for name, place, _, one in findings() if one.rule not in _FORMAL]
    seen = [judged[key] for key in about_words if key in judged]
    print(f"judged: {len(seen)} of {len(about_words)}, right {sum(seen)} = {sum(seen) / len(seen):.0%}")
