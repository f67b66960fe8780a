"""Tiles that were fetched once are kept on this machine, and served from there."""

from __future__ import annotations

import io
import os
import tempfile
import threading
import time
from pathlib import Path

import httpx
from PIL import Image

from gis.base_map.align import Aligner
from gis.base_map.source import TIMEOUT_S, BaseMapSource
from gis.core.errors import Unavailable

#: So old a tile is asked for again; if nobody answers it goes on being served.
FRESH_S = 30 * 24 * 3600
#: So long a server that did not answer is left alone: each try holds a thread.
REST_S = 30.0
AT_ONCE = 6
#: What is left of the room after the oldest tiles went.
LEFT = 0.8


class BaseMap:
    """The base map of a deployment.

    Parameters
    ----------
    source
        Where tiles come from.
    folder
        Where they rest; made when needed.
    most_bytes
        How much of them is kept.
    """

    def __init__(self, source: BaseMapSource, folder: Path, most_bytes: int) -> None:
        self._source = source
        self._folder = folder / source.digest
        self._most = most_bytes
        # A proxy that the environment names is for other things.
        self._client = httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._counting = threading.Lock()
        self._held: int | None = None
        self._silent_until = 0.0
        self._aligner = Aligner(self._original)

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Return a tile in CGCS2000 (web Mercator), from this machine if it was asked for before.

        Parameters
        ----------
        z, x, y
            Zoom, column from the west, row from the north.

        Returns
        -------
        bytes
            PNG, 256 × 256.

        Raises
        ------
        Unavailable
            It is not here, and the source does not answer.
        NotFound
            The source has no such tile.
        """
        path = self._folder / str(z) / str(x) / f"{y}.png"
        kept = _read(path)
        if kept is not None and time.time() - path.stat().st_mtime < FRESH_S:
            return kept
        try:
            body = _png(self._make(z, x, y))
        except Unavailable:
            if kept is not None:
                return kept
            raise
        self._keep(path, body)
        return body

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _make(self, z: int, x: int, y: int) -> Image.Image:
        if time.monotonic() < self._silent_until:
            raise Unavailable(
                "The base map's server did not answer a moment ago.", zh="底图服务刚才没有响应。"
            )
        if not self._room.acquire(timeout=TIMEOUT_S):
            raise Unavailable("The base map's server is slow.", zh="底图服务响应缓慢。")
        try:
            if self._source.datum == "GCJ-02":
                return self._aligner.tile(z, x, y)
            return self._original(z, x, y)
        except Unavailable:
            self._silent_until = time.monotonic() + REST_S
            raise
        finally:
            self._room.release()

    def _original(self, z: int, x: int, y: int) -> Image.Image:
        return self._source.fetch(self._client, z, x, y)

    def _keep(self, path: Path, body: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(fresh).replace(path)
        with self._counting:
            if self._held is None:
                self._held = sum(tile.stat().st_size for tile in self._folder.rglob("*.png"))
            else:
                self._held += len(body)
            if self._held > self._most:
                self._held = self._drop_oldest()

    def _drop_oldest(self) -> int:
        """Delete the tiles that were fetched first; return how much is left."""
        tiles = sorted(
            (
                (tile.stat().st_mtime, tile.stat().st_size, tile)
                for tile in self._folder.rglob("*.png")
            ),
            key=lambda one: one[0],
        )
        left = sum(size for _, size, _ in tiles)
        for _, size, tile in tiles:
            if left <= self._most * LEFT:
                break
            tile.unlink(missing_ok=True)
            left -= size
        return left


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _png(picture: Image.Image) -> bytes:
    body = io.BytesIO()
    picture.save(body, "PNG")
    return body.getvalue()
