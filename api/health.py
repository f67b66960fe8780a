"""Whether this server can work, and what it has done: for orchestrators and Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator

from fastapi import Request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, QueuePool
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.admission.security import holds_for_all
from api.door.streams import is_stream
from gis.core.access import NOTHING, WHOLE, Power
from gis.db.session import read_session
from gis.grids import find_generation
from gis.statistics import count_store

#: From a small answer out of memory to the longest statement that is allowed.
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Meters:
    """The counters of one application, in a registry of its own."""

    def __init__(self, engine: Engine) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gridmap_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "gridmap_request_seconds",
            "Time until the whole answer was sent, in seconds.",
            ["method", "route"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.refused = Counter(
            "gridmap_refused",
            "Requests refused before they reached a route.",
            ["reason"],
            registry=self.registry,
        )
        self.streams = Gauge(
            "gridmap_live_streams", "Clients of the live feed.", registry=self.registry
        )
        self.registry.register(StateCollector(engine))
        self.figures = CollectorRegistry()
        self.figures.register(FiguresCollector(engine))


class StateCollector(Collector):
    """Reads whether the store answers; says nothing of what is in it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Give the gauges of the pool, and of the store if it answers."""
        pool = self._engine.pool
        if isinstance(pool, QueuePool):
            yield _gauge("gridmap_pool_size", "Connections kept.", pool.size())
            yield _gauge("gridmap_pool_checked_out", "Connections in use.", pool.checkedout())
        try:
            with read_session(self._engine, NOTHING) as session:
                newest = find_generation(session)
        except SQLAlchemyError:
            yield _gauge("gridmap_database_up", "Whether the database answers.", 0)
            return
        yield _gauge("gridmap_database_up", "Whether the database answers.", 1)
        number = newest.generation if newest is not None else 0
        yield _gauge("gridmap_generation", "Newest generation of boundaries.", number)

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: registering must not ask the database."""
        return iter(())


class FiguresCollector(Collector):
    """Counts what is in the store, for those who see all of it (promise 5)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Give the gauges; none where the store does not answer."""
        try:
            with read_session(self._engine, WHOLE) as session:
                store = count_store(session)
        except SQLAlchemyError:
            return
        yield _gauge("gridmap_grids", "Grids of the newest generation.", store.grids)
        filed = GaugeMetricFamily(
            "gridmap_filed_rows",
            "Rows filed into grids (estimated above a million).",
            None,
            ["table"],
        )
        filed.add_metric(["household"], store.households)
        filed.add_metric(["event"], store.events)
        yield filed

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: registering must not ask the database."""
        return iter(())


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value)


class MeterMiddleware:
    """Counts and times every request, by the pattern of its route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and measure it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        status, ended = 500, None

        async def note(message: Message) -> None:
            nonlocal status, ended
            if message["type"] == "http.response.start":
                status = message["status"]
                # A stream is not slow because it stays open: it has answered.
                ended = time.perf_counter() if is_stream(message) else None
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            meters: Meters = scope["app"].state.meters
            # The pattern, never the path: codes would make a time series each.
            route = getattr(scope.get("route"), "path", None) or "unmatched"
            method = scope["method"] if scope["method"] in METHODS else "other"
            meters.requests.labels(method, route, str(status)).inc()
            meters.seconds.labels(method, route).observe((ended or time.perf_counter()) - begun)


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


async def sees_whole(request: Request) -> bool:
    """Say whether who asks sees the whole; nobody does while the database does not answer.

    Raises
    ------
    Unidentified
        What the request says of itself is not valid.
    """
    try:
        return await holds_for_all(request, Power.STATISTICS)
    except SQLAlchemyError:
        return False
