"""What is read from the claims of an access token: who, of which tenant, with which roles and scopes."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from shared.kernel.auth import LINK_SUBJECT
from shared.kernel.problems import Unauthenticated

TENANT = re.compile(r"[a-z0-9-]{1,40}")
"""A tenant is a token of event subjects, so it is a slug."""
_SUBJECT = re.compile(rf"(?!{LINK_SUBJECT})[^\x00-\x1f\x7f]{{1,200}}")
_ABSENT = object()
_ZONES = available_timezones()
_LINE = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_PICTURE = re.compile(r"https://[^\s\x00-\x1f]{1,992}")


def _is_line(value: str) -> bool:
    return bool(_LINE.fullmatch(value)) and not value.isspace()


def _is_zone(value: str) -> bool:
    return value in _ZONES


PERSON: Mapping[str, Callable[[str], bool]] = {
    "name": _is_line,
    "name_zh": _is_line,
    "title": _is_line,
    "picture_url": lambda value: bool(_PICTURE.fullmatch(value)),
    "team": _is_line,
    "time_zone": _is_zone,
}
"""What a token may say of a person, and which texts can be shown so."""


class ClaimNotUsable(Unauthenticated):
    title = ("A claim cannot be used", "令牌声明无法使用")
    en = "The claim `{claim}` of this token must be {must}; look at what the issuer puts there."
    zh = "令牌中的声明 `{claim}` 无法使用，请检查身份提供方的声明映射配置。"

    def members(self) -> Mapping[str, Any]:
        return {"claim": self.facts["claim"]}


@dataclass(frozen=True, slots=True)
class ClaimPaths:
    """Where an issuer puts things: `realm_access.roles` is `roles` in `realm_access`. Names may have dots too."""

    subject: str = "sub"
    tenant: str = "tenant"
    roles: tuple[str, ...] = ("roles",)
    scopes: tuple[str, ...] = ("scope",)
    person: Mapping[str, str] = field(default_factory=dict)
    """By what we call it: the claim that says it."""

    def read(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        """`sub`, `tenant`, `roles`, `scopes` and `person`. Raises `ClaimNotUsable`."""
        return {
            "sub": _text(claims, self.subject, _SUBJECT, "a text of 1 to 200 characters"),
            "tenant": _text(claims, self.tenant, TENANT, "a slug of a-z, 0-9 and -"),
            "roles": _names(claims, self.roles),
            "scopes": _names(claims, self.scopes),
            "person": self._person(claims),
        }

    def _person(self, claims: Mapping[str, Any]) -> dict[str, str]:
        """Who it is, for people. What is no such text is left out: a picture that cannot be shown keeps nobody out."""
        said: dict[str, str] = {}
        for name, path in self.person.items():
            try:
                value = _found(claims, path)
            except ClaimNotUsable:
                continue
            if isinstance(value, str) and PERSON[name](value):
                said[name] = value
        return said


def _text(claims: Mapping[str, Any], path: str, pattern: re.Pattern[str], must: str) -> str:
    value = _found(claims, path)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ClaimNotUsable(claim=path, must=must)
    return value


def _names(claims: Mapping[str, Any], paths: Iterable[str]) -> list[str]:
    names: dict[str, None] = {}
    for path in paths:
        value = _found(claims, path)
        if value is _ABSENT:
            continue
        several = value.split() if isinstance(value, str) else value
        if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
            raise ClaimNotUsable(claim=path, must="a list of texts, or one text with blanks between")
        names.update(dict.fromkeys(several))
    return list(names)


def _found(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:
        return claims[path]
    cut = len(path)
    while (cut := path.rfind(".", 0, cut)) > 0:
        inner = claims.get(path[:cut], _ABSENT)
        if inner is _ABSENT:
            continue
        if not isinstance(inner, Mapping):
            raise ClaimNotUsable(claim=path[:cut], must="an object")
        return _found(inner, path[cut + 1 :])
    return _ABSENT
