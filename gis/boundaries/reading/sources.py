"""From the file that a person names to a file that can be opened: kind, wholeness, unpacking."""

from __future__ import annotations

import re
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from xml.parsers import expat

import orjson

from gis.core.errors import BadFile, Invalid
from gis.tabular.archives import MIB, ZipLimits, open_zip, unpack
from gis.tabular.reading import read_bytes

LIMITS = ZipLimits(members=50, unpacked_bytes=300 * MIB, ratio=200)
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


class SourceKind(StrEnum):
    """What kind of file it is."""

    SHAPEFILE = "Shapefile"
    GEOPACKAGE = "GeoPackage"
    GEOJSON = "GeoJSON"
    KML = "KML"
    DXF = "DXF"


ENDINGS = {
    ".shp": SourceKind.SHAPEFILE,
    ".gpkg": SourceKind.GEOPACKAGE,
    ".geojson": SourceKind.GEOJSON,
    ".json": SourceKind.GEOJSON,
    ".kml": SourceKind.KML,
    ".dxf": SourceKind.DXF,
}
PACKED = (".zip", ".kmz")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is what its ending says, as far as a first look tells.

    Attributes
    ----------
    path
        Where it is; inside a temporary folder when it came in an archive.
    kind
        What it is.
    names_crs
        Whether the file itself says which coordinate system it is in (GeoJSON: has a member
        ``crs``; without one the standard says longitude and latitude).
    crs_name
        What that member says: GDAL takes longitude and latitude for a name it does not know.
    """

    path: Path
    kind: SourceKind
    names_crs: bool
    crs_name: str | None = None

    @property
    def is_degrees_by_standard(self) -> bool:
        """Whether its standard says longitude and latitude where the file says nothing."""
        return self.kind is SourceKind.GEOJSON and not self.names_crs


@contextmanager
def open_source(path: Path, layer: str | None) -> Iterator[Source]:
    """Look at a file of boundaries, and unpack it where it is an archive.

    Parameters
    ----------
    path
        ``.geojson``, ``.json``, ``.gpkg``, ``.shp``, ``.kml``, ``.dxf``, or one of them in a
        ``.zip`` or ``.kmz``.
    layer
        Which Shapefile of an archive.

    Yields
    ------
    Source
        Valid until the block ends.

    Raises
    ------
    BadFile
        Missing, empty, cut off, or not what its ending says.
    Invalid
        An archive holds several files, and which is not said.
    """
    if path.suffix.lower() in PACKED:
        read_bytes(path)
        with TemporaryDirectory(prefix="gridmap-import-") as folder:
            yield _look(_unpack(path, Path(folder), layer))
    else:
        yield _look(path)


def require_known_ending(path: Path) -> None:
    """Refuse a file that is not read, by its name alone.

    Raises
    ------
    BadFile
        Says what is read, and what to do with this one.
    """
    ending = path.suffix.lower()
    if ending not in {*ENDINGS, *PACKED}:
        hint, hint_zh = _HINTS.get(ending, ("", ""))
        raise BadFile(
            f"{path.name}: the ending is not known; GeoJSON (.geojson), GeoPackage (.gpkg), "
            f"Shapefile (.shp or .zip), KML (.kml, .kmz) and DXF (.dxf) are read{hint}",
            zh=f"{path.name}：不支持该文件类型；可读取 GeoJSON(.geojson)、GeoPackage(.gpkg)、"
            f"Shapefile(.shp 或 .zip)、KML(.kml、.kmz)、DXF(.dxf){hint_zh}",
        )


def _look(path: Path) -> Source:
    require_known_ending(path)
    kind = ENDINGS[path.suffix.lower()]
    data = read_bytes(path)
    if kind is SourceKind.GEOJSON:
        name = _check_geojson(path, data)
        return Source(path, kind, names_crs=name is not None, crs_name=name)
    _CHECKS[kind](path, data)
    return Source(path, kind, names_crs=kind is not SourceKind.DXF)


_HINTS = {
    ".dwg": (
        "; DWG has no open form: save it as DXF in the CAD program, or ask for Shapefile",
        "；DWG 为封闭格式，请在 CAD 软件中另存为 DXF，或索取 Shapefile",
    ),
    ".rar": ("; pack it as .zip", "；请改用 .zip 打包"),
    ".gdb": ("; export the layer as GeoPackage", "；请将图层导出为 GeoPackage"),
}


def _check_geojson(path: Path, data: bytes) -> str | None:
    """Return what the file says of its coordinate system; None where it says nothing."""
    try:
        document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadFile(
            f"{path.name} is not GeoJSON: {error} (cut off, or not in UTF-8?)",
            zh=f"{path.name} 不是有效的 GeoJSON：{error}（文件不完整，或编码不是 UTF-8？）",
        ) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind != "FeatureCollection":
        raise BadFile(
            f"{path.name} is not a GeoJSON FeatureCollection (type: {kind})",
            zh=f"{path.name} 不是 GeoJSON 要素集合(FeatureCollection)，其类型为 {kind}",
        )
    features = document.get("features")
    if not features or not isinstance(features, list):
        raise BadFile(f"{path.name} has no features", zh=f"{path.name} 中没有要素")
    for number, feature in enumerate(features, start=1):
        # GDAL would leave it out and say nothing.
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise BadFile(
                f"{path.name}: feature {number} is not a GeoJSON Feature",
                zh=f"{path.name}：第 {number} 个要素不是 GeoJSON Feature",
            )
    _require_named_crs(path, document)
    return _crs_name(document.get("crs"))


def _require_named_crs(path: Path, document: dict[str, Any]) -> None:
    """Refuse a coordinate system behind a link: GDAL would fetch it, in whatever case it stands."""
    systems = [crs for name, crs in document.items() if name.lower() == "crs"]
    kinds = {
        str(kind).lower()
        for crs in systems
        if isinstance(crs, dict)
        for name, kind in crs.items()
        if name.lower() == "type"
    }
    if kinds - {"name", "epsg"}:
        raise BadFile(
            f"{path.name} says its coordinate system by a link, and nothing is fetched; write its"
            ' name into "crs", or leave "crs" out and name it with --crs',
            zh=f"{path.name} 以链接说明坐标系，系统不会访问链接；请在 crs 中写明名称，"
            "或删去 crs 后用 --crs 指定",
        )


def _crs_name(crs: Any) -> str | None:
    if crs is None:
        return None
    try:
        return str(crs["properties"]["name"])
    except (KeyError, TypeError):
        return orjson.dumps(crs).decode()


def _check_geopackage(path: Path, data: bytes) -> None:
    if not data.startswith(b"SQLite format 3\x00") or len(data) < 100:
        raise _other(path, "GeoPackage")
    (page_bytes,) = struct.unpack_from(">H", data, 16)
    (pages,) = struct.unpack_from(">I", data, 28)
    if len(data) < pages * (65536 if page_bytes == 1 else page_bytes):
        raise _cut(path)
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise _cut(path) from error
    if verdict != "ok":
        raise _cut(path)


def _check_shapefile(path: Path, data: bytes) -> None:
    if len(data) < 100 or struct.unpack_from(">I", data)[0] != 9994:
        raise _other(path, "Shapefile")
    if len(data) < 2 * struct.unpack_from(">I", data, 24)[0]:
        raise _cut(path)
    for ending in (".dbf", ".shx"):
        if find_part(path, ending) is None:
            raise BadFile(
                f"{path.stem}{ending} is missing beside {path.name}; a Shapefile is several "
                "files, copy them all (.shp .shx .dbf .prj) or pack them as .zip",
                zh=f"缺少与 {path.name} 配套的 {path.stem}{ending}；Shapefile 由多个文件组成，"
                "请一并复制(.shp .shx .dbf .prj)或打包为 .zip",
            )


def _check_kml(path: Path, data: bytes) -> None:
    found = _first_of_xml(data)
    if found == _DOCTYPE:
        raise BadFile(
            f"{path.name} declares entities of its own, which no KML needs; it is refused",
            zh=f"{path.name} 含有自定义实体（DOCTYPE/ENTITY），正常的 KML 不需要，已拒绝",
        )
    if found != "kml":
        raise _other(path, "KML")
    if not data.rstrip().endswith(b"</kml>"):
        raise _cut(path)


_DOCTYPE = "<!DOCTYPE"


def _first_of_xml(data: bytes) -> str:
    """Return the name of the first element, `_DOCTYPE` where one stands before it, or nothing.

    Not bytes are looked for: other drivers know their files by words that a comment may hold, and
    a declaration may stand behind a long one.
    """
    parser, found = expat.ParserCreate(), [""]

    def _stop(what: str) -> None:
        found[0] = what
        raise _FoundError

    parser.StartDoctypeDeclHandler = lambda *_: _stop(_DOCTYPE)
    parser.StartElementHandler = lambda name, _: _stop(name.rpartition(":")[2])
    with suppress(_FoundError, expat.ExpatError, ValueError):
        parser.Parse(data)
    return found[0]


class _FoundError(Exception):
    """Ends the parsing."""


def _check_dxf(path: Path, data: bytes) -> None:
    if _DWG.match(data):
        raise BadFile(
            f"{path.name} is a DWG drawing that was renamed; save it as DXF in the CAD program",
            zh=f"{path.name} 实为 DWG 图纸（仅改了扩展名），请在 CAD 软件中另存为 DXF",
        )
    if data.startswith(b"AutoCAD Binary DXF"):
        raise BadFile(
            f"{path.name} is a binary DXF; save it as text (ASCII DXF)",
            zh=f"{path.name} 为二进制 DXF，请另存为文本（ASCII）DXF",
        )
    if b"SECTION" not in data[:65536]:
        raise _other(path, "DXF")
    if not data.rstrip(b"\r\n \x00\x1a").endswith(b"EOF"):
        raise _cut(path)


_DWG = re.compile(rb"AC(1\.|[12]\.[0-9]|10[0-9]{2})")
_CHECKS: Mapping[SourceKind, Callable[[Path, bytes], None]] = {
    SourceKind.GEOPACKAGE: _check_geopackage,
    SourceKind.SHAPEFILE: _check_shapefile,
    SourceKind.KML: _check_kml,
    SourceKind.DXF: _check_dxf,
}


def find_part(shapefile: Path, ending: str) -> Path | None:
    """Return the part of a Shapefile with this ending, whatever its case."""
    for spelled in (ending, ending.upper()):
        part = shapefile.with_suffix(spelled)
        if part.is_file():
            return part
    return None


def _unpack(path: Path, folder: Path, layer: str | None) -> Path:
    with open_zip(path, LIMITS) as archive:
        members = [m for m in archive.infolist() if _is_wanted(m)]
        mains = {_stem(m): m for m in members if _ending(m) in ENDINGS}
        if layer is not None:
            mains = {stem: m for stem, m in mains.items() if PurePosixPath(stem).name == layer}
        if path.suffix.lower() == ".kmz":
            mains = _main_of_kmz(archive, mains)
        if len(mains) != 1:
            raise _not_one(path, members, layer)
        (stem, main), *_ = mains.items()
        for member in members:
            if _stem(member) == stem:
                # The names in the archive are not trusted: only their endings are kept.
                unpack(archive, member, folder / f"{path.stem}{_ending(member)}")
    return folder / f"{path.stem}{_ending(main)}"


def _main_of_kmz(
    archive: zipfile.ZipFile, mains: dict[str, zipfile.ZipInfo]
) -> dict[str, zipfile.ZipInfo]:
    """Leave only ``doc.kml``, which stands first by the standard, unless it but names others."""
    first = mains.get("doc")
    if first is None or len(mains) == 1:
        return mains
    with archive.open(first) as file:
        is_list = b"<NetworkLink" in file.read(MIB)
    return {stem: m for stem, m in mains.items() if (m is not first) == is_list}


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    hidden = PurePosixPath(member.filename).name.startswith(".")
    return not member.is_dir() and not hidden and _ending(member) in {*ENDINGS, *SHAPEFILE_PARTS}


def _ending(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).suffix.lower()


def _stem(member: zipfile.ZipInfo) -> str:
    return str(PurePosixPath(member.filename).with_suffix(""))


def _not_one(path: Path, members: list[zipfile.ZipInfo], layer: str | None) -> Invalid:
    names = [PurePosixPath(_stem(m)).name for m in members if _ending(m) in ENDINGS]
    if not names:
        return BadFile(
            f"{path.name} holds no .shp, .gpkg, .geojson, .kml or .dxf",
            zh=f"{path.name} 中没有 .shp、.gpkg、.geojson、.kml 或 .dxf 文件",
        )
    asked = f" named {layer}" if layer else ""
    return Invalid(
        f"{path.name} does not hold exactly one file{asked}; say which with --layer: "
        f"{', '.join(sorted(names))}",
        zh=f"{path.name} 中有多个（或没有对应的）文件，请用 --layer 指定其一："
        f"{'、'.join(sorted(names))}",
        layers=sorted(names),
    )


def _other(path: Path, kind: str) -> BadFile:
    return BadFile(
        f"{path.name} is called {path.suffix} but is no {kind}",
        zh=f"{path.name} 的扩展名为 {path.suffix}，但内容不是 {kind}",
    )


def _cut(path: Path) -> BadFile:
    return BadFile(
        f"{path.name} is cut off or damaged (it is shorter than it says); copy it again",
        zh=f"{path.name} 不完整或已损坏（小于其声明的大小），请重新复制",
    )
