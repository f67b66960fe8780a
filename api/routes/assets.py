"""Assets: cameras, centres and other things on the ground."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.admission.security import needs
from api.answers import GeoJson, collection_answer, feature, split_page
from api.cursors import read_cursor, write_cursor
from api.deps.common import MAX_BIGINT, BBox, Division, Limit, ReadSession, Slug, SnapshotAsked
from api.schemas.assets import AssetCollection
from api.schemas.common import problems
from gis import assets
from gis.core.access import Power

router = APIRouter(prefix="/api/v1/assets", tags=["assets"], dependencies=[needs(Power.READ)])


def _after(
    cursor: Annotated[
        str | None, Query(max_length=200, description="From the `next` link of an answer.")
    ] = None,
) -> int | None:
    if cursor is None:
        return None
    (number,) = read_cursor(cursor, int)
    # One that we did not write is still no number that PostgreSQL refuses.
    return min(max(int(number), 0), MAX_BIGINT)


@router.get(
    "", response_class=GeoJson, response_model=AssetCollection, responses=problems(400, 404)
)
def list_assets(
    *,
    request: Request,
    session: ReadSession,
    snapshot: SnapshotAsked,
    bbox: BBox,
    after: Annotated[int | None, Depends(_after)],
    division: Division = None,
    kind: Annotated[Slug | None, Query(description="Only these, such as `camera`.")] = None,
    limit: Limit = 100,
) -> Response:
    """List assets, those that were stored first at the front."""
    wanted = assets.AssetFilter(division=division, kind=kind, box=bbox)
    rows = assets.list_assets(session, snapshot, wanted, after=after, limit=limit + 1)
    page, last = split_page(rows, limit)
    features = [_feature(row) for row in page]
    cursor = write_cursor(last.asset_id) if last else None
    return collection_answer(request, features, snapshot=snapshot, cursor=cursor)


def _feature(asset: assets.Asset) -> dict[str, Any]:
    values = asdict(asset)
    del values["asset_id"]
    told = feature(values.pop("geometry"), values)
    return told | {"id": f"{asset.kind}/{asset.external_id}"}
