"""The names of coordinate systems: which are accepted, which are refused, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from gis.core.errors import UnknownCrs

STORED_SRID = 4490
"""The EPSG code of everything stored: CGCS2000, geographic, x = longitude."""

GAUSS_KRUGER = range(4491, 4555)
"""EPSG codes of the CGCS2000 Gauss-Krüger zones, 6° (4491-4512) and 3° (4513-4554)."""

ACCEPTED = "CRS84, EPSG:4326, EPSG:4490, EPSG:4491-4554, EPSG:3857, GCJ-02, BD-09"
"""The names that are accepted, as messages list them."""


class CrsKind(StrEnum):
    """How positions of a coordinate system become CGCS2000 longitude and latitude."""

    GEOGRAPHIC = "geographic"
    PROJECTED = "projected"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class Crs:
    """An accepted coordinate system.

    Attributes
    ----------
    name
        The one name it is stored and printed under, such as ``CRS84`` or ``EPSG:4547``.
    kind
        How its positions are converted.
    epsg
        The EPSG code; None for GCJ-02 and BD-09, which have none.
    """

    name: str
    kind: CrsKind
    epsg: int | None


CRS84 = Crs("CRS84", CrsKind.GEOGRAPHIC, 4326)
CGCS2000 = Crs("EPSG:4490", CrsKind.GEOGRAPHIC, STORED_SRID)
GCJ02 = Crs("GCJ-02", CrsKind.GCJ02, None)
BD09 = Crs("BD-09", CrsKind.BD09, None)

# Keys are names without case, blanks and punctuation, as _key makes them.
_BY_NAME: dict[str, Crs] = {
    "crs84": CRS84,
    "ogccrs84": CRS84,
    "ogc13crs84": CRS84,
    "urnogcdefcrsogc13crs84": CRS84,
    "httpwwwopengisnetdefcrsogc13crs84": CRS84,
    "wgs84": Crs("EPSG:4326", CrsKind.GEOGRAPHIC, 4326),
    "wgs1984": Crs("EPSG:4326", CrsKind.GEOGRAPHIC, 4326),
    "gps": Crs("EPSG:4326", CrsKind.GEOGRAPHIC, 4326),
    "cgcs2000": CGCS2000,
    "国家2000": CGCS2000,
    "2000国家大地坐标系": CGCS2000,
    "天地图": CGCS2000,
    "webmercator": Crs("EPSG:3857", CrsKind.PROJECTED, 3857),
    "gcj02": GCJ02,
    "火星坐标": GCJ02,
    "高德": GCJ02,
    "amap": GCJ02,
    "腾讯": GCJ02,
    "bd09": BD09,
    "bd09ll": BD09,
    "百度": BD09,
    "baidu": BD09,
}

_XIAN80 = re.compile(r"^(xian80|xian1980|西安80|1980西安坐标系)")
_BEIJING54 = re.compile(r"^(beijing54|beijing1954|北京54|1954北京坐标系)")
_XIAN80_CODES = {4610, 4472, *range(2327, 2391)}
_BEIJING54_CODES = {4214, *range(2401, 2443), *range(21413, 21424), *range(21453, 21464)}
_EPSG = re.compile(r"^(?:epsg|urnogcdefcrsepsg\d*?|httpwwwopengisnetdefcrsepsg0?|srid)?(\d{4,5})$")


def parse_crs(name: str | int | Crs) -> Crs:
    """Read the name of a coordinate system as people write it.

    Parameters
    ----------
    name
        Such as ``CRS84``, ``EPSG:4326``, ``wgs84``, ``cgcs2000``, ``gcj02``, ``GCJ-02``,
        ``bd09``, ``EPSG:4547``, ``4547``, ``urn:ogc:def:crs:EPSG::4490``.

    Returns
    -------
    Crs
        The coordinate system. Its x is always the longitude or easting, whatever axis order
        the EPSG register gives.

    Raises
    ------
    UnknownCrs
        If it is not known, or known and refused; says why and what to do.

    Examples
    --------
    >>> parse_crs("gcj02").name
    'GCJ-02'
    >>> parse_crs("4547").name
    'EPSG:4547'
    """
    if isinstance(name, Crs):
        return name
    text = str(name).strip()
    key = _key(text)
    if key in _BY_NAME:
        return _BY_NAME[key]
    match = _EPSG.match(key)
    code = int(match.group(1)) if match else None
    if code is not None:
        found = _by_code(code)
        if found is not None:
            return found
    raise _refusal(text, key, code)


def _key(text: str) -> str:
    return re.sub(r"[^0-9a-z一-鿿]", "", text.lower())


def _by_code(code: int) -> Crs | None:
    if code == STORED_SRID:
        return CGCS2000
    if code == 4326:
        return Crs("EPSG:4326", CrsKind.GEOGRAPHIC, 4326)
    if code == 3857 or code in GAUSS_KRUGER:
        return Crs(f"EPSG:{code}", CrsKind.PROJECTED, code)
    return None


def _refusal(text: str, key: str, code: int | None) -> UnknownCrs:
    old = _old_datum(key, code)
    if old:
        english, chinese = old
        return UnknownCrs(
            f"{english} ({text}) is refused: without the official parameters of your area its "
            "positions would be wrong by tens of metres. Convert the data to CGCS2000 first "
            "(ask the natural-resources bureau), then name EPSG:4490 or a zone EPSG:4513-4554.",
            zh=f"不接受{chinese}({text}):没有本地官方转换参数,位置会偏差数十米。"
            "请先(向自然资源部门申请)转换为 CGCS2000,再注明 EPSG:4490 或分带 EPSG:4513-4554。",
            crs=text,
        )
    if key.startswith("bd09mc") or key in {"bd09mercator", "bdmc", "百度墨卡托"}:
        return UnknownCrs(
            f"Baidu's Mercator metres ({text}) are refused: they have no public definition. "
            "Ask the source for BD-09 longitude and latitude (bd09ll).",
            zh=f"不接受百度墨卡托米制坐标({text}):没有公开定义。"
            "请向数据方索取 BD-09 经纬度(bd09ll)。",
            crs=text,
        )
    if not text:
        return UnknownCrs(
            f"The coordinate system is not named. Name one of: {ACCEPTED}.",
            zh=f"未注明坐标系。请注明其一:{ACCEPTED}。",
            crs=text,
        )
    return UnknownCrs(
        f"The coordinate system “{text}” is not known. Name one of: {ACCEPTED}; or convert "
        "the data to one of them.",
        zh=f"无法识别坐标系“{text}”。可用:{ACCEPTED};或先转换到其中之一。",
        crs=text,
    )


def _old_datum(key: str, code: int | None) -> tuple[str, str] | None:
    if _XIAN80.match(key) or code in _XIAN80_CODES:
        return "Xian 1980", "西安80坐标系"
    if _BEIJING54.match(key) or code in _BEIJING54_CODES:
        return "Beijing 1954", "北京54坐标系"
    return None
