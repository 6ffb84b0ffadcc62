"""One approval is one trace, from the gateway through every service that answers to it, and each span is below its cause."""

import asyncio
import subprocess
import sys
import time

from shared.kernel.context import ids_of, new_trace, next_span, sample_traces
from tests.conftest import eventually
from tests.support.reliability.load import Load, throwaway_system
from tests.support.system.collector import Collector

SERVER, CONSUMER = 2, 5
ROOT = "00-{trace}-{span}-{flags}"
OF_CLIENT = "a" * 16
CHAIN = (
    ("gateway", "POST /v1/baselines/{baseline_id}/approve"),
    ("requirements", "POST /v1/baselines/{baseline_id}/approve"),
    ("estimation", "requirements.baseline.approved.v1"),
    ("risk", "estimation.estimate.completed.v1"),
    ("estimation", "risk.budget.calculated.v1"),
    ("proposal", "estimation.estimate.priced.v1"),
    ("proposal", "proposal.proposal.drafted.v1"),
)
"""Each below the one before it."""


def sending_to(url, **settings):
    def prepare(system):
        for one in (*system.services.values(), system.gateway):
            one.settings.update({"otlp_endpoint": url, **settings})

    return prepare


async def approved_twice(system):
    """Two approvals by a client that traces, and has the first recorded; the ids of their traces, once drafts are there."""
    load = Load(system.url, system.issuer, requirements=5)
    try:
        await load.rates()
        return [await approved(load, flags) for flags in ("01", "00")]
    finally:
        await load.close()


async def approved(load, flags):
    trace = new_trace().split("-")[1]
    opportunity, baseline = await load.prepare()
    headers = {"If-Match": '"2"', "traceparent": ROOT.format(trace=trace, span=OF_CLIENT, flags=flags)}
    answer = await load.clients["wang"].post(f"/baselines/{baseline}/approve", headers=headers)
    assert answer.is_success, answer.text

    async def drafted():
        return (await load.get("root", "/proposals", opportunity_id=opportunity))["items"]

    await eventually(drafted, within=60)
    return trace


def test_an_approval_is_one_trace_through_all_that_answer_to_it():
    with Collector() as collector:
        with throwaway_system(sending_to(collector.url)) as system:
            trace, unrecorded = asyncio.run(approved_twice(system))
        spans = [span for span in collector.spans if span.trace == trace]  # all are sent when a process ends

    assert [span for span in collector.spans if span.trace == unrecorded] == []
    assert len({span.id for span in spans}) == len(spans)
    assert {span.parent for span in spans} <= {OF_CLIENT, *(span.id for span in spans)}
    above = OF_CLIENT
    for service, name in CHAIN:
        below = [span for span in spans if (span.service, span.name, span.parent) == (service, name, above)]
        assert below, (service, name, above, spans)
        above = below[0].id
        assert not below[0].is_error
        assert 0 < below[0].seconds < 60
    assert {span.kind for span in spans} == {SERVER, CONSUMER}
    approving = next(span for span in spans if span.service == "gateway")
    assert approving.attributes["http.response.status_code"] == 200
    assert {span.service for span in spans} >= {"gateway", "requirements", "estimation", "risk", "proposal", "insights"}


async def test_a_collector_that_is_away_keeps_nobody(start):
    async with start("requirements", otlp_endpoint="http://127.0.0.1:1") as client:
        assert (await client.post("/clients", json={"name": "x"})).status_code == 201
        began = time.monotonic()
    assert time.monotonic() - began < 10


def test_an_event_keeps_the_trace_and_gets_a_span_of_its_own():
    said = new_trace()

    assert ids_of(next_span(said))[::2] == ids_of(said)[::2]
    assert ids_of(next_span(said))[1] != ids_of(said)[1]
    assert ids_of("00-nonsense") is None


def test_a_share_of_the_traces_that_begin_here_is_recorded():
    try:
        sample_traces(0.25)
        recorded = sum(ids_of(new_trace())[2] for _ in range(4000))
        sample_traces(0)
        assert {ids_of(new_trace())[2] for _ in range(100)} == {0}
        assert ids_of(next_span(ROOT.format(trace="1" * 32, span="2" * 16, flags="01")))[2] == 1
    finally:
        sample_traces(1)
    assert 800 < recorded < 1200


def test_without_a_collector_nothing_of_it_is_loaded():
    code = "import gateway.app, services.risk.app, sys; sys.exit(any(name.startswith('opentelemetry.sdk') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
