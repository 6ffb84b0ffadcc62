"""A proxied GET against the same GET on the service itself, one worker each."""

import asyncio
import statistics
import time
from pathlib import Path

import aiohttp

from deploy.system import System
from shared.kernel.auth import InternalSigner

_SECONDS = 4.0


async def run(system: System) -> None:
    """Rate with 32 connections and median latency with one, gateway and direct in turn."""
    access = {"Authorization": f"Bearer {system.issuer.token('bench', 'admin')}"}
    key = (system.folder / "keys" / "internal.pem").read_text(encoding="utf-8")
    signer = InternalSigner(key)
    direct = f"http://127.0.0.1:{system.services['requirements'].port}"
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{system.url}/v1/clients", json={"name": "bench"}, headers=access) as made:
            path = f"/v1/clients/{(await made.json())['id']}"

        def targets() -> dict[str, tuple[str, dict[str, str]]]:
            token = signer.token({"sub": "bench", "tenant": "demo", "roles": ["admin"]}, "requirements")
            inside = {"Authorization": f"Bearer {token}"}
            return {"direct": (direct + path, inside), "gateway": (system.url + path, access)}

        rates: dict[str, list[float]] = {"direct": [], "gateway": []}
        medians: dict[str, list[float]] = {"direct": [], "gateway": []}
        for _ in range(3):
            for name, (url, headers) in targets().items():
                rates[name].append(await _rate(session, url, headers))
                medians[name].append(await _median(session, url, headers))
    rate = {name: statistics.median(values) for name, values in rates.items()}
    median = {name: statistics.median(values) for name, values in medians.items()}
    print(f"GET of one resource: direct {rate['direct']:.0f}/s, gateway {rate['gateway']:.0f}/s = "
          f"{rate['gateway'] / rate['direct']:.2f} × direct")  # fmt: skip
    print(f"  median of one at a time: direct {median['direct']:.2f} ms, gateway adds "
          f"{median['gateway'] - median['direct']:.2f} ms")  # fmt: skip
    print(f"  processor time of the gateway per request: {await _cost(system, path, access):.0f} µs")


async def _get(session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
    async with session.get(url, headers=headers) as answer:
        await answer.read()
        answer.raise_for_status()


async def _rate(session: aiohttp.ClientSession, url: str, headers: dict[str, str], connections: int = 32) -> float:
    end, count = time.monotonic() + _SECONDS, 0

    async def client() -> None:
        nonlocal count
        while time.monotonic() < end:
            await _get(session, url, headers)
            count += 1

    await asyncio.gather(*(client() for _ in range(connections)))
    return count / _SECONDS


async def _median(session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> float:
    taken = []
    for _ in range(300):
        started = time.perf_counter()
        await _get(session, url, headers)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


async def _cost(system: System, path: str, headers: dict[str, str], count: int = 2000) -> float:
    process = system.gateway.process
    stat = Path(f"/proc/{process.pid if process else 0}/schedstat")
    async with aiohttp.ClientSession() as session:
        before = int(stat.read_text().split()[0])
        for _ in range(count // 20):
            await asyncio.gather(*(_get(session, system.url + path, headers) for _ in range(20)))
        return (int(stat.read_text().split()[0]) - before) / count / 1000
