"""The real application with a clock that can be set (``python -m bench.week_server FD TIME``)."""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import ExitStack

from fastapi import FastAPI, Request, Response

from api.app import create_app
from api.live.feed import Pace
from bench.http_server import serve
from gis.core import clock

#: Signs of life come as often on the clock that is moved on as they do on a true one.
PACE = Pace(ping_s=0.02)


def with_a_clock() -> FastAPI:
    """Return the application with a route that sets its clock; it is found before all others."""
    app = create_app()
    held = ExitStack()
    held.enter_context(clock.held_at(dt.datetime.fromisoformat(sys.argv[2])))

    @app.post("/bench/clock")
    async def put_clock(request: Request, at: dt.datetime) -> Response:
        request.app.state.hub.pace = PACE
        held.enter_context(clock.held_at(at))
        return Response(status_code=204)

    routes = app.router.routes
    routes[:] = [routes[-1], *routes[:-1]]
    return app


if __name__ == "__main__":
    serve("bench.week_server:with_a_clock")
