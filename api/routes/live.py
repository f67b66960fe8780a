"""The live feed: what happens, as it happens."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from api.admission.security import Asking, admit
from api.live.feed import Hub

router = APIRouter(prefix="/api/v1", tags=["live"])


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = "text/event-stream"


Cursor = Annotated[
    str | None,
    Query(max_length=8_000, description="The last `id` that was heard: tells what was missed."),
]


@router.get("/live", response_class=EventStream)
async def get_live(
    request: Request,
    actor: Asking,
    after: Cursor = None,
    last_event_id: Annotated[str | None, Header(max_length=8_000)] = None,
) -> EventStream:
    """Stream what happens where one may look, as server-sent events."""
    hub: Hub = request.app.state.hub
    pieces = await hub.stream(actor, last_event_id or after, partial(admit, request, is_use=False))
    # For the protocol: it ends with the server, whatever it still has to say.
    request.state.is_stream = True
    return EventStream(pieces, headers={"X-Accel-Buffering": "no"})
