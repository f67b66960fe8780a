"""What the map page reads: shared arcs, bins of equal area, columns that add up, safe pages."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape

import numpy as np
import orjson
import pandas as pd
import pyproj
import pytest
import shapely
import sqlalchemy
from sqlalchemy import Engine, text

from api.kept.unchanged import Unchanged
from gis.db.session import read_session, write_session
from gis.events import load_events
from gis.grids import load_locator
from tests import factories
from tests.api.test_problems import assert_problem

TOPOLOGY = "/tiles/grids/1.topojson"


def decoded(document: dict) -> dict[str, shapely.MultiPolygon]:
    """Put the grids together again, from arcs that are written once each."""
    scale, origin = (np.array(document["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + origin for arc in document["arcs"]]

    def ring(refs: list[int]) -> np.ndarray:
        lines = [arcs[ref] if ref >= 0 else arcs[~ref][::-1] for ref in refs]
        return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])

    return {
        grid["properties"]["code"]: shapely.MultiPolygon(
            [(ring(part[0]), [ring(hole) for hole in part[1:]]) for part in grid["arcs"]]
        )
        for layer in document["objects"].values()
        for grid in layer["geometries"]
    }


def test_the_arcs_give_every_grid_back_to_a_tenth_of_a_metre(api):
    found = decoded(api.get(TOPOLOGY).json())
    given = factories.grids().set_index("code").geometry

    assert set(found) == set(given.index)
    for code, shape in found.items():
        assert shapely.is_valid(shape)
        assert shapely.hausdorff_distance(shape, given[code]) <= 1e-6


def test_neighbours_share_their_border_to_the_last_digit(api):
    document = api.get(TOPOLOGY).json()
    basic = document["objects"]["basic"]["geometries"]
    used = [ref if ref >= 0 else ~ref for grid in basic for ref in np.hstack(grid["arcs"][0])]
    times = np.bincount(used)

    assert set(times) <= {0, 1, 2}
    whole = shapely.union_all([decoded(document)[grid["properties"]["code"]] for grid in basic])
    assert whole.geom_type in {"Polygon", "MultiPolygon"}
    assert not any(part.interiors for part in shapely.get_parts(whole))


def test_no_two_neighbours_have_the_same_colour(api):
    document = api.get(TOPOLOGY).json()
    grids = document["objects"]["basic"]["geometries"]
    colour = [grid["properties"]["colour_index"] for grid in grids]
    owners: dict[int, list[int]] = {}
    for index, grid in enumerate(grids):
        for ref in (ref for part in grid["arcs"] for ring in part for ref in ring):
            owners.setdefault(ref if ref >= 0 else ~ref, []).append(index)
    pairs = [pair for pair in owners.values() if len(pair) == 2]

    assert len(pairs) > len(grids)
    assert all(colour[one] != colour[two] for one, two in pairs)


def test_divisions_come_parents_first_with_a_place_for_their_names(api):
    document = api.get(TOPOLOGY).json()
    seen = set()
    for division in document["divisions"]:
        assert division["parent"] is None or division["parent"] in seen
        seen.add(division["code"])
    assert seen == set(factories.divisions()["code"])
    assert all(division["label_radius_m"] > 0 for division in document["divisions"])


def test_only_a_versioned_address_is_kept_for_ever(api):
    plain = api.get(TOPOLOGY)
    version = plain.headers["etag"].strip('"')
    named = api.get(TOPOLOGY, params={"v": version})

    assert plain.headers["cache-control"] == "no-cache"
    assert "immutable" in named.headers["cache-control"]
    assert api.get(TOPOLOGY, params={"v": "another"}).headers["cache-control"] == "no-cache"
    for tag in (f'"{version}"', f'"x", W/"{version}"'):
        again = api.get(TOPOLOGY, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")


def test_the_document_is_packed_for_those_who_can_unpack_it(api):
    packed = api.get(TOPOLOGY, headers={"Accept-Encoding": "gzip"})
    plain = api.get(TOPOLOGY, headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_an_unknown_generation_is_not_found(api):
    assert_problem(api.get("/tiles/grids/99.topojson"), 404, "not-found")


@pytest.mark.parametrize("generation", ["0", "-1", "1e3", "x", str(2**70)])
def test_a_generation_that_is_none_is_refused(api, generation):
    assert api.get(f"/tiles/grids/{generation}.topojson").status_code in {404, 422}


def test_a_new_name_makes_a_new_address(serve, world_url, world_engine):
    client = serve(world_url)
    before = client.get(TOPOLOGY).headers["etag"]
    with write_session(world_engine) as session:
        session.connection().exec_driver_sql(
            "UPDATE division SET name = '另一个名字' WHERE depth = 1"
        )
    after = client.get(TOPOLOGY)

    assert after.headers["etag"] != before
    assert "另一个名字" in after.text


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"category": "01"},
        {"category": "0402"},
        {"from": "2025-06-03"},
        {"to": "2025-06-05"},
        {"from": "2025-06-03", "to": "2025-06-05", "category": "04"},
        {"from": "2030-01-01"},
        {"category": "09"},
    ],
)
def test_heat_grids_and_days_count_the_same_events(api, chosen):
    events = factories.events()
    days = events["reported_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d")
    expected = int(
        (
            (days >= chosen.get("from", ""))
            & (days <= chosen.get("to", "9"))
            & events["category_code"].str.startswith(chosen.get("category", ""))
        ).sum()
    )
    heat = api.get("/api/v1/heat", params=chosen).json()
    figures = api.get("/api/v1/statistics/grids", params=chosen).json()
    timeline = api.get("/api/v1/statistics/timeline", params=chosen).json()
    exclusive = set(factories.grids().query("kind == 'exclusive'")["code"])
    basic = [code not in exclusive for code in figures["codes"]]

    assert heat["total"] == sum(heat["events"]) == expected
    assert sum(np.compress(basic, figures["events"])) == expected
    assert sum(timeline["counts"]) == expected
    if not chosen:
        assert timeline["first_day"] == days.min()


@pytest.fixture
def counted() -> Iterator[list[str]]:
    """Statements that count the heat, of all engines of this process."""
    found = []

    def note(connection, cursor, statement, *rest) -> None:
        found.extend([statement] if "AS lambda" in statement else [])

    sqlalchemy.event.listen(Engine, "before_cursor_execute", note)
    yield found
    sqlalchemy.event.remove(Engine, "before_cursor_execute", note)


def test_the_heat_is_counted_once_until_something_is_written(
    serve, world_url, world_engine, counted
):
    client = serve(world_url)
    first = client.get("/api/v1/heat").json()
    assert client.get("/api/v1/heat").json() == first
    plain = client.get("/api/v1/heat", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == first
    assert len(counted) == 1
    assert client.get("/api/v1/heat?cell_m=600").json()["total"] == first["total"]
    assert len(counted) == 2

    frame = factories.events(1).assign(source_id="later")
    with write_session(world_engine) as session:
        load_events(session, frame, load_locator(session))
    assert client.get("/api/v1/heat").json()["total"] == first["total"] + 1


@contextmanager
def asking(engine: Engine, kept: Unchanged[int]) -> Iterator[Callable[[Callable[[], int]], int]]:
    """Ask in transactions that see one state, whatever PostgreSQL writes by itself meanwhile."""
    with read_session(engine) as first:
        state = first.scalar(text("SELECT pg_export_snapshot()"))

        def ask(count: Callable[[], int]) -> int:
            with read_session(engine) as session:
                session.execute(text(f"SET TRANSACTION SNAPSHOT '{state}'"))
                return kept.get(session, "how many?", count)

        yield ask


def test_of_many_who_ask_at_once_one_counts(world_engine):
    kept, began, counted = Unchanged(), threading.Event(), []

    def count() -> int:
        counted.append(threading.get_ident())
        began.wait(30)
        return 7

    with asking(world_engine, kept) as ask, ThreadPoolExecutor(4) as pool:
        answers = pool.map(ask, [count] * 4)
        began.set()
        assert list(answers) == [7] * 4
    assert len(counted) == 1


def test_those_who_waited_for_a_count_that_failed_count_side_by_side(world_engine):
    kept, together = Unchanged(), threading.Barrier(3)

    def fail() -> int:
        raise TimeoutError

    def count() -> int:
        return together.wait(30)

    with asking(world_engine, kept) as ask:
        with pytest.raises(TimeoutError):
            ask(fail)
        with ThreadPoolExecutor(3) as pool:
            assert sorted(pool.map(ask, [count] * 3)) == [0, 1, 2]


def test_an_event_of_midnight_belongs_to_the_day_that_begins(serve, world_url, world_engine):
    frame = factories.events(1).assign(source_id="midnight", closed_at=pd.NaT, resolved=False)
    frame["reported_at"] = pd.Timestamp("2025-09-10 00:00", tz="Asia/Shanghai")
    frame["occurred_at"] = frame["reported_at"]
    with write_session(world_engine) as session:
        load_events(session, frame, load_locator(session))
    client = serve(world_url)

    def total(day: str) -> int:
        return client.get("/api/v1/heat", params={"from": day, "to": day}).json()["total"]

    assert (total("2025-09-09"), total("2025-09-10")) == (0, 1)
    counts = client.get("/api/v1/statistics/timeline").json()
    last = dt.date.fromisoformat(counts["first_day"]) + dt.timedelta(len(counts["counts"]) - 1)
    assert (last, counts["counts"][-1]) == (dt.date(2025, 9, 10), 1)


@pytest.mark.parametrize("cell_m", [75, 300, 1200])
def test_every_event_lies_in_its_cell_and_every_cell_has_its_area(api, cell_m):
    heat = api.get("/api/v1/heat", params={"cell_m": cell_m}).json()
    events = factories.events()
    geod = pyproj.Geod(ellps="GRS80")
    lon, lat = np.array(heat["lon"]), np.array(heat["lat"])
    counted = np.zeros(len(lon), dtype=int)
    for x, y in zip(events["lon"], events["lat"], strict=True):
        distance = geod.inv(np.full_like(lon, x), np.full_like(lat, y), lon, lat)[2]
        nearest = int(distance.argmin())
        assert distance[nearest] <= cell_m * 0.75
        counted[nearest] += 1

    assert counted.sum() == heat["total"]
    # Half a cell's diagonal decides between neighbours only where an event lies on the border.
    assert np.abs(counted - heat["events"]).sum() <= 2
    assert heat["cell_area_km2"] == cell_m**2 / 1e6


def test_figures_by_grid_are_those_of_the_register(api):
    figures = api.get("/api/v1/statistics/grids").json()
    for index, code in enumerate(figures["codes"]):
        record = api.get(f"/api/v1/grids/{code}").json()["properties"]
        assert figures["events"][index] == record["events"]["total"]
        assert figures["closed"][index] == record["events"]["closed"]
        assert figures["households"][index] == record["people"]["households"]
        assert figures["people"][index] == record["people"]["residents"]
        assert figures["party_members"][index] == record["people"]["party_members"]


@pytest.mark.parametrize(
    "query",
    [
        "category=1",
        "category=ab",
        "category=01%25",
        "category=' OR 1=1",
        "from=2025-13-01",
        "from=yesterday",
        "from=2025-06-05&to=2025-06-01",
    ],
)
@pytest.mark.parametrize("path", ["heat", "statistics/grids", "statistics/timeline"])
def test_a_bad_filter_is_refused(api, path, query):
    assert api.get(f"/api/v1/{path}?{query}").status_code == 422


@pytest.mark.parametrize("cell_m", ["0", "-75", "76", "1e9", "nan", "x"])
def test_a_cell_that_is_not_offered_is_refused(api, cell_m):
    assert api.get("/api/v1/heat", params={"cell_m": cell_m}).status_code == 422


def test_the_page_says_what_may_run_on_it(api):
    one, two = api.get("/"), api.get("/")
    policies = [answer.headers["content-security-policy"] for answer in (one, two)]
    nonces = [re.search(r"'nonce-([\w-]+)'", policy)[1] for policy in policies]

    assert nonces[0] != nonces[1]
    assert "unsafe-eval" not in policies[0]
    assert (
        re.search(r"script-src [^;]*", policies[0])[0] == f"script-src 'self' 'nonce-{nonces[0]}'"
    )
    scripts = re.findall(r"<script\b[^>]*>", one.text)
    assert scripts
    assert all(f'nonce="{nonces[0]}"' in tag for tag in scripts)
    assert one.headers["cache-control"] == "no-store"


def test_everything_that_the_page_names_is_there(api):
    html = api.get("/").text
    links = set(map(unescape, re.findall(r'(?:src|href)="(/[^"]+)"', html)))
    topology = orjson.loads(re.search(r'"topology_url":("[^"]+")', html)[1])

    assert len(links) > 8
    for link in links:
        # /edit sends whoever has not logged in to do so.
        assert api.get(link, follow_redirects=True).status_code == 200, link
    assert "immutable" in api.get(topology).headers["cache-control"]
    # Each is asked for once: the hints name the addresses that the modules ask for.
    assert topology in links
    assert all(
        "immutable" in api.get(link).headers["cache-control"]
        for link in links
        if "/static/" in link
    )


def test_the_page_says_when_nothing_is_loaded(serve, empty_url):
    answer = serve(empty_url).get("/")
    assert answer.status_code == 200
    assert "./run demo" in answer.text


def test_hostile_names_stay_data(serve, world_url, world_engine):
    hostile = "</script><img src=x onerror=alert(1)>${alert(2)}"
    with write_session(world_engine) as session:
        session.connection().exec_driver_sql("UPDATE division SET name = %s", (hostile,))
    answer = serve(world_url).get("/")

    assert "<img" not in answer.text
    assert answer.text.count("</script>") == len(re.findall(r"<script\b", answer.text))
