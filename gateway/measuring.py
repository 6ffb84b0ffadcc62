"""What the gateway counts: requests by the template of their path, callers who were not let in, what stood in the way.

A path itself is never a label: clients choose it, and each would stay as a series for ever.
"""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from prometheus_client import Counter

from gateway.settings import SERVICES
from shared.kernel.problems import Unauthenticated
from shared.kernel.web import begin_counting

REFUSED = Counter("presales_tokens_refused_total", "callers who were not let in", ["reason"])
LIMITED = Counter("presales_requests_limited_total", "requests over a limit", ["policy"])
UPSTREAM_ERRORS = Counter("presales_upstream_errors_total", "services that did not answer, or broke off", ["upstream"])

_OF_TOKEN: dict[type[BaseException], str] = {
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not_yet_valid",
    jwt.InvalidAudienceError: "audience",
    jwt.InvalidIssuerError: "issuer",
    jwt.InvalidSignatureError: "signature",
    jwt.MissingRequiredClaimError: "claim_missing",
}
"""Reasons by what a token was refused with; any other is one that cannot be read, or of a key that nobody knows."""
_OF_PROBLEM = ("link_not_valid", "token_in_address", "claim_not_usable")
_ABSENT, _OTHER = "absent", "invalid"
_PAGES = (
    "/", "/client", "/client/{file}", "/console", "/console/{file}", "/docs", "/docs/start.js", "/docs/static/{file}",
    "/livez", "/openapi.json", "/problems", "/readyz",
)  # fmt: skip
_METHODS = ("get", "post", "put", "patch", "delete")
UNMATCHED = "unmatched"
"""What nobody has a path for."""
_NAMED, _END = "{}", "/"
"""Keys of the tree beside the parts of paths, none of which has a slash: of a name's place, and of a path's end."""

for _reason in (*_OF_TOKEN.values(), *_OF_PROBLEM, _OTHER, _ABSENT):
    REFUSED.labels(_reason)
for _policy in ("default", "tenant", "address"):
    LIMITED.labels(_policy)
for _service in SERVICES:
    UPSTREAM_ERRORS.labels(_service)


def note_refused(refused: Unauthenticated, *, is_absent: bool) -> None:
    """Count a caller who was not let in, by what was wrong with the token, if there was one."""
    if refused.code in _OF_PROBLEM:
        reason = refused.code
    elif is_absent:
        reason = _ABSENT
    else:
        reason = next((name for kind, name in _OF_TOKEN.items() if isinstance(refused.__cause__, kind)), _OTHER)
    REFUSED.labels(reason).inc()


class Templates:
    """The templates of all paths that there are, found by their parts."""

    def __init__(self, operations: Iterable[tuple[str, str]], files: Iterable[str] = ()) -> None:
        self._root: dict[str, Any] = {}
        self.files = frozenset(files)
        """Those that answer with a file, a picture or a feed: long work, or without an end."""
        for method, template in operations:
            at = self._root
            for part in template.split("/"):
                at = at.setdefault(re.sub("{.+}", _NAMED, part), {})
            at[_END] = template
            begin_counting(method, template)
        begin_counting("GET", UNMATCHED)

    def of(self, path: str) -> str:
        """The template that a path is of."""
        return self._below(self._root, path.split("/"), 0) or UNMATCHED

    def _below(self, at: dict[str, Any], parts: list[str], depth: int) -> str | None:
        if depth == len(parts):
            template: str | None = at.get(_END)
            return template
        part = parts[depth]
        for name in (part, f"{_NAMED}{part[part.rfind('.') :]}" if "." in part else part, _NAMED):
            if name in at and (found := self._below(at[name], parts, depth + 1)):
                return found
        return None


@cache
def templates() -> Templates:
    """Those of the recorded API, and of the gateway's own pages."""
    paths = json.loads(Path(__file__).with_name("openapi.json").read_bytes())["paths"]
    operations = [(method.upper(), path) for path, known in paths.items() for method in known if method in _METHODS]
    files = (path for path, known in paths.items() if "get" in known and _forms(known["get"]) != {"application/json"})
    return Templates([*(("GET", page) for page in _PAGES), *operations], files)


def _forms(operation: dict[str, Any]) -> set[str]:
    return set(operation["responses"].get("200", {}).get("content", {}))
