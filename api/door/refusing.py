"""Refusing a request before it reaches a route."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request
from starlette.types import Receive, Scope, Send

from api.problems import Problem

#: A client that still sends is listened to for so long, so that it sees the answer; seconds.
LINGER_S = 2.0


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    reason: str,
    problem: Problem,
    *,
    linger: bool = False,
) -> None:
    """Answer with a problem document, and count it.

    Parameters
    ----------
    scope, receive, send
        The request.
    reason
        Under which it is counted.
    problem
        What is answered.
    linger
        Whether the client is still sending: its connection is closed, yet not under its hands,
        or it would see a broken line in place of the answer.
    """
    _count(scope, reason)
    closing: Mapping[str, str] = {"Connection": "close"} if linger else {}
    answer = replace(problem, headers={**problem.headers, **closing}).response(Request(scope))
    if not linger:
        await answer(scope, receive, send)
        return
    await send(
        {"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers}
    )
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while (await receive()).get("more_body"):
                pass
    await send({"type": "http.response.body", "body": b""})


def _count(scope: Scope, reason: str) -> None:
    meters = getattr(scope["app"].state, "meters", None)
    if meters is not None:
        meters.refused.labels(reason).inc()
