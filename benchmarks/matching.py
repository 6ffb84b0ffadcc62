"""Which capabilities are suggested for requirements of the samples, by meaning and by words: how often the right one.

The requirements are those of the samples as they are (24 Chinese, 16 English); the catalogue (`matching.json`) was written for
them in one language each, half of them in the other one than the requirement, as catalogues are. By meaning needs the
extra `semantic`.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from services.requirements.queries.ranking import is_semantic, ranked

_ROOT = Path(__file__).parent.parent
_FIRST = 3


def queries(right: dict[str, dict[str, list[str]]]) -> Iterator[tuple[str, list[str]]]:
    """Each requirement as it is asked for, with the codes of the capabilities that meet it."""
    for name, wanted in right.items():
        sample = json.loads((_ROOT / "examples" / name / "sample.json").read_text(encoding="utf-8"))
        needs = {one["code"]: one for one in sample["requirements"]}
        for code, codes in wanted.items():
            yield f"{needs[code]['title']}\n{needs[code]['statement']}", codes


def run() -> None:
    """Print the share that is right first, and in the first three, for each method that is there."""
    content = json.loads(Path(__file__).with_name("matching.json").read_text(encoding="utf-8"))
    codes = [one["code"] for one in content["capabilities"]]
    texts = [one["text"] for one in content["capabilities"]]
    asked = list(queries(content["right"]))
    for by_meaning in (True, False) if is_semantic() else (False,):
        started = time.perf_counter()
        found = ranked([text for text, _ in asked], texts, _FIRST, by_meaning=by_meaning)
        seconds = time.perf_counter() - started
        hits = [[codes[at] in right for at, _ in best] for best, (_, right) in zip(found.best, asked, strict=True)]
        first, three = (sum(any(one[:n]) for one in hits) / len(hits) for n in (1, _FIRST))
        print(
            f"{found.method}: right first {first:.0%}, in the first {_FIRST} {three:.0%}; {len(asked)} x {len(texts)} in {seconds:.2f} s"
        )
