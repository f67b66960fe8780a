"""A screen in a test: it reads server-sent events in a thread of its own."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

WAIT_S = 60


class Heard(NamedTuple):
    """One message."""

    kind: str
    cursor: str
    data: dict[str, Any]


class Screen:
    """A client of the live feed; what it hears waits in a queue."""

    def __init__(
        self, client: httpx.Client, *, key: str | None = None, after: str | None = None
    ) -> None:
        host, port = client.base_url.host, client.base_url.port
        self.line = socket.create_connection((host, port), timeout=WAIT_S)
        path = "/api/v1/live" + (f"?after={quote(after)}" if after else "")
        head = f"GET {path} HTTP/1.1\r\nHost: gridmap\r\nAccept-Encoding: gzip\r\n"
        if key:
            head += f"Authorization: Bearer {key}\r\n"
        self.line.sendall(f"{head}\r\n".encode())
        self._told: queue.Queue[Heard | None] = queue.Queue()
        self.head = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def hear(self) -> Heard:
        """Return the next message that is no sign of life."""
        while True:
            told = self._told.get(timeout=WAIT_S)
            assert told is not None, f"the stream ended: {self.head!r}"
            if told.kind != "ping":
                return told

    def hear_ping(self) -> Heard:
        """Return the next sign of life; there is nothing else."""
        told = self._told.get(timeout=WAIT_S)
        assert told is not None
        assert told.kind == "ping"
        return told

    def end(self) -> list[Heard]:
        """Return what is heard until the server ends the stream."""
        rest = []
        while (told := self._told.get(timeout=WAIT_S)) is not None:
            rest.append(told)
        self._thread.join(WAIT_S)
        return rest

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self.line.shutdown(socket.SHUT_RDWR)
        self._thread.join(WAIT_S)

    def _read(self) -> None:
        with self.line, self.line.makefile("rb") as lines:
            self._read_head(lines)
            fields: dict[str, str] = {}
            try:
                for raw in lines:
                    if raw == b"0\r\n":  # the last chunk: the line may stay open
                        break
                    line = raw.decode().rstrip("\r\n")
                    name, colon, value = line.partition(": ")
                    if colon and name in ("event", "id", "data"):
                        fields[name] = value
                    elif not line and "data" in fields:
                        data = json.loads(fields["data"])
                        self._told.put(Heard(fields["event"], fields.get("id", ""), data))
                        fields = {}
            except OSError:
                pass
        self._told.put(None)

    def _read_head(self, lines: Any) -> None:
        while (line := lines.readline()) not in (b"\r\n", b""):
            self.head += line
