"""The port that the server will listen on, held from the first moment."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

import click

from gis.cli.database import say
from gis.core.errors import Conflict

HOST = "127.0.0.1"  # beyond this machine HTTPS belongs before it


@contextmanager
def claim_port(port: int, host: str = HOST) -> Iterator[socket.socket]:
    """Hold the port from the start, so that minutes of loading do not end at a busy one.

    Parameters
    ----------
    port
        TCP port.
    host
        Address of this machine to listen on. Another than 127.0.0.1 is for containers and
        proxies: passwords go over the line as they are.

    Yields
    ------
    socket.socket
        Bound, not yet listening.

    Raises
    ------
    Conflict
        Somebody else has it; names a free one.
    """
    try:
        door = _bind(host, port)
    except OSError as error:
        raise _cannot_listen(host, port, error.strerror or str(error)) from error
    _warn_if_open(host)
    with door:
        yield door


def _warn_if_open(host: str) -> None:
    if not ipaddress.ip_address(host).is_loopback:
        say(
            f"注意:{host} 未加密,对外服务请在前面加 HTTPS",
            f"note: {host} is not encrypted; for others put HTTPS before it",
        )


def _bind(host: str, port: int) -> socket.socket:
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
    except OSError:
        door.close()
        raise
    return door


def _is_free(host: str, port: int) -> bool:
    try:
        _bind(host, port).close()
    except OSError:
        return False
    return True


def _command() -> str:
    """Return what the person typed, as far as the choice of a port is concerned."""
    context = click.get_current_context(silent=True)
    if context is None or context.info_name == "demo":
        profile = context.params.get("profile_name") if context else None
        return f"./run demo --profile {profile}" if profile else "./run demo"
    return f"./run gridmap {context.info_name}"


def _cannot_listen(host: str, port: int, reason: str) -> Conflict:
    others = chain(range(port + 1, 65536), range(1024, port)) if _is_free(host, 0) else ()
    free = next((other for other in others if _is_free(host, other)), None)
    command = _command()
    remedy = f"{command} --port {free}" if free else f"GRIDMAP_HOST={HOST} {command}"
    return Conflict(
        f"port {port} of {host} cannot be used ({reason}); type: {remedy}",
        zh=f"{host} 的端口 {port} 无法使用({reason});请执行:{remedy}",
    )
