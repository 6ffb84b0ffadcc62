"""Commands as an operator runs them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent


def run(*command, folder=ROOT, **environment):
    own = {name: value for name, value in os.environ.items() if not name.startswith("PRESALES_")}
    ran = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env={**own, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran
