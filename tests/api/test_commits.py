"""A commit that fails is never told as a success (ADR 0007)."""

from __future__ import annotations

import inspect

from fastapi.routing import APIRoute
from sqlalchemy import text

from api.app import create_app
from api.deps import WriteSession
from tests.api.server import serving, settings_for
from tests.api.test_answers import PARTS, modules
from tests.api.test_problems import assert_problem


def test_a_commit_that_fails_is_an_error_for_the_client(world_url):
    app = create_app(settings_for(world_url))

    @app.post("/late")
    def late(session: WriteSession) -> str:
        # A deferred constraint speaks at the commit, after the route has returned.
        session.execute(text("CREATE TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
        session.execute(text("INSERT INTO late VALUES (1), (1)"))
        return "written"

    with serving(app) as client:
        answer = client.post("/late", headers={"connection": "close"})

    assert_problem(answer, 500, "internal")


def test_no_route_is_async():
    for module in modules():
        for route in module.router.routes:
            if isinstance(route, APIRoute):
                assert not inspect.iscoroutinefunction(route.endpoint), route.path
    assert len(modules()) == len(PARTS)
