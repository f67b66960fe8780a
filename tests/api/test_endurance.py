"""What the server does when the database goes away, is slow, or is asked by many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from api.app import create_app
from api.pages.static_files import VersionedStatic
from gis.db.session import write_session
from tests.api.server import serving, settings_for
from tests.api.test_problems import assert_problem


def test_lost_connections_are_replaced_without_an_error(own_api, world_engine):
    assert own_api.get("/api/v1/grids").status_code == 200
    with write_session(world_engine) as session:
        ended = session.scalar(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    assert ended >= 1
    assert own_api.get("/api/v1/grids").status_code == 200


def test_a_statement_that_takes_too_long_is_not_our_fault(world_url, world_engine):
    app = create_app(settings_for(world_url, statement_timeout_s=0.2))
    with serving(app) as client, write_session(world_engine) as session:
        session.execute(text("LOCK TABLE grid_version IN ACCESS EXCLUSIVE MODE"))
        answer = client.get("/api/v1/grids")

    assert_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"]


def test_more_clients_than_connections_are_all_answered(world_url):
    app = create_app(settings_for(world_url, pool_size=1))
    with serving(app) as client, ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: client.get("/api/v1/divisions/990101/stats"), range(60)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


def test_many_first_questions_at_once_are_answered_by_one_locator(world_url):
    app = create_app(settings_for(world_url))
    params = {"lon": 115.0101, "lat": 34.505, "crs": "EPSG:4490"}
    with serving(app) as client, ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: client.get("/api/v1/locate", params=params), range(24)))

    assert {answer.json()["responsible"]["code"] for answer in answers} == {"990101101201901"}


def test_static_files_are_kept_for_ever_only_with_a_version(tmp_path):
    (tmp_path / "a.js").write_text("export const a = 1;\n")
    app = FastAPI(middleware=[Middleware(GZipMiddleware)])
    app.mount("/static", VersionedStatic(directory=tmp_path))
    with serving(app) as client:
        plain = client.get("/static/a.js")
        versioned = client.get("/static/a.js?v=1.9.4")
        again = client.get("/static/a.js", headers={"if-none-match": plain.headers["etag"]})
        missing = client.get("/static/b.js?v=1")

    assert plain.headers["cache-control"] == "no-cache"
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert again.status_code == httpx.codes.NOT_MODIFIED
    assert missing.status_code == httpx.codes.NOT_FOUND
    assert "immutable" not in missing.headers.get("cache-control", "")
