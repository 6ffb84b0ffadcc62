"""Whether the deployable of this container is ready: `presales healthcheck [URL]`; 1 when it is not.

Nothing but the standard library, and little of that: it is run every few seconds, on a machine that may be busy.
"""

import os
import socket
import sys
from collections.abc import Sequence

_SECONDS = 5
_READY = b" 200 "


def main(arguments: Sequence[str]) -> None:
    """Ask `/readyz` of this container, or of another address: host:port."""
    if "--help" in arguments or "-h" in arguments:
        sys.stdout.write(f"usage: presales healthcheck [HOST:PORT]\n\n{__doc__}")
        return
    port = os.environ.get("PRESALES_PORT", "")
    address = arguments[0] if arguments else f"127.0.0.1:{port if port.isdecimal() else 8080}"
    host, _, number = address.rpartition(":")
    if not host or not number.isdecimal():
        raise SystemExit(f"{address!r} is no HOST:PORT.")
    try:
        with socket.create_connection((host, int(number)), _SECONDS) as connection:
            connection.settimeout(_SECONDS)
            connection.sendall(f"GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while part := connection.recv(65536):
                answer += part
    except OSError as error:
        raise SystemExit(f"{address} does not answer: {error.strerror or error}") from None
    head, _, body = answer.partition(b"\r\n\r\n")
    if _READY not in head.partition(b"\r\n")[0]:
        raise SystemExit(f"{address} is not ready: {body.decode(errors='replace')[:1000]}")
