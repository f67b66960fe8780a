"""The server's clock jumps: nothing is lost, listed twice, or filed by the wrong boundaries."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import httpx

from api.app import create_app
from gis.boundaries import publish_import
from gis.core import clock
from gis.db.engine import make_engine
from gis.db.session import write_session
from tests import factories
from tests.api.server import serving, settings_for
from tests.faults.moving import moved_grids
from tests.imports import Gridmap

NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=clock.SHANGHAI)
#: Back an hour, over midnight, forward a year, and right again.
JUMPS = (
    dt.timedelta(),
    dt.timedelta(hours=-1),
    dt.timedelta(hours=-13),
    dt.timedelta(days=365),
    dt.timedelta(minutes=1),
)


def report(client: httpx.Client, number: int) -> httpx.Response:
    lon, lat = factories.positions(200, seed=9)
    return client.post(
        "/api/v1/events",
        json={
            "source": "jumps",
            "source_id": f"J{number}",
            "title": "时钟跳变",
            "category_code": "0402",
            "position": {"x": lon[number], "y": lat[number], "crs": "cgcs2000"},
        },
    )


def listed(client: httpx.Client, **wanted: Any) -> list[dict[str, Any]]:
    """Return all events page by page."""
    found: list[dict[str, Any]] = []
    address: str | None = "/api/v1/events"
    parameters: dict[str, Any] | None = {"source": "jumps", "limit": 7, **wanted}
    while address is not None:
        answer = client.get(address, params=parameters)
        answer.raise_for_status()
        page = answer.json()
        found += [one["properties"] for one in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
        parameters = None
    return found


def test_events_keep_one_order_whatever_the_clock_does(world_url: str, tmp_path) -> None:
    numbers: dict[int, str] = {}
    with serving(create_app(settings_for(world_url, state_dir=tmp_path))) as client:
        for at, jump in enumerate(JUMPS):
            with clock.held_at(NOON + jump):
                for number in range(at * 10, at * 10 + 10):
                    answer = report(client, number)
                    assert answer.status_code == 201, answer.text
                    numbers[number] = answer.json()["properties"]["event_no"]
        with clock.held_at(NOON + JUMPS[-1]):
            # The same report after the clock was put right is the same event.
            again = {number: report(client, number) for number in numbers}
            rows = listed(client)
            on_the_day = listed(client, **{"from": "2026-02-28", "to": "2026-02-28"})
    assert {answer.status_code for answer in again.values()} == {200}
    assert {n: a.json()["properties"]["event_no"] for n, a in again.items()} == numbers

    assert sorted(row["event_no"] for row in rows) == sorted(numbers.values())
    times = [row["reported_at"] for row in rows]
    assert times == sorted(times, reverse=True)
    # Thirteen hours before noon it was the day before, in Shanghai.
    assert {row["event_no"] for row in on_the_day} == {numbers[n] for n in range(20, 30)}
    assert Gridmap(world_url).run("check").code == 0


def test_a_clock_that_falls_behind_the_newest_boundaries(world_url: str, tmp_path) -> None:
    """Boundaries hold from today on; then the clock falls back to yesterday."""
    engine = make_engine(world_url, statement_timeout_s=30)
    with clock.held_at(NOON), write_session(engine) as session:
        grids = moved_grids(random.Random(5))  # noqa: S311
        publish_import(session, grids, effective_from=NOON.date(), note="moved")
    engine.dispose()
    with serving(create_app(settings_for(world_url, state_dir=tmp_path))) as client:
        with clock.held_at(NOON - dt.timedelta(days=1)):
            filed = [report(client, number) for number in range(200)]
            asked = client.get("/api/v1/events", params={"source": "jumps"})
        assert {answer.status_code for answer in filed} == {201}
        assert asked.status_code == 200
        with clock.held_at(NOON):
            assert len(listed(client)) == len(filed)
    with clock.held_at(NOON):
        checked = Gridmap(world_url).run("check")
    assert checked.code == 0, checked.said
