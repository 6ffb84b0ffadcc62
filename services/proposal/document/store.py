"""Where rendered documents are kept: files named by the SHA-256 of their bytes, written once and never changed."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

import orjson

from shared.kernel.problems import Problem

_NAME = re.compile(r"[0-9a-f]{64}")


class DocumentUnavailable(Problem):
    status = 503
    title = ("The file cannot be delivered", "文件暂不可用")
    en = "The file with SHA-256 {sha256} is missing or altered in the store; it has to be restored."
    zh = "文件（SHA-256 {sha256}）在存储中缺失或已被改动，须由运维人员恢复。"


class Store:
    """A folder of immutable files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Keep `data`, which then survives a power cut; returns its name. Keeping it again changes nothing."""
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        if path.exists() and path.read_bytes() == data:
            return name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # The whole file appears at once: a reader never sees a part, and a damaged one is replaced.
        Path(file.name).replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return name

    def get(self, name: str) -> bytes:
        """The bytes kept under `name`. Raises `DocumentUnavailable` when they are not there or not what was kept."""
        try:
            data = self._path(name).read_bytes()
        except OSError:
            raise DocumentUnavailable(sha256=name) from None
        if hashlib.sha256(data).hexdigest() != name:
            raise DocumentUnavailable(sha256=name)
        return data

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a stored file")
        return self.folder / name[:2] / name


def logo_of(store: Store, content: bytes) -> bytes | None:
    """The file of the logo that a canonical content names. Raises `DocumentUnavailable`."""
    sha256 = (orjson.loads(content).get("branding") or {}).get("logo_sha256")
    return None if sha256 is None else store.get(sha256)
