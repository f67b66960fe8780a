"""What goes out is what the OpenAPI document promises."""

from __future__ import annotations

import importlib
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

import api.routes

GRID = "990101101201001"
EXAMPLES = {
    "/api/v1/deployment": [""],
    "/api/v1/divisions": ["", "?level=village", "?geometry=false", "?at=2024-12-31"],
    "/api/v1/divisions/{code}": [""],
    "/api/v1/divisions/{code}/tree": ["", "?depth=0"],
    "/api/v1/divisions/{code}/stats": [
        "",
        "?from=2025-06-01&to=2025-06-03",
        "?at=2024-12-31",
        "?reading=then",
    ],
    "/api/v1/divisions/{code}/board": ["", "?from=2025-06-01&to=2025-06-03"],
    "/api/v1/assets": ["", "?kind=camera&limit=2"],
    "/api/v1/grids": ["", "?kind=exclusive", "?geometry=false&limit=2"],
    "/api/v1/grids/{code}": [""],
    "/api/v1/grids/{code}/counts": ["", "?by=month&by=class", "?reading=then"],
    "/api/v1/grids/{code}/history": ["", "?geometry=false"],
    "/api/v1/grids/{code}/lineage": [""],
    "/api/v1/generations": ["", "?limit=1"],
    "/api/v1/generations/{generation}": [""],
    "/api/v1/generations/{generation}/diff": ["", "?against=1&geometry=false"],
    "/api/v1/generations/{generation}/crosswalk": [""],
    "/api/v1/households/counts": ["", "?limit=2"],
    "/api/v1/events": ["", "?open=true", "?overdue=true", "?limit=2"],
    "/api/v1/events/{event_no}": [""],
    # An answer without an end; `test_live.py` listens to it.
    "/api/v1/live": [],
    "/api/v1/locate": ["?lon=115.0101&lat=34.505&crs=EPSG:4490&accuracy_m=500"],
    "/api/v1/search": ["?q=测试", "?q=990101"],
    "/api/v1/heat": ["", "?cell_m=600&category=01", "?division=990101101"],
    "/api/v1/playback": [
        "?from=2025-06-01&to=2025-06-10",
        "?from=2025-06-01&to=2025-12-31&step=month&cell_m=600&category=01",
    ],
    "/api/v1/playlists": ["", "?division=990101&name=default"],
    "/api/v1/statistics/grids": [
        "",
        "?from=2025-06-01&category=0102",
        "?reading=then",
        "?division=990101101",
    ],
    "/api/v1/statistics/tracts": ["", "?from=2025-06-01&category=0102"],
    "/api/v1/statistics/timeline": ["", "?from=2020-01-01&to=2020-01-02"],
}


def modules() -> list[ModuleType]:
    """Every module of routes, so that a new one is not forgotten."""
    return [
        importlib.import_module(f"api.routes.{m.name}") for m in iter_modules(api.routes.__path__)
    ]


def routes() -> dict[str, APIRoute]:
    every = [route for module in modules() for route in module.router.routes]
    return {
        r.path: r
        for r in every
        if isinstance(r, APIRoute) and "GET" in r.methods and r.path.startswith("/api/")
    }


#: Nobody in particular is not let in there, or the answer is a picture; tested elsewhere.
BEHIND_A_DOOR = (
    "/api/v1/playback.gif",
    "/api/v1/accounts",
    "/api/v1/audit",
    "/api/v1/boundary-uploads",
    "/api/v1/changesets",
    "/api/v1/keys",
    "/api/v1/persons",
    "/api/v1/session",
)


def test_every_route_has_an_example(reading_app):
    open_to_all = {path for path in routes() if not path.startswith(BEHIND_A_DOOR)}
    assert open_to_all == set(EXAMPLES)
    assert set(EXAMPLES) <= set(reading_app.openapi()["paths"])


@pytest.mark.parametrize(
    ("path", "query"), [(path, query) for path, queries in EXAMPLES.items() for query in queries]
)
def test_answers_are_as_documented(api, path, query):
    number = api.get("/api/v1/events?limit=1").json()["features"][0]["id"]
    code = GRID if "grids" in path else "990101101"
    path_asked = path.replace("{event_no}", number).replace("{code}", code)
    answer = api.get(path_asked.replace("{generation}", "1") + query)

    assert answer.status_code == 200, answer.text
    model = routes()[path].response_model
    TypeAdapter(model).validate_json(answer.content)


def test_long_answers_are_compressed(api):
    answer = api.get("/api/v1/grids", headers={"accept-encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/geo+json"


def test_a_short_code_is_as_good_as_a_long_one(api):
    long = api.get("/api/v1/divisions/990101101000").json()

    assert api.get("/api/v1/divisions/990101101").json() == long
    assert long["properties"]["code"] == "990101101000"


def test_the_tree_says_what_it_leaves_out(api):
    whole = api.get("/api/v1/divisions/990101/tree").json()
    top = api.get("/api/v1/divisions/990101/tree", params={"depth": 0}).json()

    assert [len(town["children"]) for town in whole["children"]] == [2, 2]
    assert top["children"] == []
    assert top["children_count"] == whole["children_count"] == 2


def test_the_reference_page_lists_every_route_and_loads_nothing(api, reading_app):
    page = api.get("/docs").text

    for path in reading_app.openapi()["paths"]:
        assert path in page
    assert "<script" not in page
    assert "//" not in page.replace("<!doctype", "").replace("</", "")


def test_health(api):
    assert api.get("/health/live").json() == {"status": "live"}
    ready = api.get("/health/ready").json()
    assert ready["status"] == "ready"
    assert ready["generation"] == 1


def test_an_empty_database_is_not_ready(serve, empty_url):
    client = serve(empty_url)

    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert "empty" in answer.json()["detail"]
    assert client.get("/api/v1/deployment").status_code == 503
    assert client.get("/api/v1/grids").status_code == 503


def test_a_database_that_was_never_migrated_is_not_ready(serve, cluster):
    cluster.create_database("gridmap_test_bare")
    answer = serve(cluster.url("gridmap_test_bare")).get("/health/ready")

    assert answer.status_code == 503
    assert "gridmap migrate" in answer.json()["detail"]


def test_metrics_count_requests_by_the_pattern_of_their_route(own_api):
    own_api.get(f"/api/v1/grids/{GRID}")
    own_api.get("/api/v1/grids/990101101201999")
    own_api.get("/elsewhere/990101")

    lines = own_api.get("/metrics").text.splitlines()
    pattern = 'gridmap_requests_total{method="GET",route="/api/v1/grids/{code}",status='
    assert f'{pattern}"200"}} 1.0' in lines
    assert f'{pattern}"404"}} 1.0' in lines
    assert 'gridmap_requests_total{method="GET",route="unmatched",status="404"} 1.0' in lines
    assert "gridmap_generation 1.0" in lines
    assert "gridmap_grids 15.0" in lines
    assert 'gridmap_filed_rows{table="household"} 120.0' in lines
    assert 'gridmap_filed_rows{table="event"} 60.0' in lines
    assert not any("990101" in line for line in lines)


def test_the_page_of_the_api_lists_every_route(reading_app):
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")

    for path, methods in reading_app.openapi()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in page, (method, path)
