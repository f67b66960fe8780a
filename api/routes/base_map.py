"""The base map below the grids, where one is configured: its tiles come through this server."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps.common import ServedReading
from api.schemas.common import problems
from gis.base_map import BaseMap, BaseMapSource, tile_box
from gis.core.errors import NotFound
from gis.settings import Settings

router = APIRouter(tags=["maps"])

#: Tiles outside the deployment and this many times its size around it are nobody's business.
MARGIN = 1.0
DAY = "private, max-age=86400"

Number = Annotated[int, Path(ge=0, lt=1 << 22)]


def base_map_of(settings: Settings) -> BaseMap | None:
    """Return the base map that the settings name."""
    if settings.base_map_url is None:
        return None
    templates = tuple(settings.base_map_url.get_secret_value().split())
    source = BaseMapSource(templates, settings.base_map_datum)
    return BaseMap(source, settings.state_dir / "base-map", settings.base_map_mb * 1_000_000)


@router.get("/tiles/base/{z}/{x}/{y}", responses=problems(404, 503), response_class=Response)
def get_base_tile(
    z: Annotated[int, Path(ge=0, le=20)],
    x: Number,
    y: Number,
    request: Request,
    served: ServedReading,
) -> Response:
    """Return a tile of the base map, 256 × 256 pixels of the web Mercator pyramid, CGCS2000."""
    base: BaseMap | None = request.app.state.base_map
    if base is None:
        raise NotFound("No base map is configured.", zh="未配置底图。")
    if max(x, y) >= 1 << z or not _touches(tile_box(z, x, y), served.profile.bounds):
        raise NotFound("The tile lies outside the deployment.", zh="该瓦片不在本区域范围内。")
    return Response(base.tile(z, x, y), media_type="image/png", headers={"Cache-Control": DAY})


def _touches(
    tile: tuple[float, float, float, float], bounds: tuple[float, float, float, float]
) -> bool:
    west, south, east, north = bounds
    wide, high = (east - west) * MARGIN, (north - south) * MARGIN
    return (
        tile[0] < east + wide
        and tile[2] > west - wide
        and tile[1] < north + high
        and tile[3] > south - high
    )
