"""How often anybody may ask: per address before it is known who asks, per caller and tenant after."""

import time
from collections import defaultdict
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil

from gateway.measuring import LIMITED
from shared.kernel.problems import TooManyRequests


class RateLimits:
    """Counts requests in windows of fixed length. Each gateway process counts its own."""

    def __init__(self, seconds: int, **quotas: int) -> None:
        self._seconds, self._quotas = seconds, quotas
        self._window = 0.0
        self._counts: dict[tuple[str, str], int] = defaultdict(int)
        self.policies = ", ".join(f'"{name}";q={quota};w={seconds}' for name, quota in quotas.items()).encode()
        """What the limits are, as the header `RateLimit-Policy` says it."""

    def count(self, **accounts: str) -> bytes:
        """Count a request of these accounts, by policy; returns what each has left, as the header `RateLimit` says it.

        Raises `TooManyRequests`.
        """
        window, elapsed = divmod(time.time(), self._seconds)
        if window != self._window:
            self._window = window
            self._counts.clear()
        wait = ceil(self._seconds - elapsed)
        left = []
        for policy, account in accounts.items():
            self._counts[policy, account] += 1
            rest = self._quotas[policy] - self._counts[policy, account]
            if rest < 0:
                limit = self._quotas[policy]
                LIMITED.labels(policy).inc()
                raise TooManyRequests(limit=limit, seconds=self._seconds, retry_after=wait, policy=policy)
            left.append(f'"{policy}";r={rest};t={wait}')
        return ", ".join(left).encode()


@lru_cache(4096)
def network_of(host: str) -> str:
    """Whom an address is counted as: a version 6 network of 64 bits is one customer's, with addresses without end."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(IPv6Address(int(address) >> 64 << 64)) if address.version == 6 else host  # noqa: PLR2004
