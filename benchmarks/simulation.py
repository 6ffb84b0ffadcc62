"""The simulation: time against the bare numpy expression, memory, error of the P80, charts, and the API meanwhile."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from scipy.special import ndtr

from deploy.system import System
from services.risk.domain.monte_carlo import Activity, Item, Model, Risk, Run, simulate
from shared.charts.picture import draw
from shared.kernel.auth import InternalSigner
from shared.quant.correlation import strata
from shared.quant.distributions import BetaPert
from shared.quant.network import Activity as Step
from shared.quant.network import Link
from tests.support.shared.chart_samples import all_charts

_ITEMS, _RISKS, _STEPS = 200, 30, 100
_NODES = strata(2_048)


def model() -> Model:
    """200 items in ten groups, 30 risks, and a network of 100 activities with their own durations."""
    rng = np.random.default_rng(1)

    def points(low: float, high: float) -> BetaPert:
        return BetaPert(*np.sort(rng.uniform(low, high, 3)).tolist())

    items = tuple(Item(f"i{n}", f"g{n % 10}", points(5, 30), 15.0, 1_000.0) for n in range(_ITEMS))
    steps = tuple(
        Activity(
            Step(
                f"a{n}", 10.0, tuple(Link(f"a{m}") for m in sorted(set(rng.integers(max(0, n - 8), n, 3)))) if n else ()
            ),
            points(3, 30),
        )
        for n in range(_STEPS)
    )
    risks = tuple(
        Risk(
            f"r{n}",
            float(rng.uniform(0.05, 0.6)),
            points(5_000, 50_000),
            BetaPert(0, 2, 9),
            (f"a{rng.integers(_STEPS)}",),
        )
        for n in range(_RISKS)
    )
    return Model(3e6, items, risks, (), steps, daily_burn=900.0)


def ours(samples: int) -> Run:
    """The simulation with all that is said of it."""
    run = simulate(_MODEL, seed=3, samples=samples)
    run.cost.curve(), run.contributions
    return run


def bare(samples: int) -> float:
    """The same model as one would write it down: plain Monte Carlo on whole matrices, without streams or strata."""
    rng = np.random.default_rng(3)
    uncertain = [*(item.size for item in _MODEL.items), *(step.duration for step in _MODEL.activities)]
    groups = rng.standard_normal((samples, 11))
    owner = [n % 10 for n in range(_ITEMS)] + [10] * _STEPS
    scores = np.sqrt(0.1) * rng.standard_normal((samples, 1)) + np.sqrt(0.2) * groups[:, owner]
    scores += np.sqrt(0.7) * rng.standard_normal((samples, len(uncertain)))
    chance = ndtr(scores)
    drawn = np.empty_like(chance)
    for n, one in enumerate(uncertain):
        drawn[:, n] = np.interp(chance[:, n], _NODES, one.quantiles(_NODES))
    parts = (drawn[:, :_ITEMS] - 15.0) * 1_000.0
    happens = rng.random((samples, _RISKS)) < np.array([risk.probability for risk in _MODEL.risks])
    bad = rng.random((samples, _RISKS))
    cost, days = (
        np.stack(
            [np.interp(bad[:, n], _NODES, of(risk).quantiles(_NODES)) for n, risk in enumerate(_MODEL.risks)], axis=1
        )
        for of in (lambda risk: risk.cost, lambda risk: risk.days)
    )
    cost, days = cost * happens, days * happens
    durations = {step.id: drawn[:, _ITEMS + n] for n, step in enumerate(_MODEL.activities)}
    for n, risk in enumerate(_MODEL.risks):
        durations[risk.activities[0]] = durations[risk.activities[0]] + days[:, n]
    finish: dict[str, Any] = {}
    for step in _MODEL.activities:
        start = np.zeros(samples)
        for link in step.step.links:
            start = np.maximum(start, finish[link.predecessor])
        finish[step.id] = start + durations[step.id]
    slip = np.max(np.stack(list(finish.values())), axis=0) - 150.0
    total = _MODEL.base + parts.sum(axis=1) + cost.sum(axis=1) + 900.0 * slip
    centred = total - total.mean()
    np.hstack([parts, cost]).T @ centred
    return float(np.quantile(total, np.arange(1, 100) / 100)[79])


_MODEL = model()


def _seconds(run: Callable[[int], object], samples: int, times: int) -> tuple[float, float]:
    """Processor and wall seconds, the least of some runs: others are on this machine too."""
    processor, wall = [], []
    for _ in range(times):
        started = time.process_time(), time.perf_counter()
        run(samples)
        processor.append(time.process_time() - started[0])
        wall.append(time.perf_counter() - started[1])
    return min(processor), min(wall)


def _memory(name: str, samples: int) -> str:
    """Peak memory of one run in a process of its own, MB."""
    program = f"from benchmarks import simulation as s; s.{name}({samples}); print(s.peak())"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def peak() -> int:
    """MB of this process at most; what `getrusage` says is inherited."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def arithmetic() -> None:
    """Time, memory and error of the domain alone."""
    for samples, times in ((10_000, 7), (100_000, 3)):
        ours(samples)
        (own, own_wall), (plain, plain_wall) = _seconds(ours, samples, times), _seconds(bare, samples, times)
        print(
            f"{samples} samples x {_ITEMS} items + {_RISKS} risks + {_STEPS} activities: {own:.2f} s of the processor "
            f"({own_wall:.2f} s), bare numpy {plain:.2f} s ({plain_wall:.2f} s) = {own / plain:.2f} x; "
            f"peak memory {_memory('ours', samples)} MB, bare {_memory('bare', samples)} MB"
        )
    truth = statistics.mean(
        simulate(_MODEL, seed=seed, samples=100_000).cost.percentile(0.8) for seed in range(100, 104)
    )
    errors = [simulate(_MODEL, seed=seed).cost.percentile(0.8) / truth - 1 for seed in range(20)]
    root = statistics.fmean(error**2 for error in errors) ** 0.5
    print(
        f"P80 of 10,000 samples over 20 seeds: root mean square error {root:.3%}, largest {max(map(abs, errors)):.3%}"
    )


async def pictures() -> None:
    """Charts as SVG and PNG, each drawn anew."""
    for form in ("svg", "png"):
        taken = []
        for chart in all_charts().values():
            await draw(chart, "zh", form=form)
            started = time.perf_counter()
            await draw(chart, "en", form=form)
            taken.append((time.perf_counter() - started) * 1000)
        print(f"charts as {form}: p50 {statistics.median(taken):.0f} ms, largest {max(taken):.0f} ms")


async def run(system: System) -> None:
    """Other calls of the risk service, alone and while two simulations run all the time."""
    arithmetic()
    await pictures()
    key = (system.folder / "keys" / "internal.pem").read_text(encoding="utf-8")
    signer = InternalSigner(key)

    def signed(request: httpx.Request) -> httpx.Request:
        """A token is good for a minute, the measurement takes longer."""
        token = signer.token({"sub": "bench", "tenant": "demo", "roles": ["admin"]}, "risk")
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    service = f"http://127.0.0.1:{system.services['risk'].port}/v1"
    items = [
        {
            "id": f"i{n}",
            "group": f"g{n % 10}",
            "size": {"kind": "pert", "optimistic": 5, "most_likely": 9 + n % 5, "pessimistic": 30},
        }
        for n in range(_ITEMS)
    ]
    body = {"model": {"currency": "CNY", "items": items}, "options": {"samples": 20_000}}
    async with httpx.AsyncClient(auth=signed, timeout=60) as client:
        alone = await _reads(client, f"{service}/risks", 300)
        simulated = 0

        async def simulate_on() -> None:
            nonlocal simulated
            while True:
                (await client.post(f"{service}/risk-analyses", json=body)).raise_for_status()
                simulated += 1

        busy = [asyncio.create_task(simulate_on()) for _ in range(2)]
        beside = await _reads(client, f"{service}/risks", 300)
        for one in busy:
            one.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
    for name, taken in (("alone", alone), (f"while {simulated} analyses of 20,000 x 200 ran, two at a time", beside)):
        percentiles = statistics.quantiles(taken, n=100)
        print(f"GET /risks {name}: p50 {percentiles[49] * 1000:.0f} ms, p99 {percentiles[98] * 1000:.0f} ms")


async def _reads(client: httpx.AsyncClient, url: str, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        (await client.get(url, params={"limit": 1})).raise_for_status()
        taken.append(time.perf_counter() - started)
        await asyncio.sleep(0.02)
    return taken
