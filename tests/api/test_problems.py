"""Every error is a problem document, whatever went wrong."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import psycopg2
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DatabaseError

from api.app import create_app
from api.problems import STATUS, TITLES, problem_of
from gis.core.errors import GridmapError
from tests.api.server import serving, settings_for

ROOT = Path(__file__).resolve().parents[2]
NOBODY_THERE = "postgresql://postgres@/gridmap?host=/nonexistent"


def subclasses(cls: type) -> set[type]:
    return {cls} | {below for child in cls.__subclasses__() for below in subclasses(child)}


def assert_problem(answer: httpx.Response, status: int, slug: str | None = None) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["detail_zh"]
    assert body["instance"] == answer.request.url.path
    assert body["type"].removeprefix("/problems/") in TITLES
    if slug is not None:
        assert body["type"] == f"/problems/{slug}"
    return body


@pytest.mark.parametrize("cls", sorted(subclasses(GridmapError), key=lambda c: c.__name__))
def test_every_error_has_a_status_a_title_and_a_page(cls):
    problem = problem_of(cls("what happened", zh="发生了什么", place="here"))

    family = next(base for base in cls.__mro__ if base in STATUS)
    assert problem.status == STATUS[family]
    assert problem.slug == cls.slug
    assert problem.slug in TITLES
    assert problem.extra == {"place": "here"}
    assert (problem.status == 500) == (cls is GridmapError)


def test_the_page_of_problems_lists_exactly_the_types():
    page = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    listed = re.findall(r"^## `([a-z-]+)` · (\d+)", page, flags=re.M)

    assert {slug for slug, _ in listed} == set(TITLES)
    of_errors = {cls.slug: problem_of(cls("x")).status for cls in subclasses(GridmapError)}
    for slug, status in listed:
        if slug in of_errors:
            assert int(status) == of_errors[slug], slug


def test_every_route_answers_errors_as_problems(api, reading_app):
    for path, methods in reading_app.openapi()["paths"].items():
        concrete = re.sub(r"\{[a-z_]+\}", "0", path)
        if "patch" not in methods:
            assert_problem(api.patch(concrete), 405, "method-not-allowed")
        for method in methods:
            if method == "get" and path.startswith("/api/v1") and "{" in path:
                answer = api.get(concrete)
            elif method == "post":
                answer = api.post(concrete, content=b"{")
            else:
                continue
            if answer.status_code == 401:
                assert_problem(answer, 401, "unidentified")
            else:
                assert assert_problem(answer, 422, "invalid")["errors"]


def test_an_unknown_path_is_a_problem(api):
    assert_problem(api.get("/api/v1/nowhere"), 404, "not-found")
    assert_problem(api.get("/nowhere"), 404, "not-found")


def test_an_unknown_parameter_is_refused_and_the_known_ones_are_named(api):
    body = assert_problem(api.get("/api/v1/grids", params={"divison": "990101"}), 422, "invalid")

    assert body["errors"][0]["loc"] == ["query", "divison"]
    assert "division" in body["errors"][0]["msg"]


def test_a_server_that_dies_between_two_messages_is_told_as_unavailable(reading_url):
    app = create_app(settings_for(reading_url))

    @app.get("/dying")
    def dying() -> None:
        # As libpq says it then: no code, and of no kind.
        raise DatabaseError("SELECT", None, psycopg2.DatabaseError("no message from the libpq"))

    with serving(app) as client:
        answer = client.get("/dying")

    assert_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"]


def test_a_bug_never_shows_its_text(caplog, reading_url):
    app = create_app(settings_for(reading_url))

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("password=secret")

    with serving(app) as client:
        answer = client.get("/broken", headers={"connection": "close"})
        metrics = client.get("/metrics").text

    assert_problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert "secret" in caplog.text
    assert 'gridmap_requests_total{method="GET",route="/broken",status="500"} 1.0' in metrics


@pytest.fixture(scope="module")
def orphan() -> FastAPI:
    with serving(create_app(settings_for(NOBODY_THERE))) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/health/ready",
        "/api/v1/deployment",
        "/api/v1/divisions/411421/stats",
        "/api/v1/grids",
        "/api/v1/events",
        "/api/v1/locate?lon=115&lat=34&crs=EPSG:4490",
    ],
)
def test_without_a_database_it_says_so_and_when_to_ask_again(orphan, path):
    answer = orphan.get(path)

    body = assert_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "nonexistent" not in answer.text
    assert "database" in body["detail"]


def test_without_a_database_it_lives_and_tells_its_metrics(orphan):
    assert orphan.get("/health/live").json() == {"status": "live"}
    assert "gridmap_database_up 0.0" in orphan.get("/metrics").text
