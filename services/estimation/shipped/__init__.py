"""The parameter set that every tenant begins with, as data with its provenance, and how sets are read.

`csbmk-202510-2.json` combines the function-point chain of GB/T 36964 with the productivity benchmark CSBMK-202510, and
a bottom-up table calibrated to the same benchmark, so that the two methods can be compared:

* hours per function point (P10, most likely, P90) by kind of requirement, times the P50 of the client's industry over
  that of all industries; what has no function points has days instead;
* an unsized functional, interface or data requirement counts as a usual one, and is named as unsized;
* management, quality assurance, deployment, training and warranty are shares of the requirements' effort.

Benchmark figures are second-hand: defaults to begin with, never an authority. `provenance` says where each part is
from.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

NAMESPACE = UUID("6f3d6a52-7a0c-5f0e-9d3c-2f4b1a8c7e10")
"""Of the ids that the shipped set has in each tenant."""

_SHIPPED = Path(__file__).parent / "csbmk-202510-2.json"


@cache
def shipped_set() -> Mapping[str, Any]:
    """The shipped set: name, title, title_zh, provenance, parameters."""
    content: Mapping[str, Any] = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    return content
