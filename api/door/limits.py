"""How much one may ask for: requests a minute, and requests at a time.

Counted in the memory of one process, so each worker of a deployment with several counts for
itself. What is refused is a problem document, and is counted as ``gridmap_refused_total``.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_network

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.door.proxies import peer_of
from api.door.refusing import refuse
from api.door.streams import asks_for_stream, is_stream
from api.problems import Problem, problem_of
from gis.core.errors import TooMany, Unavailable

#: Always answered: who asks is the machine that decides whether to restart us.
NEVER_LIMITED = frozenset({"/health/live"})
#: What is known of so many visitors; who was not seen for longest is forgotten.
MOST_VISITORS = 20_000
#: So many open event streams for each request that may be worked on.
STREAMS = 8


@dataclass(slots=True)
class Bucket:
    """What a visitor may still ask for."""

    left: float
    at: float


class Buckets:
    """Token buckets: each holds a minute's worth, and fills as fast.

    Parameters
    ----------
    per_minute
        Requests.
    most
        Buckets kept.
    clock
        Seconds; ever rising.
    """

    def __init__(
        self, per_minute: int, most: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self._most = most
        self._clock = clock
        self._buckets: OrderedDict[bytes, Bucket] = OrderedDict()

    def __contains__(self, name: bytes) -> bool:
        return name in self._buckets

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: bytes) -> float:
        """Take one request; return what is left, negative where there was none."""
        now, full = self._clock(), float(self.per_minute)
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(full, now)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(name)
        bucket.left = min(full, bucket.left + (now - bucket.at) * full / 60)
        bucket.at = now
        if bucket.left < 1:
            return bucket.left - 1
        bucket.left -= 1
        return bucket.left

    def forget(self, name: bytes) -> None:
        """Drop a bucket."""
        self._buckets.pop(name, None)


class RateMiddleware:
    """So many requests a minute, by key, by session, or by address.

    A credential has a bucket of its own once it was found to be valid. Until then it counts
    against its address, so that invented ones gain nothing.
    """

    def __init__(self, app: ASGIApp, *, per_minute: int, cookie: str) -> None:
        self.app = app
        self._cookie = cookie
        self._known = Buckets(per_minute, MOST_VISITORS)
        self._addresses = Buckets(per_minute, MOST_VISITORS)
        self._salt = secrets.token_bytes(16)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on unless there were too many."""
        if scope["type"] != "http" or scope["path"] in NEVER_LIMITED or not self._known.per_minute:
            await self.app(scope, receive, send)
            return
        name = self._credential(scope)
        known = name is not None and name in self._known
        buckets = self._known if known else self._addresses
        left = buckets.take(name if name is not None and known else _address(scope))
        if left < 0:
            await refuse(scope, receive, send, "rate", self._too_many(left))
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                if name is not None:
                    self._learn(name, scope, message["status"])
                if scope["path"].startswith("/api/"):
                    MutableHeaders(scope=message).update(self._standing(left))
            await send(message)

        await self.app(scope, receive, told)

    def _credential(self, scope: Scope) -> bytes | None:
        headers = Headers(scope=scope)
        said = headers.get("authorization")
        if said is not None:
            said = said.partition(" ")[2]  # "bearer", in any spelling, is the same key
        elif "cookie" in headers:
            with contextlib.suppress(CookieError):
                morsel = SimpleCookie(headers["cookie"]).get(self._cookie)
                said = morsel.value if morsel is not None else None
        if not said:
            return None
        return hashlib.blake2b(said.encode(), key=self._salt, digest_size=16).digest()

    def _learn(self, name: bytes, scope: Scope, status: int) -> None:
        state = scope.get("state", {})
        if status == 401 and state.get("is_refused"):
            self._known.forget(name)
        elif state.get("is_identified") and name not in self._known:
            self._known.take(name)

    def _too_many(self, left: float) -> Problem:
        most = self._known.per_minute
        wait_s = max(1, math.ceil(-left * 60 / most))
        error = TooMany(
            f"More than {most} requests a minute; ask again in {wait_s} s.",
            zh=f"请求超过每分钟 {most} 次，请在 {wait_s} 秒后重试。",
            retry_after_s=wait_s,
        )
        return replace(problem_of(error), headers=self._standing(0))

    def _standing(self, left: float) -> dict[str, str]:
        most = self._known.per_minute
        return {
            "RateLimit-Policy": f'"minute";q={most};w=60',
            "RateLimit": f'"minute";r={int(left)};t={math.ceil((most - left) * 60 / most)}',
        }


def _address(scope: Scope) -> bytes:
    address = peer_of(scope)
    if address is None:
        return b"nobody"
    # A household gets a whole /64, so its single addresses say nothing.
    if address.version == 6:
        return ip_network((address, 64), strict=False).network_address.packed
    return address.packed


class RoomMiddleware:
    """So many requests at a time; more are told to come back, at once.

    An event stream stays open and does nothing for most of the time, so it is counted apart.

    Parameters
    ----------
    app
        What it wraps.
    most
        Requests, and `STREAMS` times as many streams.
    """

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self.app = app
        self._most = most
        self._working = 0
        self._streaming = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if there is room."""
        if scope["type"] != "http" or scope["path"] in NEVER_LIMITED:
            await self.app(scope, receive, send)
            return
        full = asks_for_stream(scope) and self._streaming >= STREAMS * self._most
        if full or self._working >= self._most:
            await refuse(scope, receive, send, "busy", _busy())
            return
        streams = False

        async def noted(message: Message) -> None:
            nonlocal streams
            if message["type"] == "http.response.start" and is_stream(message):
                streams = True
                self._working -= 1
                self._streaming += 1
            await send(message)

        self._working += 1
        try:
            await self.app(scope, receive, noted)
        finally:
            if streams:
                self._streaming -= 1
            else:
                self._working -= 1


def _busy() -> Problem:
    error = Unavailable(
        "The server has as much work as it can do; ask again in a second.",
        zh="服务器繁忙，请稍后重试。",
        retry_after_s=1,
    )
    return problem_of(error)
