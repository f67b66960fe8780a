"""How answers are written: JSON by orjson, places as GeoJSON, pages with a link to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from gis.core.snapshot import Snapshot

GEOJSON = "application/geo+json"


class GeoJson(JSONResponse):
    """What routes declare that answer with places: `json_answer` writes it."""

    media_type = GEOJSON


def json_answer(
    body: Any,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    media_type: str = "application/json",
) -> Response:
    """Return a body (dicts, lists, dataclasses) as JSON."""
    return Response(orjson.dumps(body), status, dict(headers or {}), media_type)


def point(lon: float, lat: float) -> dict[str, Any]:
    """Return a GeoJSON point."""
    return {"type": "Point", "coordinates": [lon, lat]}


def feature(geometry: str | dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a GeoJSON feature; a geometry that is text already goes in as it is."""
    shape = orjson.Fragment(geometry) if isinstance(geometry, str) else geometry
    identity = properties.get("code") or properties.get("event_no")
    return {"type": "Feature", "id": identity, "geometry": shape, "properties": properties}


def collection_answer(
    request: Request,
    features: list[dict[str, Any]],
    *,
    snapshot: Snapshot,
    cursor: str | None,
) -> Response:
    """Return features as one page of a collection; the cursor says where the next begins."""
    body = {
        "type": "FeatureCollection",
        "features": features,
        "numberReturned": len(features),
        "generation": snapshot.generation,
        "at": snapshot.day,
        "links": page_links(request, snapshot, cursor, GEOJSON),
    }
    return json_answer(body, media_type=GEOJSON)


def page_links(
    request: Request, snapshot: Snapshot, cursor: str | None, media_type: str
) -> list[dict[str, str]]:
    """Return the links to this page and to the next one, if there is one."""
    links = [{"rel": "self", "type": media_type, "href": str(request.url)}]
    if cursor is not None:
        # Named, so that all pages are of the same boundaries though others may be published.
        url = request.url.include_query_params(
            generation=snapshot.generation, at=snapshot.day.isoformat(), cursor=cursor
        )
        links.append({"rel": "next", "type": media_type, "href": str(url)})
    return links


def split_page(rows: Iterable[Any], limit: int) -> tuple[list[Any], Any | None]:
    """Split rows, read with one more than asked, into the page and its last row if more follow."""
    page = list(rows)
    more = len(page) > limit
    page = page[:limit]
    return page, page[-1] if more else None
