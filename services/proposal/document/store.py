"""Where documents, logos, templates and files of materials are kept: by their SHA-256, never changed.

In a folder, or in a bucket of a server that speaks S3 (docs/decisions/0076). What nobody needs goes (0080).
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import orjson
import structlog

from services.proposal.settings import DocumentStorage
from shared.kernel.problems import Problem

if TYPE_CHECKING:
    from obstore.store import S3Store

log = structlog.get_logger()

_NAME = re.compile(r"[0-9a-f]{64}")
_CONNECT, _ANSWER, _TRY = timedelta(seconds=3), timedelta(seconds=20), timedelta(seconds=10)
"""For a connection, for one answer, and how long the same is tried again."""


class DocumentUnavailable(Problem):
    status = 503
    title = ("The file cannot be delivered", "文件暂不可用")
    en = "The file with SHA-256 {sha256} is missing or altered in the store; it has to be restored."
    zh = "文件（SHA-256 {sha256}）在存储中缺失或已被改动，须由运维人员恢复。"


class StorageAway(Problem):
    status = 503
    title = ("The storage of files does not answer", "文件存储暂不可用")
    en = "The storage of documents cannot be reached, or refuses us; try again later."
    zh = "文件存储无法访问或拒绝了请求，请稍后重试。"


class Store(Protocol):
    """Immutable files by name; whoever deletes one knows that nobody names it (`commands/retention.py`)."""

    def put(self, data: bytes) -> str:
        """Keep `data`, which then survives a power cut; returns its name. Keeping it again changes nothing.

        Raises `StorageAway`.
        """

    def get(self, name: str) -> bytes:
        """The bytes kept under `name`. Raises `DocumentUnavailable` when they are not there or not what was kept.

        Raises `StorageAway`.
        """

    def has(self, name: str) -> bool:
        """Whether there is a file of that name, whatever is in it; none where no bucket is. Raises `StorageAway`."""

    def delete(self, name: str) -> None:
        """Have no file of that name. One that is gone already is no error. Raises `StorageAway`."""

    def names(self) -> Iterator[str]:
        """Of all that is kept. Raises `StorageAway`."""


def store_of(storage: DocumentStorage) -> Store:
    """The folder or the bucket that the settings name."""
    return _bucket(storage) if storage.documents_s3_bucket else Folder(storage.documents_folder)


class Folder:
    """Files of a folder that all replicas share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """See `Store`."""
        name = hashlib.sha256(data).hexdigest()
        path = self.folder / _place(name)
        if path.exists() and path.read_bytes() == data:
            return name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # The whole file appears at once: a reader never sees a part, and a damaged one is replaced.
        Path(file.name).replace(path)
        _sync(path.parent)
        return name

    def get(self, name: str) -> bytes:
        """See `Store`."""
        try:
            data = (self.folder / _place(name)).read_bytes()
        except OSError:
            raise DocumentUnavailable(sha256=name) from None
        return _proven(name, data)

    def has(self, name: str) -> bool:
        """See `Store`."""
        return (self.folder / _place(name)).exists()

    def delete(self, name: str) -> None:
        """See `Store`. After a power cut it is not there again."""
        path = self.folder / _place(name)
        try:
            path.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("storage.away", error=str(error))
            raise StorageAway from error
        _sync(path.parent)

    def names(self) -> Iterator[str]:
        """See `Store`."""
        return (path.name for path in self.folder.glob("??/*") if _NAME.fullmatch(path.name))


class Bucket:
    """Objects of a bucket, whose names are as the paths in a folder: what is copied from one to the other is found."""

    def __init__(self, bucket: "S3Store") -> None:
        self._bucket = bucket

    def put(self, data: bytes) -> str:
        """See `Store`. An object appears as a whole or not at all."""
        name = hashlib.sha256(data).hexdigest()
        with _reaching():
            self._bucket.put(_place(name), data)
        return name

    def get(self, name: str) -> bytes:
        """See `Store`."""
        place = _place(name)
        with _reaching(name):
            data = bytes(self._bucket.get(place).bytes())
        return _proven(name, data)

    def has(self, name: str) -> bool:
        """See `Store`."""
        place = _place(name)
        try:
            with _reaching(name):
                self._bucket.head(place)
        except DocumentUnavailable:
            return False
        return True

    def delete(self, name: str) -> None:
        """See `Store`."""
        place = _place(name)
        with suppress(DocumentUnavailable), _reaching(name):
            self._bucket.delete(place)

    def names(self) -> Iterator[str]:
        """See `Store`."""
        with _reaching():
            for some in self._bucket.list():
                yield from (name for one in some if _NAME.fullmatch(name := one["path"].rpartition("/")[2]))


@contextmanager
def _reaching(name: str | None = None) -> Iterator[None]:
    """What the bucket's library raises, in our words; `name` is the file that must be there."""
    from obstore.exceptions import BaseError, NotFoundError  # noqa: PLC0415 (see `_bucket`)

    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        if name and isinstance(error, NotFoundError | FileNotFoundError) and "NoSuchBucket" not in str(error):
            raise DocumentUnavailable(sha256=name) from None
        log.warning("storage.away", error=str(error)[:1000])  # where it is concerns nobody outside
        raise StorageAway from error


@cache
def _bucket(storage: DocumentStorage) -> Bucket:
    """One for all of a process: it keeps its connections. Its library is loaded where a bucket is named."""
    from obstore.store import S3Store  # noqa: PLC0415

    key, secret = storage.documents_s3_key_id, storage.documents_s3_secret
    return Bucket(
        S3Store(
            storage.documents_s3_bucket,
            prefix=storage.documents_s3_prefix or None,
            endpoint=storage.documents_s3_endpoint or None,
            region=storage.documents_s3_region,
            access_key_id=key and key.get_secret_value(),
            secret_access_key=secret and secret.get_secret_value(),
            virtual_hosted_style_request=False,
            disable_bulk_delete=True,  # not every server has it
            client_options={"allow_http": True, "connect_timeout": _CONNECT, "timeout": _ANSWER},
            retry_config={"max_retries": 3, "retry_timeout": _TRY},
        )
    )


def _sync(folder: Path) -> None:
    """Have what was put there, or taken away, last."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _place(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a stored file")
    return f"{name[:2]}/{name}"


def _proven(name: str, data: bytes) -> bytes:
    if hashlib.sha256(data).hexdigest() != name:
        raise DocumentUnavailable(sha256=name)
    return data


def logo_of(store: Store, content: bytes) -> bytes | None:
    """The file of the logo that a canonical content names. Raises `DocumentUnavailable` and `StorageAway`."""
    sha256 = (orjson.loads(content).get("branding") or {}).get("logo_sha256")
    return None if sha256 is None else store.get(sha256)
