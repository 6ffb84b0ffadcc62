"""Roles: named sets of permissions `<collection>:<action>`, as the business defines them that the kernel serves."""

from collections.abc import Iterable, Mapping

ROLES: dict[str, frozenset[str]] = {}
"""What each role may do; `*:<action>` is for every collection but the guarded ones, `*:*` for everything."""

GUARDED = {"audit-entries", "parked-events"}
"""Collections that `*:read` does not cover: they hold internal figures of all others."""


def define_roles(roles: Mapping[str, frozenset[str]], *, guarded: Iterable[str]) -> None:
    """Have these roles, and these collections guarded too, from here on."""
    ROLES.update(roles)
    GUARDED.update(guarded)
