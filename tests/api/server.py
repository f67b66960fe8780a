"""A real server in a thread of its own, asked over HTTP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from gis.cli.serving import OUTWARD
from gis.settings import Settings
from tests import factories

#: Answers without an end: `test_live.py` listens to them.
ENDLESS = frozenset({"/api/v1/live"})


class Server(uvicorn.Server):
    """A server that tells when it listens."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, log_level="critical", lifespan="on", **OUTWARD))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serving(app: FastAPI, port: int = 0) -> Iterator[httpx.Client]:
    """Serve an application on a port, a free one by default, while the block runs."""
    door = socket.create_server(("127.0.0.1", port))
    server = Server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    try:
        assert server.ready.wait(30)
        host, port = door.getsockname()
        with httpx.Client(base_url=f"http://{host}:{port}", timeout=60, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(30)
        door.close()


def settings_for(url: str, **more: object) -> Settings:
    """Return the settings of a server on the small county, open to all unless said otherwise.

    No rate is held: tests ask more in a minute than people do.
    """
    given = {"anonymous": "demo", "profiles_dir": factories.PROFILES, "rate_per_minute": 0} | more
    return Settings(DATABASE_URL=url, **given)
