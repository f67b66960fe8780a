"""What tells an event stream, which stays open, from a request that is answered."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Message, Scope

#: The one route that streams.
LIVE = "/api/v1/live"


def is_stream(start: Message) -> bool:
    """Tell whether the answer that begins with a message is an event stream."""
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return kind.startswith("text/event-stream")


def asks_for_stream(scope: Scope) -> bool:
    """Tell whether a request will become an event stream if it is let in."""
    return bool(scope["path"] == LIVE)
