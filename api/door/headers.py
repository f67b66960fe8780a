"""What every answer says to browsers and caches: pages, data, static files and errors alike."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: For whatever is not a page: if a browser should ever show it, nothing in it works.
INERT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: Said where the answer does not say it otherwise.
ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), fullscreen=(self), geolocation=(self),"
        " gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    "Content-Security-Policy": INERT,
    "Cache-Control": "no-store",
}
#: Over HTTPS only: browsers then never try it without.
HSTS = "max-age=31536000"
#: What an answer depends on, wherever it may depend on who asks.
WHO = ("Cookie", "Authorization")
#: The same for everybody.
STATIC = "/static/"


class HeadersMiddleware:
    """Completes the headers of every answer; the outermost of all."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and complete its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(MutableHeaders(scope=message), scope)
            await send(message)

        await self.app(scope, receive, complete)


def _complete(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", HSTS)
    if scope["path"].startswith(STATIC):
        return
    for name in WHO:
        headers.add_vary_header(name)
    kept = headers["Cache-Control"]
    asked = Headers(scope=scope)
    # What somebody was shown because of who they are is not for a cache that others share.
    if kept.startswith("public") and any(name in asked for name in WHO):
        headers["Cache-Control"] = kept.replace("public", "private", 1)
