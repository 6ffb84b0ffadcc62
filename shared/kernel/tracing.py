"""What requests, events and timers took, as spans for a collector: under the ids that `traceparent` carries anyway.

Where `PRESALES_OTLP_ENDPOINT` is not set, nothing of OpenTelemetry is loaded and nothing is noted.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import structlog

from shared.kernel.clock import now
from shared.kernel.context import ids_of, sample_traces
from shared.kernel.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.context import Context

log = structlog.get_logger()

Kind = Literal["SERVER", "CONSUMER", "INTERNAL"]
Attributes = Mapping[str, str | int | bool]

_SEND_SECONDS = 5
"""For one batch of spans. A collector that is away costs nothing but its spans."""
_SAMPLED = 1


class _Spans:
    """Makes spans with ids that were chosen before: those that were told to others, and to the outbox."""

    def __init__(self, service: str, endpoint: str) -> None:
        from opentelemetry import trace  # noqa: PLC0415 (17 MB, for who wants traces)
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        from opentelemetry.sdk.trace.id_generator import IdGenerator  # noqa: PLC0415
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON  # noqa: PLC0415

        class Chosen(IdGenerator):
            trace_id = span_id = 0

            def generate_trace_id(self) -> int:
                return self.trace_id

            def generate_span_id(self) -> int:
                return self.span_id

        self._ids, self._trace = Chosen(), trace
        self._provider: TracerProvider = TracerProvider(
            sampler=ALWAYS_ON,  # who began the trace has decided
            resource=Resource({"service.name": service, "service.namespace": "presales"}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_SEND_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("presales")

    def note(
        self,
        name: str,
        kind: Kind,
        own: str,
        parent: str | None,
        attributes: Attributes,
        *,
        seconds: float,
        is_error: bool,
    ) -> None:
        """A span that ends now, unless its trace is not recorded. Raises nothing: no work fails for it."""
        self._ids.trace_id, self._ids.span_id, flags = ids_of(own) or (0, 0, 0)
        if not flags & _SAMPLED:
            return
        ended = int(now().timestamp() * 1e9)
        began = ended - int(seconds * 1e9)
        try:
            span = self._tracer.start_span(
                name, self._below(parent), self._trace.SpanKind[kind], attributes, start_time=began
            )
            if is_error:
                span.set_status(self._trace.StatusCode.ERROR)
            span.end(ended)
        except Exception:
            log.exception("span.lost", name=name)

    def _below(self, parent: str | None) -> "Context | None":
        if (above := ids_of(parent)) is None:
            return None
        trace_id, span_id, flags = above
        remote = self._trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=self._trace.TraceFlags(flags))
        return self._trace.set_span_in_context(self._trace.NonRecordingSpan(remote))

    def end(self) -> None:
        self._provider.shutdown()


_spans: _Spans | None = None


def start_tracing(service: str, settings: Settings) -> None:
    """Have spans of this process sent where the settings say, if they say it."""
    global _spans  # noqa: PLW0603 (one process is one service)
    sample_traces(settings.trace_ratio)
    _spans = _Spans(service, settings.otlp_endpoint) if settings.otlp_endpoint else None


async def end_tracing() -> None:
    """Send what is left."""
    global _spans
    spans, _spans = _spans, None
    if spans:
        await asyncio.to_thread(spans.end)


def note_request(method: str, route: str, status: int, own: str, parent: str | None, *, seconds: float) -> None:
    """A request was answered. `parent` is the `traceparent` that came with it, if one came."""
    if _spans:
        attributes: Attributes = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
        }
        is_error = status >= 500  # noqa: PLR2004
        _spans.note(f"{method} {route}", "SERVER", own, parent, attributes, seconds=seconds, is_error=is_error)


@contextmanager
def span(name: str, kind: Kind, own: str, parent: str | None, **attributes: str) -> Iterator[None]:
    """What happens within is the span `own`. One that raises is an error."""
    if _spans is None:
        yield
        return
    began, is_error = perf_counter(), True
    try:
        yield
        is_error = False
    finally:
        if _spans:
            _spans.note(name, kind, own, parent, attributes, seconds=perf_counter() - began, is_error=is_error)
