"""A commit that fails is never told as a success (ADR 0007)."""

from __future__ import annotations

import inspect

from fastapi.routing import APIRoute
from sqlalchemy import text

from api.app import create_app
from api.deps.common import ReportSession
from api.pages import shell
from tests.api.server import serving, settings_for
from tests.api.test_answers import modules
from tests.api.test_problems import assert_problem


def test_a_commit_that_fails_is_an_error_for_the_client(world_url, world_engine):
    with world_engine.begin() as owner:
        owner.execute(text("CREATE TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
        owner.execute(text("GRANT INSERT ON late TO gridmap_whole"))
    app = create_app(settings_for(world_url))

    @app.post("/late")
    def late(session: ReportSession) -> str:
        # A deferred constraint speaks at the commit, after the route has returned.
        session.execute(text("INSERT INTO late VALUES (1), (1)"))
        return "written"

    with serving(app) as client:
        answer = client.post("/late", headers={"connection": "close"})

    assert_problem(answer, 500, "internal")


def test_no_route_that_asks_the_store_is_async():
    routes = [route for module in [*modules(), shell] for route in module.router.routes]
    endpoints = {r.path: r.endpoint for r in routes if isinstance(r, APIRoute)}
    assert {"/", "/metrics", "/api/v1/grids"} <= set(endpoints)
    # One asks nothing of the store, and must not wait for a thread behind those that do; the other
    # has no end, and takes a thread only while it looks who asks.
    waitless = {"/health/live", "/api/v1/live"}
    assert {p for p, e in endpoints.items() if inspect.iscoroutinefunction(e)} == waitless
