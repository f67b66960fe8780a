"""Asks a server as fast as it answers, over connections that stay open."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import uvloop

_LENGTH = b"content-length: "


@dataclass
class Tally:
    """What came back: answers, bytes, and what was not "200 OK"; seconds of work by the client."""

    answers: int = 0
    size: int = 0
    wrong: list[bytes] = field(default_factory=list)
    seconds: float = 0.0
    busy: float = 0.0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


class _Asker(asyncio.Protocol):
    """One connection: the next request goes out when the answer before is there."""

    def __init__(self, requests: Iterator[bytes], tally: Tally) -> None:
        self._requests = requests
        self._tally = tally
        self._head = b""
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._tally.size += len(data)
        if self._missing == 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            self._missing = _length(self._head[:end]) + end + 4 - len(self._head)
            if not self._head.startswith(b"HTTP/1.1 200"):
                self._tally.wrong.append(self._head[:400])
            self._head = b""
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._tally.answers += 1
            self._transport.write(next(self._requests))


def _length(head: bytes) -> int:
    at = head.lower().find(_LENGTH) + len(_LENGTH)
    return int(head[at:].partition(b"\r\n")[0])


def ask(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Tally:
    """Send requests over and over, and count the answers.

    Parameters
    ----------
    port
        Where the server listens, on this machine.
    requests
        Whole requests; sent one after the other, over whichever connection is free.
    connections
        How many are open at once.
    seconds
        How long.

    Returns
    -------
    Tally
    """
    return uvloop.run(_ask(port, itertools.cycle(requests), connections, seconds))


async def _ask(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Tally:
    loop, tally = asyncio.get_running_loop(), Tally()
    begun, busy = time.perf_counter(), time.process_time()
    open_ones = [
        await loop.create_connection(lambda: _Asker(requests, tally), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    tally.seconds, tally.busy = time.perf_counter() - begun, time.process_time() - busy
    for transport, _ in open_ones:
        transport.abort()
    return tally


def request(method: str, target: str, body: bytes = b"", media: str = "") -> bytes:
    """Return a request as it goes over the wire."""
    head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
    if method == "POST":
        head += f"Content-Type: {media}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body
