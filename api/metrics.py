"""What is counted and logged of each request: its route and how it went, never who asked or for what."""

import logging
import time
from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHER = "other"
NO_ROUTE = ""
"""Of an address that leads nowhere: what was asked for is not said."""
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

_log = logging.getLogger("arukeba.access")


class Metrics:
    """The counts of one server; a restart begins anew."""

    def __init__(self, jobs_open: Callable[[], float]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        names = ("method", "route", "status")
        self.requests = Counter(
            "arukeba_requests", "Requests answered", names, registry=self._registry
        )
        self.seconds = Histogram(
            "arukeba_request_seconds",
            "Seconds until an answer was sent",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self.bytes = Counter(
            "arukeba_answer_bytes", "Bytes of answers", ("route",), registry=self._registry
        )
        self.running = Gauge(
            "arukeba_requests_running", "Requests being answered", registry=self._registry
        )
        self._closed = Counter(
            "arukeba_connections_closed",
            "Connections that the server closed: half a head, half a body, no reader, too many",
            ("why",),
            registry=self._registry,
        )
        Gauge("arukeba_jobs_open", "Jobs that wait or run", registry=self._registry).set_function(
            jobs_open
        )

    def closed(self, why: str) -> None:
        """Count a connection that was closed."""
        self._closed.labels(why).inc()

    def text(self) -> bytes:
        """Return all counts as Prometheus reads them."""
        return generate_latest(self._registry)


class Measured:
    """Counts each request and writes a line of it to the log."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and take note of how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, sent, begun = 0, 0, time.perf_counter()

        async def counted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            sent += len(message.get("body", b""))
            await send(message)

        with self._metrics.running.track_inprogress():
            try:
                await self.app(scope, receive, counted)
            finally:
                self._note(scope, status, sent, time.perf_counter() - begun)

    def _note(self, scope: Scope, status: int, sent: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        self._metrics.requests.labels(method, route, status).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        self._metrics.bytes.labels(route).inc(sent)
        told = {"method": method, "route": route, "status": status, "bytes": sent}
        _log.info("request", extra={**told, "milliseconds": round(seconds * 1000, 1)})
