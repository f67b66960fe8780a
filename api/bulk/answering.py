"""One bulk request from its body to its answer."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO

import numpy as np
from fastapi import Response
from numpy.typing import NDArray
from starlette.responses import StreamingResponse

from api.bulk.body import SPOOL_BYTES, Spooled
from api.bulk.media import Exchange, Media
from api.bulk.objects import read_document, read_lines
from api.bulk.points import Points, counted
from api.bulk.tables import read_arrow, read_csv
from api.bulk.writing import open_writer
from api.deps.footing import Footings
from gis import grids
from gis.core.access import Scope
from gis.core.crs import parse_crs
from gis.core.datum import Bounds
from gis.core.errors import Unavailable
from gis.core.snapshot import Snapshot
from gis.grids.bulk import locate_many, only_seen

#: A long JSON document is read as a whole, which takes ten times its size: one at a time.
LONG_DOCUMENT = 16 << 20
_WAIT_S = 20
_PIECE = 1 << 20
_one_long_document = threading.BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says for all points; a JSON body may say it too, and then goes first."""

    crs: str | None
    generation: int | None
    at: dt.date | None
    scope: Scope


def answer_bulk(
    body: Spooled,
    exchange: Exchange,
    asked: Asked,
    footings: Footings,
) -> Response:
    """Locate the points of a body.

    Nothing is sent before the last point is answered, so that whatever is wrong with the request
    is a problem document and never an answer that breaks off.

    Parameters
    ----------
    body, exchange, asked
        The request.
    footings
        Where the grids come from.

    Returns
    -------
    Response
        In the format asked for, with the headers ``Gridmap-Generation`` and ``Gridmap-At``.

    Raises
    ------
    Invalid, RequestValidationError, UnknownCrs, NotFound
        The request as such is wrong; a wrong point gets its own error instead.
    """
    with _room_for(body, exchange):
        asked, pieces = _opened(body, exchange, asked)
        with footings.ground(asked.generation, asked.at, asked.scope) as ground:
            snapshot, bounds = ground.snapshot, ground.bounds
            if asked.crs is not None:
                parse_crs(asked.crs)
            ahead, box = _ahead(counted(pieces), asked, bounds)
            locator = ground.covering(box)
        out = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed when sent
        try:
            writer = open_writer(exchange.wanted, out, locator, snapshot)
            for points in ahead:
                found = locate_many(locator, points.x, points.y, _named(points, asked), bounds)
                writer.write(points, only_seen(found, locator, ground.seen))
            writer.finish()
        except BaseException:
            out.close()
            raise
    return _sent(out, exchange.wanted, snapshot)


@contextmanager
def _room_for(body: Spooled, exchange: Exchange) -> Iterator[None]:
    if exchange.given is not Media.JSON or body.size < LONG_DOCUMENT:
        yield
        return
    if not _one_long_document.acquire(timeout=_WAIT_S):
        raise Unavailable(
            "Other long JSON documents are being read; try again in a moment, or send NDJSON, CSV"
            " or Arrow, which need no waiting.",
            zh="正在处理其他大型 JSON 请求；请稍后重试，或改用 NDJSON、CSV、Arrow。",
        )
    try:
        yield
    finally:
        _one_long_document.release()


def _opened(body: Spooled, exchange: Exchange, asked: Asked) -> tuple[Asked, Iterator[Points]]:
    if exchange.given is Media.ARROW:
        return asked, read_arrow(body)
    if exchange.given is Media.CSV:
        return asked, read_csv(body, exchange.charset)
    if exchange.given is Media.NDJSON:
        return asked, read_lines(body)
    head, pieces = read_document(body)
    said = {name: value for name, value in head if value is not None}
    return replace(asked, **said), pieces


def _ahead(
    pieces: Iterator[Points], asked: Asked, bounds: Bounds
) -> tuple[Iterator[Points], grids.Box]:
    """Return the points, and the box they lie in: of past boundaries no more is read."""
    first = next(pieces, None)
    second = None if first is None else next(pieces, None)
    box = _box(first, asked, bounds) if first is not None and second is None else _whole(bounds)
    return chain((piece for piece in (first, second) if piece is not None), pieces), box


def _box(points: Points, asked: Asked, bounds: Bounds) -> grids.Box:
    """Return a box around points in degrees; the deployment's where they are in another system."""
    degrees = points.crs is None and asked.crs is not None and parse_crs(asked.crs).epsg == 4490
    good = np.isfinite(points.x) & np.isfinite(points.y)
    if not degrees or not good.any():
        return _whole(bounds)
    x, y = points.x[good], points.y[good]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _whole(bounds: Bounds) -> grids.Box:
    return bounds.west, bounds.south, bounds.east, bounds.north


def _named(points: Points, asked: Asked) -> str | NDArray[np.object_]:
    if points.crs is not None:
        return np.array([name or asked.crs for name in points.crs.tolist()], dtype=object)
    # Every point gets its own error where nothing names a system.
    return asked.crs or np.full(len(points), None, dtype=object)


def _sent(out: IO[bytes], media: Media, snapshot: Snapshot) -> Response:
    size = out.tell()
    out.seek(0)
    headers = {
        "Gridmap-Generation": str(snapshot.generation),
        "Gridmap-At": snapshot.day.isoformat(),
        # Packing takes longer than locating; whoever wants it small asks for Arrow.
        "Content-Encoding": "identity",
    }
    kind = "text/csv; charset=utf-8" if media is Media.CSV else str(media)
    if size <= _PIECE * 4:
        with out:
            return Response(out.read(), 200, headers, kind)
    headers["Content-Length"] = str(size)
    return StreamingResponse(_pieces_of(out), 200, headers, kind)


def _pieces_of(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        while piece := out.read(_PIECE):
            yield piece
