"""Where the tiles of a base map come from."""

from __future__ import annotations

import hashlib
import io
import logging
import math
from dataclasses import dataclass
from string import Formatter
from typing import Literal

import httpx
from PIL import Image, UnidentifiedImageError

from gis.core.errors import Invalid, NotFound, Unavailable

TIMEOUT_S = 6.0
MOST_BYTES = 4 << 20
TILE_PX = 256
#: Mirrors of a template with ``{s}``, as Tianditu counts them.
MIRRORS = 8
KNOWN = frozenset({"z", "x", "y", "s"})
#: About one tile; other refusals are about us: a key that is wrong or used up.
NOT_THIS_TILE = frozenset({400, 410, 414, 416, 422})

# They log addresses, and a key may be in ours.
for _library in ("httpx", "httpcore"):
    logging.getLogger(_library).setLevel(logging.WARNING)

Datum = Literal["CGCS2000", "GCJ-02"]


@dataclass(frozen=True, slots=True)
class BaseMapSource:
    """Addresses of tiles in the web Mercator pyramid.

    Attributes
    ----------
    templates
        Addresses with ``{z}``, ``{x}``, ``{y}`` and perhaps ``{s}``; a later one lies over the
        ones before (Tianditu has its names apart). A key is part of the address, and stays here.
    datum
        In which coordinates the tiles are drawn; CGCS2000 and WGS 84 are the same.
    """

    templates: tuple[str, ...]
    datum: Datum = "CGCS2000"

    def __post_init__(self) -> None:
        for template in self.templates:
            fields = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
            if not {"z", "x", "y"} <= fields <= KNOWN or not template.startswith("http"):
                raise Invalid(
                    "GRIDMAP_BASE_MAP_URL needs http addresses with {z}, {x} and {y} (and {s}).",
                    zh="GRIDMAP_BASE_MAP_URL 应为包含 {z}、{x}、{y} 的 http 地址。",
                )

    @property
    def digest(self) -> str:
        """Return what tells this source from others; it does not give the key away."""
        said = "\n".join((*self.templates, self.datum))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def fetch(self, client: httpx.Client, z: int, x: int, y: int) -> Image.Image:
        """Ask for one tile.

        Parameters
        ----------
        client
            Asks.
        z, x, y
            Zoom, column from the west, row from the north.

        Returns
        -------
        PIL.Image.Image
            256 × 256, RGBA; the layers one over the other.

        Raises
        ------
        Unavailable
            The server does not answer, or not with a picture. The address is not repeated: a key
            may be in it.
        NotFound
            It refuses this tile.
        """
        picture = Image.new("RGBA", (TILE_PX, TILE_PX))
        for template in self.templates:
            url = template.format(z=z, x=x, y=y, s=(x + y) % MIRRORS)
            picture.alpha_composite(_picture(client, url))
        return picture


def _picture(client: httpx.Client, url: str) -> Image.Image:
    try:
        with client.stream("GET", url) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                return Image.new("RGBA", (TILE_PX, TILE_PX))
            if answer.status_code in NOT_THIS_TILE:
                raise NotFound("The base map has no such tile.", zh="底图没有该瓦片。")
            if answer.status_code != httpx.codes.OK:
                raise _silent(f"it answers {answer.status_code}")
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise _silent("its tile is too large")
    except httpx.HTTPError as error:
        raise _silent(type(error).__name__) from error
    return _decoded(bytes(body))


def _decoded(body: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG", "WEBP", "GIF")) as picture:
            if max(picture.size) > 4 * TILE_PX:
                raise _silent("its tile has too many pixels")
            return picture.convert("RGBA").resize((TILE_PX, TILE_PX))
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise _silent("what it sends is no picture") from error


def _silent(why: str) -> Unavailable:
    return Unavailable(
        f"The base map's server gives no tile: {why}.", zh=f"底图服务未返回瓦片：{why}。"
    )


def tile_box(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """Return the west, south, east and north of a tile in degrees.

    Parameters
    ----------
    z, x, y
        Zoom, column from the west, row from the north.
    """
    side = 2.0**z

    def latitude(row: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / side))))

    return x / side * 360 - 180, latitude(y + 1), (x + 1) / side * 360 - 180, latitude(y)
