"""What comes with the product: a calendar, response policies, cadences and surveys."""

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
DEFAULTS: dict[str, Any] = json.loads((_FOLDER / "defaults.json").read_text(encoding="utf-8"))
"""`calendar`, `policies`, `due_soon_fraction`, `cadences`."""
SURVEYS: list[dict[str, Any]] = json.loads((_FOLDER / "surveys.json").read_text(encoding="utf-8"))
