"""The base map: tiles of a real server, aligned, kept, and served without it."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import numpy as np
import pytest
from PIL import Image

from api.app import create_app
from gis.base_map import BaseMap, BaseMapSource, tile_box
from gis.core.errors import Invalid, NotFound, Unavailable
from gis.core.gcj02 import gcj02_from_wgs84
from tests.api.server import serving, settings_for

KEY = "k3y"
#: A place in the small county, and the zoom at which a pixel is about 1 m.
LON, LAT, Z = 115.0105, 34.5055, 17


def pixel(lon: float, lat: float, z: int = Z) -> tuple[float, float]:
    """Where a position is in the pyramid, in pixels."""
    world = 256 * 2**z
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * world
    return (lon + 180) / 360 * world, float(y)


class Tiles(BaseHTTPRequestHandler):
    """Paints a red dot at one pixel of the pyramid on blue land; counts who asks."""

    dot: tuple[float, float] = (0, 0)
    asked: int = 0
    answer: int = 200

    def do_GET(self) -> None:
        type(self).asked += 1
        z, x, y = (int(part) for part in self.path.split("?")[0].split("/")[-3:])
        assert self.path.endswith(f"?tk={KEY}")
        self.send_response(self.answer)
        self.end_headers()
        self.wfile.write(self.picture(z, x, y) if self.answer == 200 else b"no")

    def picture(self, z: int, x: int, y: int) -> bytes:
        picture = Image.new("RGB", (256, 256), (0, 0, 255))
        rows, columns = np.mgrid[0:256, 0:256] + 0.5
        near = np.hypot(columns + x * 256 - self.dot[0], rows + y * 256 - self.dot[1]) < 4
        painted = np.array(picture)
        painted[near if z == Z else np.zeros_like(near)] = (255, 0, 0)
        body = io.BytesIO()
        Image.fromarray(painted).save(body, "PNG")
        return body.getvalue()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def tiles() -> Iterator[tuple[type[Tiles], str]]:
    handler = type("Own", (Tiles,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}?tk={KEY}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def base(tiles, tmp_path) -> Iterator:
    made = []

    def make(datum: str = "CGCS2000", most: int = 10**7) -> BaseMap:
        made.append(BaseMap(BaseMapSource((tiles[1],), datum), tmp_path, most))
        return made[-1]

    yield make
    for one in made:
        one.close()


def red_at(body: bytes) -> tuple[float, float]:
    """Return the middle of what is red, in pixels of the tile."""
    picture = np.asarray(Image.open(io.BytesIO(body)).convert("RGB")).astype(int)
    rows, columns = np.nonzero(picture[..., 0] > 128)
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


@pytest.mark.parametrize("datum", ["CGCS2000", "GCJ-02"])
def test_what_is_drawn_lies_where_it_is(tiles, base, datum: str) -> None:
    """A map drawn in GCJ-02 has everything some 500 m off; here it is back."""
    handler, _ = tiles
    at = (np.array([LON]), np.array([LAT]))
    drawn = gcj02_from_wgs84(*at) if datum == "GCJ-02" else at
    handler.dot = pixel(float(drawn[0][0]), float(drawn[1][0]))
    x, y = pixel(LON, LAT)
    assert datum == "CGCS2000" or np.hypot(handler.dot[0] - x, handler.dot[1] - y) > 300

    column, row = red_at(base(datum).tile(Z, int(x // 256), int(y // 256)))

    assert np.hypot(column - x % 256, row - y % 256) < 1 / 3


def test_a_tile_is_asked_for_once_and_outlives_its_server(tiles, base) -> None:
    handler, _ = tiles
    store = base()
    first = store.tile(3, 1, 2)
    handler.answer = 500

    assert store.tile(3, 1, 2) == first
    assert handler.asked == 1
    with pytest.raises(Unavailable, match="answers 500") as error:
        store.tile(3, 2, 2)
    assert KEY not in str(error.value)
    with pytest.raises(Unavailable, match="a moment ago"):
        store.tile(3, 3, 2)
    assert handler.asked == 2


def test_it_keeps_no_more_than_it_may(tiles, base, tmp_path) -> None:
    store = base(most=2000)
    for x in range(8):
        store.tile(3, x, 2)
    kept = list(tmp_path.rglob("*.png"))
    assert 0 < sum(tile.stat().st_size for tile in kept) <= 2000
    assert list(tmp_path.rglob("7/2.png"))


def test_one_tile_that_is_refused_silences_no_other(tiles, base) -> None:
    handler, store = tiles[0], base()
    handler.answer = 400
    with pytest.raises(NotFound):
        store.tile(3, 1, 2)
    handler.answer = 200
    assert store.tile(3, 1, 3)


def test_a_picture_of_too_many_pixels_is_refused_unread(tiles, base, monkeypatch) -> None:
    body = io.BytesIO()
    Image.new("L", (1, 1)).save(body, "PNG")
    size = struct.pack(">II", 60_000, 60_000)
    head = b"IHDR" + size + body.getvalue()[24:29]
    huge = body.getvalue()[:12] + head + struct.pack(">I", zlib.crc32(head))
    monkeypatch.setattr(tiles[0], "picture", lambda *_: huge + body.getvalue()[33:])
    with pytest.raises(Unavailable, match="no picture"):
        base().tile(3, 1, 2)


def test_what_is_no_picture_is_refused(tiles, base, monkeypatch) -> None:
    monkeypatch.setattr(tiles[0], "picture", lambda *_: b"<html>log in first</html>")
    with pytest.raises(Unavailable, match="no picture"):
        base().tile(3, 1, 2)


def test_an_address_that_names_no_tile_is_told() -> None:
    for wrong in (
        "http://tiles/{z}/{x}",
        "ftp://tiles/{z}/{x}/{y}",
        "http://tiles/{z}/{x}/{y}/{q}",
    ):
        with pytest.raises(Invalid, match="GRIDMAP_BASE_MAP_URL"):
            BaseMapSource((wrong,))


def test_the_server_passes_tiles_of_its_area_and_keeps_the_key(tiles, world_url, tmp_path) -> None:
    settings = settings_for(
        world_url, state_dir=tmp_path, base_map_url=tiles[1], base_map_credit="试用图"
    )
    x, y = (int(part // 256) for part in pixel(LON, LAT, 15))
    with serving(create_app(settings)) as client:
        answer = client.get(f"/tiles/base/15/{x}/{y}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert client.get(f"/tiles/base/15/{x + 400}/{y}").status_code == 404
        assert client.get("/tiles/base/0/0/4000000").status_code == 404
        page = client.get("/").text
    assert KEY not in page
    assert "试用图 · 内部使用" in page
    assert '"kind":"base"' in page
    assert tile_box(1, 1, 0) == pytest.approx((0.0, 0.0, 180.0, 85.0511288))


def test_without_one_there_is_none(world_url, tmp_path) -> None:
    with serving(create_app(settings_for(world_url, state_dir=tmp_path))) as client:
        assert client.get("/tiles/base/3/6/3").status_code == 404
        assert '"kind":"base"' not in client.get("/").text


def test_nobody_reads_tiles_without_being_let_in(tiles, world_url, tmp_path) -> None:
    settings = settings_for(world_url, state_dir=tmp_path, base_map_url=tiles[1], anonymous="none")
    with serving(create_app(settings)) as client:
        assert client.get("/tiles/base/15/26849/13008").status_code == httpx.codes.UNAUTHORIZED
    assert tiles[0].asked == 0
