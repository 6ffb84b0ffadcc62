"""How long a read takes through the gateway, beside the cheapest that there is: what a busy machine adds is in both."""

import time

import httpx

_TIMES = 200
_CHEAPEST = "/journeys?limit=1"


async def timed(client: httpx.AsyncClient, path: str) -> tuple[str, httpx.Response]:
    """Percentiles of `path` in ms, in brackets those of the cheapest read in between, and the last answer."""
    taken, least = [], []
    for _ in range(_TIMES):
        least.append((await _once(client, _CHEAPEST))[0])
        duration, answer = await _once(client, path)
        taken.append(duration)
    return ", ".join(f"p{rank} {_at(taken, rank):.0f} ms ({_at(least, rank):.0f})" for rank in (50, 95)), answer


async def _once(client: httpx.AsyncClient, path: str) -> tuple[float, httpx.Response]:
    started = time.perf_counter()
    answer = await client.get(path)
    answer.raise_for_status()
    return 1000 * (time.perf_counter() - started), answer


def _at(taken: list[float], rank: int) -> float:
    return sorted(taken)[len(taken) * rank // 100]
