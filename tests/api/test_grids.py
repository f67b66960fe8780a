"""Grids over HTTP: filters, shapes, history, and the row of the register."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis.boundaries import publish_import
from gis.core.lattice import is_canonical
from gis.db.session import write_session
from tests import factories
from tests.api.test_problems import assert_problem


def codes(client, **params) -> list[str]:
    answer = client.get("/api/v1/grids", params={"limit": 1000, **params})
    assert answer.status_code == 200, answer.text
    return [feature["properties"]["code"] for feature in answer.json()["features"]]


def frame(client, **params) -> gpd.GeoDataFrame:
    page = client.get("/api/v1/grids", params={"limit": 1000, **params}).json()
    return gpd.GeoDataFrame.from_features(page["features"], crs="EPSG:4490")


def test_the_grids_come_back_as_they_were_published(api):
    found = frame(api).sort_values("code", ignore_index=True)
    given = factories.grids().sort_values("code", ignore_index=True)

    for column in ("code", "name", "kind"):
        assert list(found[column]) == list(given[column])
    assert list(found["division"]) == list(given["division_code"])
    assert shapely.equals(found.geometry.to_numpy(), given.geometry.to_numpy()).all()


def test_shapes_are_canonical_and_their_rings_as_rfc_7946_has_them(api):
    found = frame(api)

    assert is_canonical(shapely.get_coordinates(found.geometry.to_numpy())).all()
    for part in shapely.get_parts(found.geometry.to_numpy()):
        assert shapely.is_ccw(shapely.get_exterior_ring(part))


def test_without_geometry_everything_else_is_the_same(api):
    with_it = api.get("/api/v1/grids").json()["features"]
    without = api.get("/api/v1/grids?geometry=false").json()["features"]

    assert all(feature["geometry"] is None for feature in without)
    assert [f["properties"] for f in without] == [f["properties"] for f in with_it]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("rural", {"rural"}),
        ("community", {"community"}),
        ("exclusive", {"exclusive"}),
        ("basic", {"rural", "community"}),
    ],
)
def test_filter_by_kind(api, kind, wanted):
    given = factories.grids()

    assert codes(api, kind=kind) == sorted(given[given["kind"].isin(wanted)]["code"])


@pytest.mark.parametrize("division", ["990101", "990101101", "990101101201"])
def test_filter_by_division_takes_all_below(api, division):
    given = factories.grids()

    assert codes(api, division=division) == sorted(
        code for code in given["code"] if code.startswith(division)
    )


def test_filter_by_box_agrees_with_shapely(api):
    given = factories.grids().set_index("code").sort_index()
    rng = np.random.default_rng(7)
    for _ in range(40):
        x = np.sort(rng.uniform(114.98, 115.06, 2))
        y = np.sort(rng.uniform(34.48, 34.55, 2))
        box = shapely.box(x[0], y[0], x[1], y[1])
        bbox = f"{x[0]!r},{y[0]!r},{x[1]!r},{y[1]!r}".replace("np.float64(", "").replace(")", "")
        assert codes(api, bbox=bbox) == list(given.index[given.intersects(box)])


@pytest.mark.parametrize(
    "bbox",
    [
        "",
        "1,2,3",
        "1,2,3,4,5,6",
        "a,b,c,d",
        "nan,34,115,35",
        "inf,34,115,35",
        "1e999,34,115,35",
        "116,34,115,35",
        "115,35,116,34",
        "34,114,35,115",
        "-181,34,115,35",
        "115,34,116,91",
    ],
)
def test_a_box_that_is_none_is_refused_with_its_reason(api, bbox):
    body = assert_problem(api.get("/api/v1/grids", params={"bbox": bbox}), 422, "invalid")

    assert body["errors"][0]["loc"] == ["query", "bbox"]


def test_the_past_and_unknown_generations(api):
    assert codes(api, at="2024-12-31") == []
    assert codes(api, at="2025-01-01", generation=1) == codes(api)
    assert_problem(api.get("/api/v1/grids?generation=2"), 404, "not-found")
    assert_problem(api.get(f"/api/v1/grids?generation={2**63 - 1}"), 404, "not-found")
    assert_problem(api.get("/api/v1/grids/990101101201999"), 404, "not-found")


def test_an_older_generation_stays_as_it_was(own_api, world_engine):
    code = "990101101201001"
    before = own_api.get(f"/api/v1/grids/{code}").json()
    with write_session(world_engine) as session:
        publish_import(session, exchanged(), effective_from=factories.EFFECTIVE_FROM)

    after = own_api.get(f"/api/v1/grids/{code}").json()
    assert after["properties"]["generation"] == 2
    assert after["geometry"] != before["geometry"]
    past = own_api.get(f"/api/v1/grids/{code}?generation=1").json()
    # What is filed into a grid is told as of now; the grid itself is as it was.
    for name in ("people", "events"):
        del past["properties"][name], before["properties"][name]
    assert past == before


def exchanged() -> gpd.GeoDataFrame:
    """Return the grids with the two southern ones of the first village exchanged."""
    grids = factories.grids()
    shapes = grids.geometry.to_numpy().copy()
    shapes[[0, 1]] = shapes[[1, 0]]
    return grids.set_geometry(shapes, crs=grids.crs)


def test_the_row_of_the_register(api):
    given = factories.grids()
    homes, events = factories.households(), factories.events()
    first = given.iloc[0]
    inside = [
        shapely.intersects_xy(first.geometry, rows["lon"], rows["lat"]) for rows in (homes, events)
    ]
    homes, events = homes[inside[0]], events[inside[1]]

    row = api.get(f"/api/v1/grids/{first['code']}").json()["properties"]

    assert row["village"] == "王家庄村"
    assert row["township"] == "测试东镇"
    assert row["bounds_text"]
    assert [head["role"] for head in row["heads"]] == ["grid_head"]
    assert list(row["workers"]) == ["full_time_member"]
    assert row["people"] == {
        "households": len(homes),
        "registered": 3 * len(homes),
        "residents": 3 * len(homes),
        "floating": 0,
        "party_members": int(homes["party_member_count"].sum()),
        "party_households": int(homes["is_party_household"].sum()),
    }
    assert row["events"]["total"] == len(events)
    assert row["events"]["closed"] == events["closed_at"].notna().sum()
    assert row["events"]["disputes"] == (events["category_code"] == "0102").sum()


def test_counts_add_up_however_they_are_grouped(api):
    for code in codes(api):
        found = api.get(f"/api/v1/grids/{code}/counts?by=month&by=class").json()
        for groups in ("by_month", "by_class"):
            for figure in ("total", "closed"):
                assert sum(group[figure] for group in found[groups]) == found["events"][figure]
        plain = api.get(f"/api/v1/grids/{code}/counts").json()
        assert plain["by_month"] is None
        assert plain["events"] == found["events"]


def test_household_counts_are_those_of_the_grids(api):
    listed = api.get("/api/v1/households/counts?limit=100").json()["items"]

    for row in listed:
        grid = api.get(f"/api/v1/grids/{row['code']}").json()["properties"]
        assert {key: row[key] for key in grid["people"]} == grid["people"]
    assert sum(row["households"] for row in listed if row["kind"] != "exclusive") == 120


def test_search_ranks_codes_before_names_and_takes_nothing_as_a_pattern(api):
    def found(q: str, **more: int) -> list[str]:
        items = api.get("/api/v1/search", params={"q": q, **more}).json()["items"]
        return [item["code"] for item in items]

    assert found("990101101201001") == ["990101101201001"]
    assert found("990101101")[0] == "990101101000"
    assert found("小学") == ["990101101201901"]
    assert found("王家庄村")[0] == "990101101201"
    assert found("测试县")[0] == "990101000000"
    assert found("%") == found("_") == found("\\") == found("' OR 1=1") == []
    assert len(found("9", limit=5)) == 5
    assert len(found("9", limit=50)) == 7 + 15
    assert_problem(api.get("/api/v1/search?q=9&limit=51"), 422, "invalid")
    assert_problem(api.get("/api/v1/search?q=%20"), 422, "invalid")
