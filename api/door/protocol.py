"""The server's reading of HTTP, with bounds: uvicorn has none for what comes before a request.

What is refused here never becomes a request, so the answer is a bare line of text.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

#: Request line and header fields together, bytes.
MAX_HEAD = 32 << 10
#: Within so many seconds the head of a request has to be there.
HEAD_S = 10.0
#: So long a client may leave an answer lying, seconds.
STALL_S = 30.0

_WORDS = {
    400: "The request is no valid HTTP.",
    408: "The request did not come in time.",
    431: f"The request line and header fields are longer than {MAX_HEAD} bytes.",
}


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 with a limit on the head of a request, and on how long a client may stall."""

    _part: Literal["none", "head", "body"] = "none"
    _later_bytes = 0
    _refusal = 400
    _head_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_S, self._on_slow_head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clocks."""
        self._stop_head_timer()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read, unless the head has become too long."""
        if self._part == "head":
            self._later_bytes += len(data)
        if self._later_bytes > MAX_HEAD:
            # One field without an end: the parser would collect it for ever.
            self._refuse(431)
            return
        super().data_received(data)
        if self._is_answering() or self._part == "body":
            self._stop_head_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_S, self._on_slow_head)

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._part, self._later_bytes = "head", 0

    def on_headers_complete(self) -> None:
        """End a head.

        Raises
        ------
        ValueError
            It is too long; the parser turns that into its own error.
        """
        self._part, self._later_bytes = "body", 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD:
            self._refusal = 431
            raise ValueError
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End a request."""
        self._part = "none"
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - ours says it
        """Refuse what is no request."""
        self._refuse(self._refusal)

    def shutdown(self) -> None:
        """Let go, at the end of the server, of a stream, which would never end by itself."""
        super().shutdown()
        if self._is_answering() and self.scope.get("state", {}).get("is_stream"):
            # Not close() where something waits: a client that does not read would keep us.
            waits = self.transport.get_write_buffer_size()
            (self.transport.abort if waits else self.transport.close)()

    def pause_writing(self) -> None:
        """Give a client that does not read a while."""
        super().pause_writing()
        if self._stall_timer is None:
            self._stall_timer = self.loop.call_later(STALL_S, self._on_stall)

    def resume_writing(self) -> None:
        """Go on with a client that reads again."""
        super().resume_writing()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _on_stall(self) -> None:
        # Not close(): that waits until everything was read.
        self.transport.abort()

    def _on_slow_head(self) -> None:
        self._head_timer = None
        if self._part == "head":
            self._refuse(408)
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: int) -> None:
        if self.transport.is_closing():
            return
        if self._is_answering():  # an earlier request on this connection
            self.transport.close()
            return
        text = _WORDS[status].encode()
        head = (
            b"content-type: text/plain; charset=utf-8\r\nx-content-type-options: nosniff\r\n"
            b"cache-control: no-store\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[status] + head % len(text) + text)
        self.transport.close()
