"""The version of the product, and the newest revision that this code knows of each schema."""

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from presales import VERSION

_SERVICES = ("requirements", "engagement", "estimation", "risk", "proposal", "insights")


def main(arguments: Sequence[str]) -> None:
    """Print both; an image says of which services it has the code."""
    argparse.ArgumentParser(prog="presales version", description=__doc__).parse_args(arguments)
    sys.stdout.write(f"presales {VERSION}\n")
    if find_spec("alembic") is None:
        return
    from shared.kernel.migrations import head_of  # noqa: PLC0415 (the gateway has no database)

    for service in _SERVICES:
        if find_spec("services") is not None and find_spec(f"services.{service}") is not None:
            sys.stdout.write(f"schema of {service}: {head_of(service)}\n")
