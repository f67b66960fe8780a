"""Scripts, styles and fonts: under an address that names their version, and packed only once."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from web.bundles import ROOT, bundled

STATIC = Path(__file__).resolve().parents[2] / "web" / "static"
FOR_EVER = "public, max-age=31536000, immutable"
#: What gzip makes shorter; fonts and pictures are packed already.
PACKED = {".js", ".mjs", ".css", ".svg", ".json"}
_VERSIONED = re.compile(r"^v-([0-9a-f]{12})[/\\](.*)$", re.DOTALL)


@cache
def static_version() -> str:
    """Return what names the state of all files that pages load, 12 hexadecimal digits.

    It is worked out once in the life of a process: whoever changes a module starts the server
    anew, or opens the unversioned address.
    """
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file() and path.suffix in {*PACKED, ".woff2", ".png"}:
            digest.update(path.relative_to(STATIC).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def versioned(html: str) -> str:
    """Return a page that loads its files from addresses that never change their content.

    Parameters
    ----------
    html
        With addresses under ``/static/`` in double quotes. What a module or a style names
        relative to itself gets the version with it. Style sheets are found in their bundle, if
        there is one; modules are, by the page's import map.
    """
    for entry, addresses in bundled().items():
        if entry.endswith(".css"):
            html = html.replace(f'"{ROOT}{entry}"', f'"{addresses[0]}"')
    return html.replace('"/static/', f'"/static/v-{static_version()}/')


class VersionedStatic(StaticFiles):
    """Files that are asked for with a version never change; all others are checked each time.

    A version is the first part of the path, ``v-0123456789ab/``, or the query's ``v``. A page of
    another version than ours gets what there is now, but may not keep it.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        # Said in the log when the server starts, not when somebody opens the first page.
        bundled()
        #: Path → its ETag, and what was packed.
        self._packed: dict[str, tuple[str, bytes]] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with what a browser may keep of it."""
        found = _VERSIONED.match(path)
        response = await super().get_response(found[2] if found else path, scope)
        asked = b"v=" in scope.get("query_string", b"")
        kept = found[1] == static_version() if found else asked
        response.headers.setdefault("Cache-Control", FOR_EVER if kept else "no-cache")
        return response

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, packed where it helps and the browser can read it."""
        asked = Headers(scope=scope)
        plain = super().file_response(full_path, stat_result, scope, status_code)
        path = Path(full_path)
        if path.suffix not in PACKED:
            return plain
        plain.headers["Vary"] = "Accept-Encoding"
        if "gzip" not in asked.get("accept-encoding", "") or not isinstance(plain, FileResponse):
            return plain
        etag = f'"{plain.headers["etag"].strip(chr(34))}-gz"'
        headers = {
            "ETag": etag,
            "Last-Modified": plain.headers["last-modified"],
            "Content-Encoding": "gzip",
            "Vary": "Accept-Encoding",
        }
        if self.is_not_modified(Headers(headers), asked):
            return NotModifiedResponse(Headers(headers))
        return Response(self._pack(path, etag), headers=headers, media_type=plain.media_type)

    def _pack(self, path: Path, etag: str) -> bytes:
        """Return a packed file: what lies beside it, or what was packed since it changed."""
        held = self._packed.get(str(path))
        if held and held[0] == etag:
            return held[1]
        beside = path.with_name(path.name + ".gz")
        if beside.is_file() and beside.stat().st_mtime >= path.stat().st_mtime:
            packed = beside.read_bytes()
        else:
            packed = gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
        self._packed[str(path)] = (etag, packed)
        return packed
