"""How long a body may be, and how slow: counted as it comes, whatever its headers say."""

from __future__ import annotations

import asyncio
import time

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.door.refusing import refuse
from api.problems import Problem

#: Bodies that are read into memory as a whole, bytes.
MAX_HELD = 4_000_000
#: Routes whose bodies rest on disk where they are long: up to ``GRIDMAP_MAX_BODY_MB``.
SPOOLED = frozenset({"/api/v1/locate", "/api/v1/boundary-uploads"})
#: Seconds that a body may pause, and that it may take on top of what its length allows.
PAUSE_S = 20.0
#: Bytes a second that a body has to come with, in the mean.
PACE = 8_000
#: Under which a refusal is counted.
REASONS = {408: "slow body", 413: "long body", 415: "packed body"}


class _BodyRefusedError(HTTPException):
    """Ends the reading of a body; what is answered is known to the middleware."""


class BodyMiddleware:
    """Bodies of a bounded length that come at a bearable pace.

    Parameters
    ----------
    app
        What it wraps.
    longest
        Bytes, of routes that keep long bodies on disk; `MAX_HELD` for all others.
    pause_s
        See `PAUSE_S`.
    """

    def __init__(self, app: ASGIApp, *, longest: int, pause_s: float = PAUSE_S) -> None:
        self.app = app
        self._longest = longest
        self._pause_s = pause_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a body that is watched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._longest if scope["path"] in SPOOLED else min(MAX_HELD, self._longest)
        body = _Body(receive, most, self._pause_s)
        headers = Headers(scope=scope)
        said = headers.get("content-length", "0")
        packed = headers.get("content-encoding", "identity")
        if said.isdecimal() and int(said[:20]) > most:
            body.refusal = _too_long(most)
        elif packed != "identity":
            body.refusal = _packed(packed)
        else:
            await self._pass_on(body, scope, send)
        if body.refusal is not None:
            reason = REASONS[body.refusal.status]
            await refuse(scope, receive, send, reason, body.refusal, linger=True)

    async def _pass_on(self, body: _Body, scope: Scope, send: Send) -> None:
        started = False

        async def unless_refused(message: Message) -> None:
            nonlocal started
            if body.refusal is None or started:
                started = True
                await send(message)

        try:
            await self.app(scope, body.receive, unless_refused)
        except _BodyRefusedError:
            if started:
                raise
        if started:
            body.refusal = None


class _Body:
    """Counts the bytes of a body, and the seconds."""

    def __init__(self, receive: Receive, most: int, pause_s: float) -> None:
        self._receive = receive
        self._most = most
        self._pause_s = pause_s
        self._begun: float | None = None
        self._size = 0
        self._ended = False
        self.refusal: Problem | None = None

    async def receive(self) -> Message:
        """Return the next piece.

        Raises
        ------
        _BodyRefusedError
            It is too long, or too slow.
        """
        if self._ended:
            return await self._receive()
        try:
            async with asyncio.timeout(self._allowed_s()):
                message = await self._receive()
        except TimeoutError as error:
            self.refusal = _too_slow()
            raise _BodyRefusedError(408) from error
        self._size += len(message.get("body", b""))
        if self._size > self._most:
            self.refusal = _too_long(self._most)
            raise _BodyRefusedError(413)
        self._ended = not message.get("more_body", False)
        return message

    def _allowed_s(self) -> float:
        now = time.monotonic()
        self._begun = self._begun or now
        return min(self._pause_s, self._begun + self._pause_s + self._size / PACE - now)


def _too_long(most: int) -> Problem:
    return Problem(
        413,
        "too-long",
        f"The body is longer than {most:,} bytes; send it in parts.",
        f"请求体超过 {most:,} 字节，请分批发送。",
        {"max_bytes": most},
    )


def _packed(how: str) -> Problem:
    # What is a kilobyte here may be a gigabyte unpacked.
    return Problem(
        415,
        "http-error",
        f"The body is packed ({how[:20]}); send it as it is.",
        f"不接受压缩的请求体（{how[:20]}），请发送原文。",
    )


def _too_slow() -> Problem:
    return Problem(
        408,
        "too-slow",
        "The body did not come in time; send it again, in parts if the line is slow.",
        "请求体未能及时送达，请重试；网络较慢时请分批发送。",
    )
