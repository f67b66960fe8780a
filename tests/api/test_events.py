"""Events over HTTP: taken in once, filed exactly, found again."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import text

from gis.boundaries import publish_import
from gis.core import clock
from gis.core.datum import from_cgcs2000
from gis.db.session import read_session, write_session
from tests import factories
from tests.api.test_grids import exchanged
from tests.api.test_problems import assert_problem

PLACE = {"lon": 115.0101, "lat": 34.505, "crs": "EPSG:4490"}


def report(**changes: object) -> dict:
    body = {
        "source": "hotline_12345",
        "source_id": "W-1",
        "title": "路口井盖破损",
        "category_code": "0501",
        **PLACE,
    }
    return {key: value for key, value in (body | changes).items() if value is not None}


def rows(engine, statement: str) -> list:
    with read_session(engine) as session:
        return list(session.execute(text(statement)))


def test_a_report_is_filed_and_can_be_found_again(own_api, world_engine):
    answer = own_api.post("/api/v1/events", json=report(people_count=3, address_text="小学门口"))

    assert answer.status_code == 201, answer.text
    event = answer.json()["properties"]
    assert event["basic"] == "990101101201001"
    assert event["exclusive"] == event["responsible"] == "990101101201901"
    assert event["outside"] is False
    assert event["channel"] == "hotline_12345"
    assert event["level"] == 2
    assert event["phase"] == event["steps"][0]["phase"]
    assert [step["step_no"] for step in event["steps"]] == [1]
    day = dt.datetime.fromisoformat(event["reported_at"]).strftime("%Y%m%d")
    assert event["event_no"].startswith(f"{day}990101")
    assert len(event["event_no"]) == 20
    again = own_api.get(answer.headers["location"])
    assert again.json() == answer.json()
    assert own_api.get("/api/v1/events?limit=1").json()["features"][0]["id"] == event["event_no"]
    (stored,) = rows(
        world_engine,
        "SELECT basic_grid_id = locate_grid(geom, 'basic', 1, current_date) AS basic,"
        "       exclusive_grid_id = locate_grid(geom, 'exclusive', 1, current_date) AS exclusive,"
        "       filed_generation FROM event WHERE source_id = 'W-1'",
    )
    assert tuple(stored) == (True, True, 1)


def test_the_same_report_again_changes_nothing(own_api, world_engine):
    first = own_api.post("/api/v1/events", json=report())
    second = own_api.post("/api/v1/events", json=report())

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert second.headers["location"] == first.headers["location"]
    assert rows(world_engine, "SELECT count(*) FROM event WHERE source_id = 'W-1'")[0][0] == 1


@pytest.mark.parametrize(
    ("changes", "differing"),
    [
        ({"title": "别的事"}, ["title"]),
        ({"category_code": "0502"}, ["category_code", "level"]),
        ({"lon": 115.0102}, ["position_x"]),
        ({"lon": 115.0102, "people_count": 9}, ["people_count", "position_x"]),
        ({"occurred_at": "2025-05-01T08:00:00+08:00"}, ["occurred_at"]),
        ({"crs": "CRS84"}, ["position_crs"]),
    ],
)
def test_another_report_under_the_same_id_is_a_conflict(own_api, changes, differing):
    number = own_api.post("/api/v1/events", json=report()).json()["id"]

    body = assert_problem(own_api.post("/api/v1/events", json=report(**changes)), 409, "conflict")

    assert body["differing"] == differing
    assert body["event_no"] == number


def test_a_report_that_comes_many_times_at_once_is_written_once(own_api, world_engine):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: own_api.post("/api/v1/events", json=report()), range(24)))

    assert sorted(answer.status_code for answer in answers) == [200] * 23 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert rows(world_engine, "SELECT count(*) FROM event WHERE source_id = 'W-1'")[0][0] == 1
    assert (
        rows(
            world_engine,
            "SELECT count(*) FROM event_step s JOIN event e USING (event_id)"
            " WHERE e.source_id = 'W-1'",
        )[0][0]
        == 1
    )


def test_reports_that_come_at_once_get_numbers_of_their_own(own_api):
    def post(n: int):
        return own_api.post("/api/v1/events", json=report(source_id=f"P-{n}"))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(40)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 40


@pytest.mark.parametrize("crs", ["EPSG:4326", "CRS84", "EPSG:4547", "EPSG:3857", "GCJ-02", "BD-09"])
def test_a_position_may_come_in_any_known_system(own_api, crs):
    x, y = (float(v) for v in from_cgcs2000(PLACE["lon"], PLACE["lat"], crs))
    body = report(lon=None, lat=None, crs=None)
    body["position"] = {"x": x, "y": y, "crs": crs, "accuracy_m": 12.5}

    answer = own_api.post("/api/v1/events", json=body)

    assert answer.status_code == 201, answer.text
    event = answer.json()
    # Half a lattice unit for what came out even, a few centimetres for the inverted datums.
    assert np.allclose(event["geometry"]["coordinates"], [115.0101, 34.505], atol=5e-7)
    assert event["properties"]["position"] == {"x": x, "y": y, "crs": crs, "accuracy_m": 12.5}
    assert event["properties"]["basic"] == "990101101201001"


def test_an_event_outside_every_grid_is_kept_and_said_to_be(own_api):
    before = own_api.get("/api/v1/divisions/990101/stats").json()["events"]
    answer = own_api.post("/api/v1/events", json=report(lon=115.09, lat=34.59))

    assert answer.status_code == 201, answer.text
    event = answer.json()["properties"]
    assert event["outside"] is True
    assert event["basic"] is event["exclusive"] is event["responsible"] is None
    after = own_api.get("/api/v1/divisions/990101/stats").json()["events"]
    assert after["total"] == before["total"] + 1
    assert after["outside"] == before["outside"] + 1
    listed = own_api.get("/api/v1/events?division=990101&limit=1").json()["features"]
    assert listed[0]["id"] == event["event_no"]


@pytest.mark.parametrize(
    ("changes", "slug", "word"),
    [
        ({"lon": 34.505, "lat": 115.0101}, "out-of-bounds", "swapped"),
        ({"lon": 116.0}, "out-of-bounds", "outside"),
        ({"lon": 10_000_000}, "out-of-bounds", "metres"),
        ({"lon": 1e308, "crs": "EPSG:4547"}, "out-of-bounds", "position"),
        ({"crs": "EPSG:4610"}, "unknown-crs", "Xian"),
        ({"crs": "mars"}, "unknown-crs", "mars"),
        ({"crs": None}, "invalid", "position"),
        ({"position": {"x": 1, "y": 2, "crs": "CRS84"}}, "invalid", "not both"),
        ({"category_code": "0000"}, "invalid", "0000"),
        ({"category_code": "01"}, "invalid", "category_code"),
        ({"category_code": "٠١٠٢"}, "invalid", "category_code"),
        ({"channel": "smoke"}, "invalid", "channel"),
        ({"workflow": "none"}, "invalid", "workflow"),
        ({"level": 4}, "invalid", "level"),
        ({"title": "  "}, "invalid", "title"),
        ({"title": "x" * 201}, "invalid", "title"),
        ({"title": "a\x00b"}, "invalid", "title"),
        ({"title": "a\ud800b"}, "invalid", "title"),
        ({"source": ""}, "invalid", "source"),
        ({"people_count": -1}, "invalid", "people_count"),
        ({"people_count": 10**12}, "invalid", "people_count"),
        ({"occurred_at": "yesterday"}, "invalid", "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "invalid", "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "invalid", "occurred_at"),
        ({"surprise": 1}, "invalid", "surprise"),
    ],
)
def test_a_wrong_report_is_refused_with_its_reason(own_api, world_engine, changes, slug, word):
    body = json.dumps(report(**changes))
    answer = own_api.post(
        "/api/v1/events", content=body, headers={"content-type": "application/json"}
    )

    problem = assert_problem(answer, 422, slug)
    assert word in problem["detail"]
    assert rows(world_engine, "SELECT count(*) FROM event")[0][0] == 60


def test_it_may_have_happened_just_now_by_a_clock_that_is_ahead(own_api):
    ahead = clock.now() + dt.timedelta(minutes=5)
    far = clock.now() + dt.timedelta(minutes=30)

    kept = own_api.post("/api/v1/events", json=report(occurred_at=ahead.isoformat()))
    assert kept.status_code == 201, kept.text
    refused = report(source_id="W-2", occurred_at=far.isoformat())
    assert_problem(own_api.post("/api/v1/events", json=refused), 422, "invalid")


def test_a_report_after_a_publication_is_filed_by_the_new_boundaries(own_api, world_engine):
    first = own_api.post("/api/v1/events", json=report()).json()["properties"]
    with write_session(world_engine) as session:
        publish_import(session, exchanged(), effective_from=factories.EFFECTIVE_FROM)

    second = own_api.post("/api/v1/events", json=report(source_id="W-2")).json()["properties"]

    assert (first["basic"], first["filed_generation"]) == ("990101101201001", 1)
    assert (second["basic"], second["filed_generation"]) == ("990101101201002", 2)
    moved = own_api.get(f"/api/v1/events/{first['event_no']}").json()["properties"]
    assert moved["basic"] == "990101101201002"
    assert moved["reported_basic"] == "990101101201001"


def test_a_report_waits_for_a_publication_and_is_filed_by_it(own_api, world_engine):
    own_api.post("/api/v1/events", json=report())  # the locator of generation 1 is held now
    with ThreadPoolExecutor(1) as pool:
        with write_session(world_engine) as session:
            publish_import(session, exchanged(), effective_from=factories.EFFECTIVE_FROM)
            waiting = pool.submit(own_api.post, "/api/v1/events", json=report(source_id="W-2"))
            wait_until_blocked(world_engine)
        event = waiting.result(timeout=30).json()["properties"]

    assert (event["basic"], event["filed_generation"]) == ("990101101201002", 2)


def wait_until_blocked(engine) -> None:
    """Return when some session waits for an advisory lock."""
    blocked = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=20)
    while not rows(engine, blocked):
        assert dt.datetime.now(dt.UTC) < deadline, "the report did not wait"


def listed(client, **params) -> list[str]:
    answer = client.get("/api/v1/events", params={"limit": 1000, **params})
    assert answer.status_code == 200, answer.text
    return [feature["properties"]["source_id"] for feature in answer.json()["features"]]


def test_filters_agree_with_the_data(api):
    given = factories.events().iloc[::-1]

    def ids(mask) -> list[str]:
        return list(given["source_id"][mask])

    local = given["reported_at"].dt.tz_convert("Asia/Shanghai").dt.date
    assert listed(api) == list(given["source_id"])
    assert listed(api, category="01") == ids(given["category_code"].str.startswith("01"))
    assert listed(api, category="0102") == ids(given["category_code"] == "0102")
    assert listed(api, open="true") == ids(given["closed_at"].isna())
    assert listed(api, open="false") == ids(given["closed_at"].notna())
    assert listed(api, state="handle", phase="handle") == ids(given["state"] == "handle")
    assert listed(api, source="test") == list(given["source_id"])
    assert listed(api, source="nobody") == []
    first, last = dt.date(2025, 6, 3), dt.date(2025, 6, 5)
    assert listed(api, **{"from": first, "to": last}) == ids((local >= first) & (local <= last))
    box = (115.005, 34.505, 115.02, 34.52)
    inside = given["lon"].between(box[0], box[2]) & given["lat"].between(box[1], box[3])
    assert listed(api, bbox=",".join(map(str, box))) == ids(inside)


def test_filters_by_place_agree_with_the_grids(api):
    everything = api.get("/api/v1/events?limit=1000").json()["features"]
    for division in ("990101101", "990101101201"):
        wanted = [
            f["properties"]["source_id"]
            for f in everything
            if f["properties"]["basic"].startswith(division)
        ]
        assert listed(api, division=division) == wanted
    for grid in {f["properties"]["basic"] for f in everything}:
        wanted = [
            f["properties"]["source_id"] for f in everything if f["properties"]["basic"] == grid
        ]
        assert listed(api, grid=grid) == wanted


def test_a_period_that_ends_before_it_begins_is_refused(api):
    answer = api.get("/api/v1/events?from=2025-06-05&to=2025-06-03")

    assert_problem(answer, 422, "invalid")
