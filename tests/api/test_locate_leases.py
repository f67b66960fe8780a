"""Locating from memory: never older than what somebody has seen published (ADR 0015)."""

from __future__ import annotations

import datetime as dt
import threading
import time

import httpx
import pytest
from sqlalchemy import text

from api.deps import footing
from api.routes.locate import plain_position
from gis.boundaries import publish_import
from gis.core import clock
from gis.db.session import write_session
from gis.grids import Position, leases, lock_publications
from tests import factories
from tests.api.test_grids import exchanged
from tests.api.test_locate import STORED, points
from tests.api.test_locate_bulk import ARROW, decoded, encoded, send
from tests.db.test_leases import LONG_S

URL = "/api/v1/locate"
PARAMS = {"lon": "115.0101", "lat": "34.505", "crs": STORED}
BEFORE, AFTER = "990101101201001", "990101101201002"


def basic(api: httpx.Client, **more: object) -> tuple[str, int]:
    found = api.get(URL, params=PARAMS | more).json()
    return found["basic"]["code"], found["generation"]


def publish(engine) -> None:
    with write_session(engine) as session:
        publish_import(session, exchanged(), effective_from=factories.EFFECTIVE_FROM)


def test_from_memory_and_from_the_store_the_answer_is_the_same(api):
    for lon, lat in points()[::151].tolist():
        params = {"lon": f"{lon:.7f}", "lat": f"{lat:.7f}", "crs": STORED, "accuracy_m": "200"}
        quick = api.get(URL, params=params)
        # A generation by its number is read at length; the past is always read from the store.
        slow = api.get(URL, params=params | {"generation": 1})
        past = api.get(URL, params=params | {"at": "2025-02-01"})
        assert (quick.status_code, quick.text.replace(quick.url.query.decode(), "")) == (
            slow.status_code,
            slow.text.replace(slow.url.query.decode(), ""),
        )
        told = {"at", "instance", "detail", "detail_zh"}
        kept = [{k: v for k, v in a.json().items() if k not in told} for a in (quick, past)]
        assert kept[0] == kept[1]


def test_every_server_answers_by_a_publication_as_soon_as_it_is_told(
    serve, world_url, world_engine, monkeypatch
):
    # So long that a publication that did not wait for them would be over before they are.
    monkeypatch.setattr(leases, "LEASE_S", LONG_S)
    servers = [serve(world_url), serve(world_url)]
    seen: list[tuple[float, tuple[str, int]]] = []
    over = threading.Event()

    def keep_asking(server: httpx.Client) -> None:
        with httpx.Client(base_url=server.base_url, trust_env=False) as client:
            while not over.is_set():
                begun = time.monotonic()
                seen.append((begun, basic(client)))

    askers = [threading.Thread(target=keep_asking, args=[server]) for server in servers]
    for server in servers:
        assert basic(server) == (BEFORE, 1)
    for asker in askers:
        asker.start()
    try:
        publish(world_engine)
        told = time.monotonic()
        for server in servers:
            assert basic(server) == (AFTER, 2)
            rows = [{"lon": 115.0101, "lat": 34.505}]
            assert decoded(send(server, encoded(rows, ARROW), ARROW), ARROW)[0]["basic"] == AFTER
    finally:
        over.set()
        for asker in askers:
            asker.join()

    assert {answer for _, answer in seen} <= {(BEFORE, 1), (AFTER, 2)}
    assert (BEFORE, 1) in {answer for _, answer in seen}
    assert {answer for begun, answer in seen if begun > told} <= {(AFTER, 2)}


def test_while_a_publication_is_under_way_the_store_is_asked(own_api, world_engine):
    assert basic(own_api) == (BEFORE, 1)
    with write_session(world_engine) as session:
        lock_publications(session).outwait_leases()
        # No lease is alive and none is given.
        assert basic(own_api) == (BEFORE, 1)
        session.rollback()
    assert basic(own_api) == (BEFORE, 1)


def test_a_lost_connection_costs_nothing_but_the_lease(own_api, world_engine):
    assert basic(own_api) == (BEFORE, 1)
    with write_session(world_engine) as session:
        lock = lock_publications(session)
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        lock.outwait_leases()
    assert basic(own_api) == (BEFORE, 1)
    publish(world_engine)
    assert basic(own_api) == (AFTER, 2)


def test_after_a_renewal_that_fails_in_an_unforeseen_way_the_next_one_is_tried(
    own_api, monkeypatch
):
    with monkeypatch.context() as broken:
        broken.setattr(footing, "measure_point", None)
        # The server ends the connection of a request that met a mistake of ours.
        broken_answer = own_api.get(URL, params=PARAMS, headers={"Connection": "close"})
        assert broken_answer.status_code == 500
    assert basic(own_api) == (BEFORE, 1)


def test_a_new_day_is_another_question(own_api):
    def day_told(now: dt.datetime) -> str:
        with clock.held_at(now):
            return own_api.get(URL, params=PARAMS).json()["at"]

    eve = dt.datetime(2025, 2, 28, 23, 59, tzinfo=clock.SHANGHAI)
    assert day_told(eve) == "2025-02-28"
    assert day_told(eve + dt.timedelta(minutes=1)) == "2025-03-01"
    # Where the clock has fallen behind the newest boundaries, they hold from their first day.
    assert day_told(eve.replace(year=2024)) == str(factories.EFFECTIVE_FROM)


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("lon=115.1&lat=-34.5&crs=EPSG:4490", Position(115.1, -34.5, "EPSG:4490", 15.0)),
        ("crs=gcj02&accuracy_m=0&lat=+3&lon=7", None),  # a plus is a blank
        ("crs=gcj02&accuracy_m=0&lat=3&lon=7", Position(7.0, 3.0, "gcj02", 0.0)),
        (
            "lon=1&lat=2&crs=%E7%81%AB%E6%98%9F%E5%9D%90%E6%A0%87",
            Position(1.0, 2.0, "火星坐标", 15.0),
        ),
        ("lon=1&lat=2", None),
        ("lon=1&lat=2&crs=", None),
        ("lon=1&lon=1&lat=2&crs=gcj02", None),
        ("lon=1&lat=2&crs=gcj02&generation=1", None),
        ("lon=nan&lat=2&crs=gcj02", None),
        ("lon=1e2&lat=2&crs=gcj02", None),
        ("lon=1&lat=2&crs=gcj02&accuracy_m=1001", None),
        ("lon=1&lat=2&crs=gcj%0002", None),
        ("lon=1&lat=2&crs=" + "x" * 81, None),
        ("", None),
    ],
)
def test_only_plain_questions_are_read_in_short(query, given):
    assert plain_position(query.encode()) == given
