"""Areas of a CAD drawing (DXF): closed lines are grids, and the text inside says which.

GDAL gives lines and texts and leaves the rest to us. Texts of old drawings are in the code page
that the header names, which is often not the true one: so the bytes decide, as for a DBF.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from shapely.errors import GEOSException

from gis.boundaries.reading.model import Layer
from gis.core.errors import BadFile
from gis.tabular.encodings import decodes, sniff_encoding

_CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(\S+)")
#: Code pages other than that of China that drawings name truly, where nothing speaks against it.
_CODECS = {"ANSI_950": "cp950", "ANSI_932": "cp932", "ANSI_949": "cp949"}
_GRID_CODE = re.compile(r"(?<!\d)\d{15}(?:\d{2})?(?!\d)", re.ASCII)
_HEADERS = ("code", "name", "layer")


def read_drawing(path: Path) -> Layer:
    """Read the areas of a drawing.

    Parameters
    ----------
    path
        A DXF file of text.

    Returns
    -------
    Layer
        Columns ``code``, ``name`` (what the texts inside say) and ``layer``; no coordinate system.

    Raises
    ------
    BadFile
        It cannot be read, or has no closed lines.
    """
    data = path.read_bytes()
    encoding = text_encoding(data, path.name)
    with TemporaryDirectory(prefix="gridmap-drawing-") as folder:
        plain = Path(folder) / "drawing.dxf"
        plain.write_bytes(data.decode(encoding).encode())
        pyogrio.set_gdal_config_options({"DXF_ENCODING": "UTF-8"})
        shapes, columns, told = _read(path, plain)
    lines, texts = _lines(shapes), _texts(shapes, columns["Text"])
    areas, owners = _areas(shapes, lines)
    if len(areas) == 0:
        raise BadFile(
            f"{path.name} has no closed lines; draw each grid as a closed polyline",
            zh=f"{path.name} 中没有闭合线；请将每个网格画成闭合多段线",
        )
    said = _said(areas, *texts)
    layers = ["" if at is None else str(columns["Layer"][at] or "") for at in owners]
    rows = [(_code(words), _name(words), layer) for words, layer in zip(said, layers, strict=True)]
    return Layer(
        headers=_HEADERS,
        cells=pd.DataFrame(rows, dtype=object),
        shapes=np.asarray(shapely.force_2d(areas)),
        crs=None,
        encoding=encoding,
        had_z=int(shapely.has_z(areas).sum()),
        warnings=told,
    )


def text_encoding(data: bytes, name: str) -> str:
    """Return the encoding of a drawing's text.

    Parameters
    ----------
    data
        The whole file.
    name
        For the message.

    Returns
    -------
    str
        What ``$DWGCODEPAGE`` says where the bytes allow it, else what the bytes say.

    Raises
    ------
    BadFile
        It is in none that we know.

    Examples
    --------
    >>> text_encoding("网格".encode("gbk"), "a.dxf")
    'gb18030'
    """
    found = _CODE_PAGE.search(data[:65536])
    said = _CODECS.get(found.group(1).decode("ascii", "replace").upper()) if found else None
    sniffed = sniff_encoding(data)
    if said is not None and sniffed != "utf-8" and decodes(data, said):
        return said
    if sniffed is None:
        page = found.group(1).decode("ascii", "replace") if found else "-"
        raise BadFile(
            f"{name}: its text is neither UTF-8 nor GB18030 (it says {page}); save it anew as"
            " DXF 2007 or later, which is UTF-8",
            zh=f"{name}：文本既非 UTF-8 也非 GB18030（其代码页为 {page}），"
            "请另存为 2007 或更高版本的 DXF（UTF-8）",
        )
    return sniffed


def _read(path: Path, plain: Path) -> tuple[Any, dict[str, Any], tuple[str, ...]]:
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            meta, _, wkb, columns = pyogrio.raw.read(plain, layer="entities")
        shapes = shapely.from_wkb(wkb)
    except (DataSourceError, DataLayerError, FeatureError, GEOSException, ValueError) as error:
        raise BadFile(
            f"{path.name} cannot be read as DXF: {error}",
            zh=f"{path.name} 无法作为 DXF 读取：{error}",
        ) from error
    words = tuple(sorted({str(warning.message) for warning in told}))
    return shapes, dict(zip(map(str, meta["fields"]), columns, strict=True)), words


def _lines(shapes: NDArray[Any]) -> NDArray[np.int64]:
    return np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING)


def _texts(shapes: NDArray[Any], words: Any) -> tuple[NDArray[Any], list[str]]:
    """Return the places of texts and what they say, from the top down."""
    found = [
        i
        for i, (shape, text) in enumerate(zip(shapes, words.tolist(), strict=True))
        if isinstance(text, str) and shape is not None and shape.geom_type == "Point"
    ]
    points = shapes[np.array(found, dtype=np.int64)]
    order = np.lexsort((shapely.get_x(points), -shapely.get_y(points)))
    found = [found[i] for i in order.tolist()]
    return points[order], [words[i].replace("\\P", " ").replace("\n", " ").strip() for i in found]


def _areas(shapes: NDArray[Any], lines: NDArray[np.int64]) -> tuple[Any, list[int | None]]:
    """Return areas, and of each the line that it was drawn with, if it was one."""
    areal = np.flatnonzero(
        np.isin(
            shapely.get_type_id(shapes),
            (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
        )
    )
    flat = shapely.force_2d(shapes[lines])
    rings = shapely.is_closed(flat) & (shapely.get_num_points(flat) > 3)
    if not rings.all() and len(lines):
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(flat))))
        return faces, [None] * len(faces)
    xy, line = shapely.get_coordinates(flat, return_index=True)
    filled = shapely.polygons(shapely.linearrings(xy, indices=line)) if len(lines) else shapes[:0]
    drawn = np.concatenate([filled, shapes[areal]])
    owners: list[int | None] = [*lines.tolist(), *areal.tolist()]
    return _without_enclaves(drawn), owners


def _without_enclaves(areas: Any) -> Any:
    """Cut an area that lies wholly in another one out of it."""
    result = np.asarray(areas, dtype=object).copy()
    if len(result) == 0 or not shapely.is_valid(result).all():
        return result  # whoever checks shapes tells which
    outer, inner = shapely.STRtree(result).query(result, predicate="contains_properly")
    for at in np.unique(outer):
        holes = shapely.union_all(areas[inner[outer == at]])
        result[at] = shapely.difference(areas[at], holes)
    return result


def _said(areas: NDArray[Any], points: NDArray[Any], words: list[str]) -> list[list[str]]:
    """Return the texts inside each area, in their order; none of an area that is not valid."""
    found: list[list[str]] = [[] for _ in areas]
    sound = np.flatnonzero(shapely.is_valid(areas))
    area, text = shapely.STRtree(points).query(areas[sound], predicate="intersects")
    for i, k in sorted(zip(sound[area].tolist(), text.tolist(), strict=True)):
        found[i].append(words[k])
    return found


def _code(words: list[str]) -> str:
    found = _GRID_CODE.search(" ".join(words))
    return found.group() if found else ""


def _name(words: list[str]) -> str:
    return " ".join(_GRID_CODE.sub(" ", " ".join(words)).split())
