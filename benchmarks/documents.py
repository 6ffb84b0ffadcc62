"""Documents: time and memory of each format, what of it is the bare engine, and the API while twenty are made."""

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from deploy.system import System
from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.model import ProposalContent
from services.proposal.document.render import TEMPLATES, render
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from services.proposal.document.workbook import workbook
from services.proposal.domain.canonical import canonical
from tests.support.proposal.authored import RICH
from tests.support.proposal.samples import events
from tests.support.reliability.load import Load

_AT_ONCE = 20
_EMPTY = """#set document(title: "-", date: datetime(year: 2026, month: 1, day: 1))
#set text(font: "Noto Sans CJK SC", lang: "zh")
–"""


def content(requirements: int) -> ProposalContent:
    """The lending sample with all that persons can settle, grown to so many requirements."""
    found = events("lending", requirements)
    return assemble(Ingredients(found.baseline, found.estimate, found.price, found.risk), RICH)


async def rendered(requirements: int, language: str, templates: Path) -> None:
    """One PDF, in this process of its own: what it took is read from its children."""
    data = canonical(content(requirements).model_dump(mode="json"))
    started = time.perf_counter()
    pdf = await render(data, language, templates=templates, seconds=100)
    took = time.perf_counter() - started
    print(pdf.pages, _of_children(), took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)


def _pdf(requirements: int, language: str, templates: Path = TEMPLATES, times: int = 5) -> str:
    """The least of some runs: others are on this machine too."""
    program = "import asyncio, sys; from pathlib import Path; from benchmarks.documents import rendered; "
    program += "asyncio.run(rendered(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))"
    runs = []
    for _ in range(times):
        command = [sys.executable, "-c", program, str(requirements), language, str(templates)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        runs.append([float(one) for one in said])
    pages, processor, clock, memory = (min(values) for values in zip(*runs, strict=True))
    return f"{pages:.0f} pages, {processor:.2f} s of the processor ({clock:.2f} s), {memory:.0f} MB"


def _of_children() -> float:
    of = resource.getrusage(resource.RUSAGE_CHILDREN)
    return of.ru_utime + of.ru_stime


async def alone() -> None:
    """Each format by itself, and an empty document with the same fonts and standards."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "main.typ").write_text(_EMPTY, encoding="utf-8")
        print(f"PDF of an empty document, process and all: {_pdf(1, 'zh', Path(folder))}")
    for requirements in (150, 400):
        for language in ("zh", "en", "bilingual"):
            print(f"PDF of {requirements} requirements, {language}: {_pdf(requirements, language)}")
    large = content(400)
    taken = []
    for _ in range(5):
        started = time.process_time()
        workbook(large, "zh")
        taken.append(time.process_time() - started)
    print(f"workbook of 400 requirements: {min(taken):.2f} s of the processor")
    before = _of_children()
    await word(large, "zh", shipped_template())
    print(f"Word of 400 requirements: {_of_children() - before:.2f} s of the processor")


async def run(system: System) -> None:
    """Twenty documents of 400 requirements at once through the gateway, and another client's calls meanwhile."""
    await alone()
    load = Load(system.url, system.issuer, requirements=400)
    await load.rates()
    opportunity, baseline = await load.prepare()
    await load.approve(opportunity, baseline)
    client = httpx.AsyncClient(base_url=f"{system.url}/v1", headers=load.clients["root"].headers, timeout=120)
    made = await _documents(client, opportunity)
    quiet = await _reads(client, asyncio.Event(), 300)
    is_over = asyncio.Event()
    reading = asyncio.create_task(_reads(client, is_over, 100_000))
    answers = await asyncio.gather(*(_verified(client, made[n % len(made)]) for n in range(_AT_ONCE)))
    is_over.set()
    busy = await reading
    taken = sorted(seconds for _, seconds in answers)
    print(f"{_AT_ONCE} documents at once: {dict(Counter(status for status, _ in answers))}, p50 "
          f"{statistics.median(taken):.1f} s, p95 {taken[round(_AT_ONCE * 0.95) - 1]:.1f} s")  # fmt: skip
    for name, values in (("alone", quiet), ("meanwhile", busy)):
        percentiles = statistics.quantiles(values, n=100)
        print(f"GET /proposals {name}: p50 {percentiles[49] * 1000:.0f} ms, p99 {percentiles[98] * 1000:.0f} ms")
    await client.aclose()
    await load.close()


async def _documents(client: httpx.AsyncClient, opportunity: str) -> list[str]:
    """The PDF that a draft has by itself."""
    while True:
        found = (await client.get("/documents", params={"opportunity_id": opportunity})).json()["items"]
        if found:
            return [one["id"] for one in found]
        await asyncio.sleep(0.5)


async def _verified(client: httpx.AsyncClient, document: str) -> tuple[int, float]:
    """Made again from the content, and compared."""
    started = time.perf_counter()
    answer = await client.post(f"/documents/{document}/verify")
    return answer.status_code, time.perf_counter() - started


async def _reads(client: httpx.AsyncClient, is_over: asyncio.Event, times: int) -> list[float]:
    taken = []
    while len(taken) < times and not is_over.is_set():
        started = time.perf_counter()
        (await client.get("/proposals", params={"limit": 1})).raise_for_status()
        taken.append(time.perf_counter() - started)
        await asyncio.sleep(0.02)
    return taken
