"""A file comes in: read apart from us, looked at, and kept until its author has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.boundaries.drafts.seeing import seeing_whole
from gis.boundaries.reading.apart import STANDARD, ReadingLimits, read_apart
from gis.boundaries.reading.packing import Parsed, pack
from gis.boundaries.reading.reference import Candidate, candidates, fit_of, resolve_crs, title_of
from gis.boundaries.reading.sources import require_known_ending
from gis.boundaries.uploads.features import as_table, columns_of
from gis.boundaries.uploads.model import Upload
from gis.boundaries.uploads.queries import (
    add_upload,
    get_upload,
    purge,
    stored_grids,
    townships,
)
from gis.core.access import Actor, Power
from gis.core.datum import Bounds
from gis.core.editing import GridState
from gis.core.errors import Forbidden, Invalid
from gis.db.session import WriteSession
from gis.profiles import Profile

MAX_BYTES = 50_000_000
"""Longest file, bytes."""
MAX_VERTICES = 5_000_000
#: A county has some thousands of grids, and a surveyed border some thousands of vertices.
MAX_FEATURES = 20_000
MAX_FEATURE_VERTICES = 250_000
COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was read.

    Attributes
    ----------
    filename
        Its name, without folders.
    size_bytes
        As it came.
    parsed
        What it holds.
    """

    filename: str
    size_bytes: int
    parsed: Parsed


def receive_file(
    data: bytes, filename: str, layer: str | None = None, limits: ReadingLimits = STANDARD
) -> Received:
    """Read a file that somebody sent; needs no database.

    Parameters
    ----------
    data
        Its bytes.
    filename
        Its name; the ending says what it should be.
    layer
        Which layer, where it has several.
    limits
        What the reading may take.

    Returns
    -------
    Received

    Raises
    ------
    BadFile
        It cannot be read, or is too large.
    Invalid
        It has several layers, and which is not said.
    """
    name = _plain_name(filename)
    if len(data) > MAX_BYTES:
        raise Invalid(
            f"{name} has {len(data):,} bytes; at most {MAX_BYTES:,} are taken. Send it in parts.",
            zh=f"{name} 大小为 {len(data):,} 字节，最多 {MAX_BYTES:,} 字节，请拆分后上传。",
        )
    with TemporaryDirectory(prefix="gridmap-upload-") as folder:
        path = Path(folder) / _short(name)
        require_known_ending(path)
        path.write_bytes(data)
        parsed = read_apart(path, layer, limits)
    _require_bounded(name, shapely.get_num_coordinates(parsed.layer.shapes))
    return Received(name, len(data), parsed)


def _require_bounded(name: str, vertices: NDArray[np.int32]) -> None:
    """Refuse what would be compared with a whole county for minutes."""
    total, features = int(vertices.sum()), len(vertices)
    if total > MAX_VERTICES:
        raise Invalid(
            f"{name} has {total:,} vertices; at most {MAX_VERTICES:,} are taken. Send it in parts.",
            zh=f"{name} 含 {total:,} 个顶点，最多 {MAX_VERTICES:,} 个，请拆分后上传。",
        )
    if features > MAX_FEATURES:
        raise Invalid(
            f"{name} has {features:,} features; at most {MAX_FEATURES:,} are taken. Send it in"
            " parts.",
            zh=f"{name} 含 {features:,} 个要素，最多 {MAX_FEATURES:,} 个，请拆分后上传。",
        )
    worst = int(vertices.argmax()) if features else 0
    if features and vertices[worst] > MAX_FEATURE_VERTICES:
        raise Invalid(
            f"Feature {worst + 1} of {name} has {vertices[worst]:,} vertices; at most"
            f" {MAX_FEATURE_VERTICES:,} are taken. Simplify it.",
            zh=f"{name} 的第 {worst + 1} 个要素含 {vertices[worst]:,} 个顶点，"
            f"最多 {MAX_FEATURE_VERTICES:,} 个，请先简化。",
        )


def take_upload(
    session: WriteSession,
    actor: Actor,
    received: Received,
    profile: Profile,
    division: str | None = None,
) -> Upload:
    """Keep a file, and say in which coordinate systems it would fit.

    Parameters
    ----------
    session
        With the scope in which the actor drafts.
    actor
        Becomes its author.
    received
        What was read.
    profile
        Of the deployment.
    division
        Only the grids below it are compared (twelve digits); by default all that the actor
        drafts.

    Returns
    -------
    Upload

    Raises
    ------
    Forbidden
        The actor drafts nowhere there.
    Invalid
        Where the actor drafts are several counties.
    UnknownCrs
        The file is in a coordinate system that is refused.
    """
    scope = _scope(session, actor, division)
    layer = received.parsed.layer
    said = resolve_crs(layer.crs)
    states = stored_grids(session, scope)
    bounds, borders = Bounds(*profile.bounds), borders_of(states)
    fitting = candidates(layer.shapes, bounds, borders)
    if said is not None and said.name not in {one.crs.name for one in fitting}:
        fitting.append(fit_of(layer.shapes, said, bounds, borders))
    table = as_table(received.filename, layer, {})
    report = {
        "format": received.parsed.kind.value,
        "encoding": layer.encoding,
        "features": len(layer.shapes),
        "headers": list(layer.headers),
        "columns": columns_of(table),
        "crs_said": None if said is None else said.name,
        "crs_candidates": [_document(one) for one in fitting],
        "heights": layer.had_z,
        "warnings": list(layer.warnings),
    }
    with seeing_whole(session):
        purge(session)
    number = add_upload(
        session,
        county_code=scope[0][:COUNTY_DIGITS],
        author=actor.name,
        filename=received.filename,
        size_bytes=received.size_bytes,
        scope_codes=scope,
        content=pack(received.parsed),
        settings={},
        report=report,
    )
    return get_upload(session, actor, number)


def borders_of(states: Sequence[GridState]) -> Any | None:
    """Return the borders of basic grids as one line geometry in degrees; None without any."""
    shapes = np.array([s.geometry for s in states if s.layer == "basic"], dtype=object)
    if len(shapes) == 0:
        return None
    borders = shapely.multilinestrings(
        shapely.get_parts(shapely.get_parts(shapely.boundary(shapes)))
    )
    shapely.prepare(borders)
    return borders


def _scope(session: WriteSession, actor: Actor, division: str | None) -> list[str]:
    """Return the townships in which an actor drafts, of one county."""
    held = [
        code
        for code, path in townships(session)
        if (actor.scope(Power.DRAFT).is_whole or actor.may(Power.DRAFT, path))
        and (division is None or division in path)
    ]
    if not held:
        raise Forbidden(
            f"{actor.name} drafts in no township of {division or 'this deployment'}.",
            zh=f"{actor.name} 在 {division or '本部署'} 没有可编制方案的乡镇（街道）。",
        )
    counties = sorted({code[:COUNTY_DIGITS] for code in held})
    if len(counties) > 1:
        raise Invalid(
            "division: say which county the file is of; you draft in several.",
            zh="division：请指定文件所属的县（市、区），您可编制的范围包含多个。",
            field="division",
            counties=counties,
        )
    return held


def _document(candidate: Candidate) -> dict[str, Any]:
    known = np.isfinite(candidate.border_m)
    return {
        "crs": candidate.crs.name,
        "title": title_of(candidate.crs),
        "share_inside": round(candidate.share_inside, 4),
        "border_m": round(candidate.border_m, 2) if known else None,
    }


def _plain_name(filename: str) -> str:
    name = PurePosixPath(filename.replace("\\", "/")).name
    return "".join(c for c in name if c.isprintable())[-255:].strip() or "upload"


def _short(name: str) -> str:
    """Return a name that every file system takes, with the same ending."""
    ending = PurePosixPath(name).suffix[:12]
    # For pyogrio what stands before a "!" is an archive.
    stem = name[: len(name) - len(ending)][:40].lstrip(".").replace("!", "_") or "upload"
    return f"{stem}{ending}"
