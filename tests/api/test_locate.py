"""Where a point lies, over HTTP: promise 1, for one point and for many."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from gis.boundaries import publish_import
from gis.core.datum import from_cgcs2000
from gis.db.session import read_session, write_session
from tests import factories
from tests.api.test_grids import exchanged
from tests.api.test_problems import assert_problem

STORED = "EPSG:4490"


def points() -> np.ndarray:
    """Return random points, all vertices and the middles of all edges; shape (n, 2)."""
    geometries = factories.grids().geometry.to_numpy()
    vertices = shapely.get_coordinates(geometries)
    middles = np.rint((vertices[:-1] + vertices[1:]) / 2 * 1e7) / 1e7
    random = np.random.default_rng(5).uniform((114.999, 34.499), (115.041, 34.531), (3000, 2))
    return np.vstack([np.rint(random * 1e7) / 1e7, vertices, middles])


def test_many_points_lie_where_postgis_says(api, reading_engine):
    every = points()
    body = {
        "crs": STORED,
        "points": [{"id": n, "lon": x, "lat": y} for n, (x, y) in enumerate(every.tolist())],
    }
    results = api.post("/api/v1/locate", json=body).json()["results"]

    statement = text(
        "SELECT n, (SELECT code FROM grid_version WHERE grid_id = locate_grid(p, 'basic', 1, d))"
        "           AS basic,"
        "       (SELECT code FROM grid_version WHERE grid_id = locate_grid(p, 'exclusive', 1, d))"
        "           AS exclusive"
        "  FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY"
        "           AS t (lon, lat, n),"
        "       LATERAL (SELECT ST_SetSRID(ST_MakePoint(lon, lat), 4490) AS p,"
        "                       current_date AS d) AS made ORDER BY n"
    )
    with read_session(reading_engine) as session:
        wanted = session.execute(
            statement, {"lon": every[:, 0].tolist(), "lat": every[:, 1].tolist()}
        ).all()
    assert len({row.basic for row in wanted}) == 13
    assert [(r["basic"], r["exclusive"]) for r in results] == [
        (row.basic, row.exclusive) for row in wanted
    ]
    for result in results:
        assert result["responsible"] == (result["exclusive"] or result["basic"])
        assert result["error"] is None


def test_one_point_is_answered_as_one_of_many(api):
    for lon, lat in points()[::97].tolist():
        body = {"crs": STORED, "points": [{"lon": lon, "lat": lat}]}
        (result,) = api.post("/api/v1/locate", json=body).json()["results"]
        answer = api.get("/api/v1/locate", params={"lon": lon, "lat": lat, "crs": STORED})
        if result["responsible"] is None:
            assert_problem(answer, 404, "outside-every-grid")
            continue
        found = answer.json()
        for layer in ("basic", "exclusive", "responsible"):
            assert (found[layer] or {"code": None})["code"] == result[layer]
        assert found["edge_distance_m"] >= 0
        chain = [division["code"] for division in found["divisions"]]
        assert chain[0] == factories.COUNTY
        assert chain[-1] == found["basic"]["division"]


def test_on_a_shared_border_the_lowest_code_wins_and_the_other_is_near(api):
    x, y = factories.corner(1, 1)
    found = api.get("/api/v1/locate", params={"lon": x / 1e7, "lat": y / 1e7, "crs": STORED}).json()

    assert found["basic"]["code"] == "990101101201001"
    assert found["edge_distance_m"] == 0
    touching = {"990101101201002", "990101101202001", "990101101202002"}
    assert {grid["code"] for grid in found["near"] if grid["distance_m"] == 0} == touching


def test_near_grids_are_those_within_the_accuracy(api):
    params = {"lon": 115.0101, "lat": 34.505, "crs": STORED}
    found = api.get("/api/v1/locate", params={**params, "accuracy_m": 1000}).json()
    distances = [grid["distance_m"] for grid in found["near"]]

    assert distances == sorted(distances)
    assert distances[-1] <= 1000
    for limit in (0, 100, 300, 700):
        fewer = api.get("/api/v1/locate", params={**params, "accuracy_m": limit}).json()["near"]
        assert fewer == [grid for grid in found["near"] if grid["distance_m"] <= limit]


@pytest.mark.parametrize("crs", ["CRS84", "EPSG:4547", "EPSG:3857", "GCJ-02", "BD-09"])
def test_the_system_is_named_and_kept(api, crs):
    x, y = (float(value) for value in from_cgcs2000(115.0101, 34.505, crs))
    found = api.get("/api/v1/locate", params={"lon": x, "lat": y, "crs": crs}).json()

    assert found["responsible"]["code"] == "990101101201901"
    assert found["position"]["given"] == {"x": x, "y": y, "crs": crs}
    assert abs(found["position"]["lon"] - 115.0101) < 5e-7


def test_what_cannot_be_located_says_why(api):
    def ask(**changes: object):
        params = {"lon": 115.0101, "lat": 34.505, "crs": STORED} | changes
        return api.get("/api/v1/locate", params={k: v for k, v in params.items() if v is not None})

    assert_problem(ask(crs=None), 422, "invalid")
    assert_problem(ask(lon="nan"), 422, "invalid")
    assert_problem(ask(crs="EPSG:4610"), 422, "unknown-crs")
    swapped = assert_problem(ask(lon=34.505, lat=115.0101), 422, "out-of-bounds")
    assert swapped["verdict"] == "swapped"
    assert "swapped" in swapped["detail"]
    assert_problem(ask(lon=38_500_000, lat=3_820_000), 422, "out-of-bounds")
    outside = assert_problem(ask(lon=0, lat=0), 404, "outside-every-grid")
    assert (outside["lon"], outside["lat"]) == (0, 0)
    assert_problem(ask(at="2024-12-31"), 404, "outside-every-grid")
    assert_problem(ask(generation=9), 404, "not-found")


def test_a_wrong_point_among_many_gets_its_own_error(api):
    body = {
        "points": [
            {"id": "a", "lon": 115.0101, "lat": 34.505, "crs": STORED},
            {"id": "b", "lon": 115.0101, "lat": 34.505},
            {"id": "c", "lon": 34.505, "lat": 115.0101, "crs": STORED},
            {"id": "d", "lon": 115.0101, "lat": 34.505, "crs": "mars"},
            {"id": "e", "lon": 0, "lat": 0, "crs": STORED},
        ]
    }
    results = api.post("/api/v1/locate", json=body).json()["results"]

    assert [result["id"] for result in results] == ["a", "b", "c", "d", "e"]
    assert [bool(result["error"]) for result in results] == [False, True, True, True, False]
    assert results[0]["responsible"] == "990101101201901"
    assert results[4]["responsible"] is None
    assert api.post("/api/v1/locate", json={"points": []}).json()["results"] == []


def test_a_publication_is_answered_at_once_and_the_past_is_kept(own_api, world_engine):
    params = {"lon": 115.0101, "lat": 34.505, "crs": STORED}

    def basic(**more: object) -> tuple[str, int]:
        found = own_api.get("/api/v1/locate", params=params | more).json()
        return found["basic"]["code"], found["generation"]

    assert basic() == ("990101101201001", 1)
    with write_session(world_engine) as session:
        publish_import(session, exchanged(), effective_from=factories.EFFECTIVE_FROM)

    assert basic() == ("990101101201002", 2)
    assert basic(generation=1) == ("990101101201001", 1)
    assert basic(generation=2, at="2025-01-01") == ("990101101201002", 2)
    many = own_api.post(
        "/api/v1/locate",
        json={"crs": STORED, "generation": 1, "points": [{"lon": 115.0101, "lat": 34.505}]},
    ).json()
    assert many["results"][0]["basic"] == "990101101201001"
