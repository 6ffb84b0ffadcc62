"""A server that speaks as much S3 as the store of documents needs, with requests' signatures checked (Signature V4).

A stand-in: what servers make of S3 was tried by hand on a real one (docs/decisions/0076).
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET, KEY, SECRET, REGION = "offers", "presales-key", "a secret of tests", "us-east-1"


class S3(ThreadingHTTPServer):
    """One bucket in memory."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.objects: dict[str, bytes] = {}
        self.is_away = False
        self.most_keys = 2
        """In one page of a list."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def settings(self) -> dict[str, str]:
        """Of a service that keeps its documents here."""
        return {
            "documents_s3_bucket": BUCKET,
            "documents_s3_endpoint": self.url,
            "documents_s3_key_id": KEY,
            "documents_s3_secret": SECRET,
        }


@contextmanager
def s3() -> Iterator[S3]:
    """The server, while the body runs."""
    server = S3()
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: S3

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if name := self._object(body):
            self.server.objects[name] = body
            self._answer(200, b"", ETag=f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')

    def do_GET(self) -> None:
        name = self._object(b"")
        if name is None:
            return
        if not name:
            self._list(parse_qs(urlsplit(self.path).query))
        elif name in self.server.objects:
            time = "Mon, 30 Nov 2026 00:00:00 GMT"
            self._answer(200, self.server.objects[name], ETag='"x"', **{"Last-Modified": time})
        else:
            self._refuse(404, "NoSuchKey")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        if name := self._object(b""):
            self.server.objects.pop(name, None)
            self._answer(204, b"")

    def _list(self, query: dict[str, list[str]]) -> None:
        [prefix], [after] = query.get("prefix", [""]), query.get("continuation-token", [""])
        names = sorted(name for name in self.server.objects if name.startswith(prefix) and name > after)
        page, more = names[: self.server.most_keys], len(names) > self.server.most_keys
        told = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{len(self.server.objects[name])}</Size><ETag>x</ETag>"
            "<LastModified>2026-11-30T00:00:00.000Z</LastModified></Contents>"
            for name in page
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        answer = f"<ListBucketResult>{told}<IsTruncated>{str(more).lower()}</IsTruncated>{token}</ListBucketResult>"
        self._answer(200, answer.encode())

    def _object(self, body: bytes) -> str | None:
        """The name within the bucket; None where it was refused already."""
        bucket, _, name = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        if self.server.is_away:
            return self._refuse(503, "SlowDown")
        if not self._is_signed(body):
            return self._refuse(403, "SignatureDoesNotMatch")
        if bucket != BUCKET:
            return self._refuse(404, "NoSuchBucket")
        return name

    def _is_signed(self, body: bytes) -> bool:
        told = dict(part.strip().split("=", 1) for part in self.headers["Authorization"].split(" ", 1)[1].split(","))
        day = self.headers["x-amz-date"][:8]
        scope = f"{day}/{REGION}/s3/aws4_request"
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        asked = "&".join(f"{quote(name, safe='-_.~')}={quote(query[name][0], safe='-_.~')}" for name in sorted(query))
        signed = told["SignedHeaders"].split(";")
        headers = "".join(f"{name}:{self.headers[name].strip()}\n" for name in signed)
        digest = self.headers["x-amz-content-sha256"]
        canonical = f"{self.command}\n{path}\n{asked}\n{headers}\n{told['SignedHeaders']}\n{digest}"
        wanted = (
            f"AWS4-HMAC-SHA256\n{self.headers['x-amz-date']}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        )
        key = f"AWS4{SECRET}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        right = hmac.digest(key, wanted.encode(), "sha256").hex()
        is_whole = digest == hashlib.sha256(body).hexdigest()
        return told["Credential"] == f"{KEY}/{scope}" and hmac.compare_digest(told["Signature"], right) and is_whole

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code></Error>".encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
