"""Run the HTTP server in this process, and tell when it answers."""

from __future__ import annotations

import contextlib
import gc
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from types import FrameType
from typing import Any
from urllib.error import URLError

import uvicorn

from gis.core.errors import Unavailable

LONGEST_GOODBYE_S = 3  # an open event stream would otherwise keep Ctrl-C waiting for ever
BETWEEN_KNOCKS_S = 0.05
#: How the server shows itself: no banner, bounds before a request, proxies trusted by
#: `api.door.proxies` alone, no WebSockets.
OUTWARD: dict[str, Any] = {
    "http": "api.door.protocol:BoundedProtocol",
    "ws": "none",
    "server_header": False,
    "proxy_headers": False,
}


def serve(door: socket.socket, url: str, when_ready: Callable[[], None]) -> None:
    """Serve until told to stop.

    Parameters
    ----------
    door
        Bound socket.
    url
        Where ``door`` is, ``http://host:port``.
    when_ready
        Called once, from another thread, as soon as the server answers as ready.

    Raises
    ------
    Unavailable
        The server did not come up; what it logged says why.
    """
    config = uvicorn.Config(
        "api.app:create_app",
        factory=True,
        log_level="warning",
        timeout_graceful_shutdown=LONGEST_GOODBYE_S,
        **OUTWARD,
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_watch, args=(server, url, when_ready), daemon=True).start()
    # Ctrl-C first lets the server finish, which then passes the interrupt on to us.
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[door])
    finally:
        settle()
    if not server.started:
        raise Unavailable(
            "the server did not start; the lines above say why", zh="服务未能启动,原因见上"
        )


def settle() -> None:
    """Take what this process holds by now for what it will always hold.

    The modules alone are some 300,000 objects. Once the server is up the collector needs not look
    through them again and again while requests wait; at the end Python would look through all of
    them once more, a second of work and several on a busy machine, only to leave.
    """
    gc.freeze()


def stop_on_signals() -> None:
    """Turn orders to end into an exception, so that the cluster is stopped on the way out."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    for order in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(order, leave)


def _watch(server: uvicorn.Server, url: str, when_ready: Callable[[], None]) -> None:
    while not server.should_exit:
        if _is_ready(url):
            settle()
            when_ready()
            return
        time.sleep(BETWEEN_KNOCKS_S)


def _is_ready(url: str) -> bool:
    # A proxy that the environment names is for the internet, not for our own loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
