"""A deployment shown by parts: tracts in the place of grids, and the grids of one division."""

from __future__ import annotations

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import orjson
import pytest
import shapely
from sqlalchemy import text

from gis.core.access import Scope
from gis.db.session import read_session, write_session
from gis.tiles import topology, tracts
from tests import factories
from tests.api.test_maps import decoded
from tests.api.test_problems import assert_problem

OVERVIEW = "/tiles/overview/1.topojson"
TOPOLOGY = "/tiles/grids/1.topojson"
TRACTS = "/api/v1/statistics/tracts"
A, B = factories.TOWNSHIPS


def test_tracts_stand_for_the_grids_of_their_division(api):
    document = api.get(OVERVIEW).json()
    found = decoded(document)
    grids = factories.grids()
    basic = grids[grids["kind"] != "exclusive"]

    assert set(found) == set(factories.VILLAGES)
    for code, shape in found.items():
        land = shapely.union_all(basic[basic["division_code"] == code].geometry.to_numpy())
        assert shapely.area(shapely.symmetric_difference(shape, land)) < 0.01 * shapely.area(land)


def test_simplified_tracts_leave_no_gap_between_them(api):
    shapes = list(decoded(api.get(OVERVIEW).json()).values())
    whole = shapely.union_all(shapes)

    assert whole.geom_type == "Polygon" or len(whole.geoms) == 1
    assert not any(part.interiors for part in shapely.get_parts(whole))
    assert shapely.area(whole) == pytest.approx(sum(map(shapely.area, shapes)))


def test_neighbouring_tracts_differ_in_colour(api):
    geometries = api.get(OVERVIEW).json()["objects"]["basic"]["geometries"]
    colours = {g["properties"]["code"]: g["properties"]["colour_index"] for g in geometries}
    villages = sorted(colours)

    assert all(colours[one] != colours[two] for one, two in pairwise(villages))


def test_the_highest_divisions_with_few_enough_grids_are_parts(serve, reading_url):
    sizes = factories.grids()["division_code"].str[:9].value_counts()
    least, most = int(sizes.min()), int(sizes.max())

    def parts(limit: int) -> dict[str, int]:
        rows = serve(reading_url, grids_at_once=limit).get(OVERVIEW).json()["divisions"]
        return {row["code"]: row["grids"] for row in rows if row["is_part"]}

    assert parts(len(factories.grids())) == {factories.COUNTY: len(factories.grids())}
    assert set(parts(most)) == {A, B}
    # However small the limit is: below the tracts there is nothing.
    assert set(parts(1)) == set(factories.VILLAGES)
    assert least <= most


def test_a_part_is_the_grids_of_its_division_with_what_lies_above(api):
    document = api.get(TOPOLOGY, params={"division": A[:9]}).json()
    grids = factories.grids()

    assert set(decoded(document)) == set(grids[grids["division_code"].str[:9] == A[:9]]["code"])
    codes = [row["code"] for row in document["divisions"]]
    assert codes == [factories.COUNTY, A, *factories.VILLAGES[:2]]
    assert document["divisions"][0]["label"] is None


def test_areas_that_see_the_same_divisions_keep_overviews_of_their_own(reading_engine):
    def version(*seen: str) -> str:
        scope = Scope(seen)
        with read_session(reading_engine, scope) as session:
            return tracts.overview_version(session, 1, scope=scope)

    below = sorted(code for code in factories.VILLAGES if code.startswith(A[:9]))
    # Of the first the township's outline is seen as well.
    assert version(A) != version(*below)


def test_too_many_grids_are_not_sent_at_once(serve, reading_url):
    client = serve(reading_url, grids_at_once=10)

    problem = assert_problem(client.get(TOPOLOGY), 422, "invalid")
    assert "division" in problem["detail"]
    assert client.get(TOPOLOGY, params={"division": A}).status_code == 200
    assert_problem(client.get("/tiles/grids/99.topojson"), 404, "not-found")


def test_a_large_deployment_opens_with_its_overview(serve, reading_url):
    for path in ("/", "/screen"):
        large = serve(reading_url, grids_at_once=10).get(path).text
        small = serve(reading_url).get(path).text
        assert "/tiles/overview/1.topojson?v=" in large
        assert "/tiles/grids/1.topojson?v=" in small


def test_an_overview_keeps_for_ever_under_its_version(api):
    plain = api.get(OVERVIEW)
    version = plain.headers["etag"].strip('"')

    assert plain.headers["cache-control"] == "no-cache"
    assert "immutable" in api.get(OVERVIEW, params={"v": version}).headers["cache-control"]
    packed = api.get(OVERVIEW, params={"form": "packed"})
    assert packed.json()["type"] == "PackedTopology"
    assert packed.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("address", ["/tiles/overview/99.topojson", TOPOLOGY + "?division=990199"])
def test_what_does_not_exist_is_not_found(api, address):
    assert_problem(api.get(address), 404, "not-found")


def test_figures_of_tracts_are_the_sums_of_their_basic_grids(api):
    tracts = api.get(TRACTS).json()
    grids = api.get("/api/v1/statistics/grids").json()
    kinds = factories.grids().set_index("code")[["kind", "division_code"]]
    basic = [n for n, code in enumerate(grids["codes"]) if kinds.kind[code] != "exclusive"]

    assert tracts["codes"] == sorted(factories.VILLAGES)
    for name in ("events", "closed", "open", "overdue", "disputes", "households", "people"):
        sums = dict.fromkeys(tracts["codes"], 0)
        for n in basic:
            sums[kinds.division_code[grids["codes"][n]]] += grids[name][n]
        assert tracts[name] == list(sums.values())
    assert sum(tracts["events"]) > 0


@pytest.mark.parametrize("division", [A, B, factories.VILLAGES[2]])
def test_figures_of_a_part_are_those_of_its_grids(api, division):
    whole = api.get("/api/v1/statistics/grids").json()
    part = api.get("/api/v1/statistics/grids", params={"division": division}).json()
    inside = factories.grids().set_index("code")["division_code"]
    short = division.rstrip("0") if division in factories.TOWNSHIPS else division
    places = [n for n, code in enumerate(whole["codes"]) if inside[code].startswith(short)]

    assert part["codes"] == [whole["codes"][n] for n in places]
    for name in ("events", "households", "closed"):
        assert part[name] == [whole[name][n] for n in places]


def test_heat_of_divisions_adds_up_to_that_of_the_land_inside(api):
    inside = api.get(TRACTS).json()["events"]
    heat = [api.get("/api/v1/heat", params={"division": code}).json()["total"] for code in (A, B)]

    assert sum(heat) == sum(inside)
    assert all(total > 0 for total in heat)


def test_a_border_is_simplified_between_its_ends_and_no_further_than_said():
    along = np.linspace(0, 10_000, 200).astype(np.int64)
    arc = np.column_stack([along, (300 * np.sin(along / 500)).astype(np.int64)])
    found = topology.simplified(arc, 50.0)

    assert (found[[0, -1]] == arc[[0, -1]]).all()
    assert len(found) < len(arc)
    line, kept = shapely.linestrings(arc), shapely.linestrings(found)
    assert shapely.hausdorff_distance(line, kept) <= 50
    ring = np.array([[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]])
    assert (topology.simplified(ring, 1e6) == ring).all()


def test_the_level_of_tracts_has_not_too_many(reading_engine, monkeypatch):
    with read_session(reading_engine) as session:
        assert tracts.tract_depth(session) == 2
        monkeypatch.setattr(tracts, "MOST_TRACTS", 3)
        assert tracts.tract_depth(session) == 1


def test_a_few_divisions_far_down_do_not_make_tracts_of_all_above(world_engine, monkeypatch):
    monkeypatch.setattr(tracts, "MOST_TRACTS", 3)
    with write_session(world_engine) as session:
        session.execute(
            text(
                "INSERT INTO division"
                " (county_code, code, level, name, is_admin, parent_code, path, depth)"
                " SELECT county_code, :code, level, name, is_admin, code,"
                "        path || CAST(:code AS varchar(12)), depth + 1"
                "   FROM division WHERE code = :above"
            ),
            {"code": factories.VILLAGES[0][:9] + "999", "above": factories.VILLAGES[0]},
        )
    with read_session(world_engine) as session:
        assert tracts.tract_depth(session) == 1


def test_whoever_has_no_outline_below_stands_for_itself(world_engine):
    below = [code for code in factories.VILLAGES if code.startswith(A[:9])]
    with write_session(world_engine) as session:
        gone = text("DELETE FROM division_outline WHERE division_code = ANY(:codes)")
        session.execute(gone, {"codes": below})
    with read_session(world_engine) as session:
        document = tracts.build_overview(session, 1, 100)
    others = [code for code in factories.VILLAGES if code not in below]
    assert set(decoded(document)) == {A, *others}


def test_the_version_of_boundaries_tells_which_outlines_are_seen(world_engine):
    with read_session(world_engine) as session:
        before = topology.topology_version(session, 1)
    with write_session(world_engine) as session:
        gone = text("DELETE FROM division_outline WHERE division_code = :code")
        session.execute(gone, {"code": A})
    with read_session(world_engine) as session:
        assert topology.topology_version(session, 1) != before


@pytest.mark.parametrize("path", ["/api/v1/statistics/grids", "/api/v1/heat", TOPOLOGY])
def test_a_division_that_is_not_there_is_said_to_be_missing(api, path):
    assert_problem(api.get(path, params={"division": "990101999000"}), 404)


def test_who_wants_a_small_document_does_not_wait_for_a_large_one(tmp_path):
    store = topology.TopologyStore(tmp_path)
    begun, others = threading.Event(), threading.Event()
    built = []

    def build(name: str) -> dict[str, str]:
        built.append(name)
        if name == "large":
            begun.set()
            assert others.wait(30)
        return {"name": name}

    def ask(name: str) -> bytes:
        return store.made(name, name, lambda: build(name), packed=False).packed

    with ThreadPoolExecutor(3) as pool:
        large = [pool.submit(ask, "large") for _ in range(2)]
        assert begun.wait(30)
        assert orjson.loads(gzip.decompress(ask("small"))) == {"name": "small"}
        others.set()
        assert large[0].result() == large[1].result()
    assert sorted(built) == ["large", "small"]
