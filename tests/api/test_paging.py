"""Pages: every row once, in order, of the same boundaries, and bounded."""

from __future__ import annotations

import base64

import httpx
import pytest

from gis.boundaries import publish_import
from gis.db.session import write_session
from tests import factories
from tests.api.test_problems import assert_problem

LISTS = {
    "/api/v1/divisions": ("features", 7),
    "/api/v1/grids": ("features", 15),
    "/api/v1/households/counts": ("items", 15),
    "/api/v1/events": ("features", 60),
}


def next_link(page: dict) -> str | None:
    links = {link["rel"]: link["href"] for link in page["links"]}
    return links.get("next")


def walk(client: httpx.Client, url: str, key: str) -> list[dict]:
    found = []
    while url:
        page = client.get(url).raise_for_status().json()
        assert page["numberReturned"] == len(page[key])
        found += page[key]
        url = next_link(page)
    return found


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", [1, 4, 15])
def test_all_pages_together_are_the_whole_list(api, path, limit):
    key, count = LISTS[path]
    whole = api.get(path, params={"limit": 1000}).json()

    assert len(whole[key]) == count
    assert next_link(whole) is None
    assert walk(api, f"{path}?limit={limit}", key) == whole[key]


def test_a_full_last_page_has_no_next_link(api):
    assert next_link(api.get("/api/v1/grids?limit=15").json()) is None
    assert next_link(api.get("/api/v1/grids?limit=14").json()) is not None


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "-1", "10001", "1.5", "x", "9" * 30])
def test_the_length_of_a_page_is_bounded(api, path, limit):
    assert_problem(api.get(path, params={"limit": limit}), 422, "invalid")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "raw", [b"", b"x", b"[]", b"{}", b"[1,2,3]", b"[null]", b'["x"]', b"[true,1]", b"[1e9,1]"]
)
def test_a_cursor_that_is_not_ours_is_refused(api, path, raw):
    cursor = base64.urlsafe_b64encode(raw).decode().rstrip("=")

    assert_problem(api.get(path, params={"cursor": cursor}), 400, "bad-cursor")


def test_the_cursor_of_another_list_is_refused(api):
    of_events = next_link(api.get("/api/v1/events?limit=1").json())
    cursor = httpx.URL(of_events).params["cursor"]

    assert_problem(api.get("/api/v1/grids", params={"cursor": cursor}), 400, "bad-cursor")


def test_pages_keep_their_boundaries_though_others_are_published(own_api, world_engine):
    first = own_api.get("/api/v1/grids?limit=8").json()
    changed = factories.grids()
    changed.loc[11, "name"] = "改名网格"
    with write_session(world_engine) as session:
        publish_import(session, changed, effective_from=factories.EFFECTIVE_FROM)

    second = own_api.get(next_link(first)).json()

    assert second["generation"] == first["generation"] == 1
    assert second["features"][-1]["properties"]["name"] != "改名网格"
    fresh = own_api.get("/api/v1/grids?limit=100").json()
    assert fresh["generation"] == 2
    assert fresh["features"][-1]["properties"]["name"] == "改名网格"


def test_an_event_that_comes_between_two_pages_moves_nothing(own_api):
    whole = own_api.get("/api/v1/events?limit=100").json()["features"]
    first = own_api.get("/api/v1/events?limit=30").json()
    body = {
        "source": "x",
        "source_id": "1",
        "title": "新事件",
        "category_code": "0402",
        "lon": 115.01,
        "lat": 34.505,
        "crs": "EPSG:4490",
    }
    assert own_api.post("/api/v1/events", json=body).status_code == 201

    rest = walk(own_api, next_link(first), "features")
    assert first["features"] + rest == whole
