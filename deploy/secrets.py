"""What `presales setup` made, as Secrets of Kubernetes: `presales secrets FOLDER | kubectl apply -f -`.

A Secret for each deployable, with the files of its folder and no others. `administration` has what the job needs that
makes roles, databases and the stream and migrates: its keys are paths within FOLDER, with `.` between. `db-superuser`
has the shape that CloudNativePG takes, where setup was to make the superuser's password.
"""

import argparse
import base64
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.bus import ADMINISTRATOR
from deploy.embedded import SERVICES
from deploy.setup import ADMINISTRATION

_NAMESPACE = "presales"


def secrets_of(folder: Path, namespace: str) -> list[dict[str, Any]]:
    """The manifests. Raises `SystemExit` when the folder has not what `presales setup` makes."""
    made = [_secret(namespace, name, _files(folder / name)) for name in ("gateway", *SERVICES, "nats")]
    kept = [folder / ADMINISTRATION / "nats" / f"{ADMINISTRATOR}.nk"]
    kept += [folder / ADMINISTRATION / f"migration_url_{service}" for service in SERVICES]
    kept += [folder / service / "database_url" for service in SERVICES]
    named = {".".join(path.relative_to(folder).parts): _text(path) for path in kept}
    made.append(_secret(namespace, ADMINISTRATION, named))
    password = folder / "postgres" / "password"
    if password.exists():
        known = {"username": "postgres", "password": _text(password)}
        place = urlsplit(_text(kept[-1])).netloc.rpartition("@")[2]
        known["uri"] = f"postgresql://postgres:{known['password']}@{place}/postgres"
        made.append(_secret(namespace, "db-superuser", known, kind="kubernetes.io/basic-auth"))
    return made


def _files(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not there: make it with `presales setup` first")
    return {path.name: _text(path) for path in sorted(folder.iterdir()) if path.is_file()}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SystemExit(f"{path} cannot be read: {error.strerror}") from None


def _secret(namespace: str, name: str, values: Mapping[str, str], kind: str = "Opaque") -> dict[str, Any]:
    labels = {"app.kubernetes.io/part-of": "presales"}
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind, "data": data}


def main(arguments: Sequence[str]) -> None:
    """Print the manifests, a document each: JSON, which is YAML."""
    parser = argparse.ArgumentParser(prog="presales secrets", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder of `presales setup`")
    parser.add_argument("--namespace", default=_NAMESPACE, help="where they are wanted (default: %(default)s)")
    wanted = parser.parse_args(arguments)
    for secret in secrets_of(wanted.folder, wanted.namespace):
        sys.stdout.write(f"---\n{json.dumps(secret, indent=1)}\n")
