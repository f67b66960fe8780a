"""The real application beside empty routes, in one process (``python -m bench.http_server FD``)."""

from __future__ import annotations

import socket
import sys

import uvicorn
from fastapi import FastAPI, Request, Response

from api.app import create_app
from gis.cli.serving import LONGEST_GOODBYE_S, OUTWARD, settle


def with_empty_routes() -> FastAPI:
    """Return the application with routes that do nothing; they are found before all others."""
    app = create_app()

    @app.get("/bench/empty")
    def empty() -> dict[str, str]:
        return {}

    @app.get("/bench/empty-async")
    async def empty_async() -> dict[str, str]:
        return {}

    @app.post("/bench/echo")
    async def echo(request: Request) -> Response:
        # Not packed, as our answers are not.
        return Response(await request.body(), headers={"Content-Encoding": "identity"})

    routes = app.router.routes
    routes[:] = [*routes[-3:], *routes[:-3]]
    return app


def serve(application: str) -> None:
    """Serve as `gridmap serve` does, on a socket that the caller has opened.

    Parameters
    ----------
    application
        Module and factory, ``bench.http_server:with_empty_routes``; the socket's number is the
        first argument of the process.
    """
    door = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(
        application,
        factory=True,
        log_level="warning",
        timeout_graceful_shutdown=LONGEST_GOODBYE_S,
        **OUTWARD,
    )
    try:
        uvicorn.Server(config).run(sockets=[door])
    finally:
        settle()


if __name__ == "__main__":
    serve("bench.http_server:with_empty_routes")
