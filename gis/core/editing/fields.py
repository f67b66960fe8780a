"""The members of an operation's JSON document, read one by one; what is wrong is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.editing.operations import Line, Point
from gis.core.errors import Invalid
from gis.core.lattice import is_canonical, to_lattice

MAX_VERTICES = 1_000_000
"""Vertices that one member may have; a border of a village has thousands."""

_CODE = re.compile(r"[0-9]{15}([0-9]{2})?", re.ASCII)
_DIVISION = re.compile(r"[0-9]{12}", re.ASCII)
_MAX_NAME = 100
_LIMITS = np.array([180.0, 90.0])

T = TypeVar("T")


def wrong(field: str, english: str, chinese: str) -> Invalid:
    """Return the error that names a member; English reads after "the member"."""
    return Invalid(f"{field}: {english}.", zh=f"{field}:{chinese}。", field=field)


class Fields:
    """Members of a JSON object, each to be read once.

    Parameters
    ----------
    document
        The object.
    path
        Its place in the operation, such as ``grids[0]``; "" for the operation itself.
    """

    def __init__(self, document: Any, path: str = "") -> None:
        if not isinstance(document, Mapping):
            raise wrong(path or "operation", "must be an object", "须为对象")
        self._document = document
        self._path = path
        self._read: set[str] = set()

    def name(self, key: str) -> str:
        """Return the full name of a member, for messages."""
        return f"{self._path}.{key}" if self._path else key

    def close(self) -> None:
        """Raise unless every member has been read.

        Raises
        ------
        Invalid
            Names the first member that nobody knows.
        """
        unknown = sorted(str(key) for key in set(self._document) - self._read)
        if unknown:
            raise wrong(self.name(unknown[0])[:100], "is not known here", "未知的成员")

    def take(self, key: str, read: Callable[[str, Any], T]) -> T:
        """Return a member that must be there.

        Parameters
        ----------
        key
            Its name.
        read
            Takes the full name and the value.

        Raises
        ------
        Invalid
            It is missing, or cannot be read.
        """
        self._read.add(key)
        if self._document.get(key) is None:
            raise wrong(self.name(key), "is missing", "缺少该成员")
        return read(self.name(key), self._document[key])

    def find(self, key: str, read: Callable[[str, Any], T]) -> T | None:
        """Return a member, or None where it is missing or null."""
        self._read.add(key)
        value = self._document.get(key)
        return None if value is None else read(self.name(key), value)


def listed(read: Callable[[str, Any], T], least: int = 1) -> Callable[[str, Any], tuple[T, ...]]:
    """Return a reader of lists, whose items are read by `read`.

    Raises
    ------
    Invalid
        Not a list of that many.
    """

    def _list(field: str, value: Any) -> tuple[T, ...]:
        if not isinstance(value, list | tuple) or len(value) < least:
            raise wrong(field, f"must be a list of at least {least}", f"须为至少 {least} 项的列表")
        return tuple(read(f"{field}[{i}]", item) for i, item in enumerate(value))

    return _list


def unique_codes(least: int = 1) -> Callable[[str, Any], tuple[str, ...]]:
    """Return a reader of lists of grid codes, each only once.

    Raises
    ------
    Invalid
        A grid is named twice.
    """

    def _codes(field: str, value: Any) -> tuple[str, ...]:
        codes = listed(code, least)(field, value)
        if len(set(codes)) < len(codes):
            raise wrong(field, "names a grid twice", "网格编码重复")
        return codes

    return _codes


def code(field: str, value: Any) -> str:
    """Read a grid code.

    Raises
    ------
    Invalid
        It is none.
    """
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise wrong(field, "must be a grid code of 15 digits", "须为 15 位网格编码")
    return value


def division(field: str, value: Any) -> str:
    """Read a division code.

    Raises
    ------
    Invalid
        It is none.
    """
    if not isinstance(value, str) or not _DIVISION.fullmatch(value):
        raise wrong(field, "must be a division code of 12 digits", "须为 12 位区划代码")
    return value


def text(field: str, value: Any) -> str:
    """Read a name.

    Raises
    ------
    Invalid
        Not text, empty, too long, or not printable.
    """
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_NAME:
        raise wrong(field, f"must be text of 1 to {_MAX_NAME}", f"须为 1 至 {_MAX_NAME} 个字符")
    if not value.isprintable():
        raise wrong(field, "must be printable", "含有不可显示的字符")
    return value.strip()


def flag(field: str, value: Any) -> bool:
    """Read true or false.

    Raises
    ------
    Invalid
        It is neither.
    """
    if not isinstance(value, bool):
        raise wrong(field, "must be true or false", "须为 true 或 false")
    return value


def count(field: str, value: Any) -> int:
    """Read a number of pieces.

    Raises
    ------
    Invalid
        Not a whole number from 2 to 100.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 2 <= value <= 100:
        raise wrong(field, "must be a whole number from 2 to 100", "须为 2 至 100 的整数")
    return value


def mapping(field: str, value: Any) -> dict[str, Any]:
    """Read an object with any members.

    Raises
    ------
    Invalid
        It is none.
    """
    if not isinstance(value, Mapping):
        raise wrong(field, "must be an object", "须为对象")
    return dict(value)


def one_of(*choices: str) -> Callable[[str, Any], Any]:
    """Return a reader of one of several words.

    Raises
    ------
    Invalid
        None of them.
    """

    def _choice(field: str, value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            known = ", ".join(choices)
            raise wrong(field, f"must be one of {known}", f"须为 {known} 之一")
        return value

    return _choice


def point(field: str, value: Any) -> Point:
    """Read a vertex ``[lon, lat]`` with at most seven decimals."""
    return _points(field, [value], lambda _: field)[0]


def line(field: str, value: Any) -> Line:
    """Read a line of two or more vertices.

    Raises
    ------
    Invalid
        Fewer than two different vertices.
    """
    vertices = vertex_list(field, value)
    if len(set(vertices)) < 2:
        raise wrong(field, "must have two different vertices or more", "须有至少两个不同的顶点")
    return vertices


def ring(field: str, value: Any) -> Line:
    """Read a ring; the closing vertex may be left out, and is.

    Raises
    ------
    Invalid
        Fewer than three different vertices.
    """
    vertices = vertex_list(field, value)
    if vertices[0] == vertices[-1]:
        vertices = vertices[:-1]
    if len(set(vertices)) < 3:
        raise wrong(field, "must have three different vertices or more", "须有至少三个不同的顶点")
    return vertices


def vertex_list(field: str, value: Any) -> Line:
    """Read vertices.

    Raises
    ------
    Invalid
        Not a list of vertices, or one of them is wrong.
    """
    if not isinstance(value, list | tuple) or not value:
        raise wrong(field, "must be a list of [lon, lat]", "须为 [经度, 纬度] 的列表")
    return _points(field, value, lambda i: f"{field}[{i}]")


def area(field: str, value: Any) -> Any:
    """Read a GeoJSON Polygon or MultiPolygon, with at most seven decimals.

    Raises
    ------
    Invalid
        Another geometry, or too many vertices.
    """
    members = Fields(value, field)
    kind = members.take("type", one_of("Polygon", "MultiPolygon"))
    coordinates = members.take("coordinates", lambda _, rings: rings)
    name = members.name("coordinates")
    parts = [coordinates] if kind == "Polygon" else coordinates
    shape = shapely.MultiPolygon(
        [
            _polygon(name if kind == "Polygon" else f"{name}[{i}]", part)
            for i, part in enumerate(_items(name, parts))
        ]
    )
    if shapely.get_num_coordinates(shape) > MAX_VERTICES:
        raise wrong(field, f"has more than {MAX_VERTICES} vertices", f"顶点超过 {MAX_VERTICES} 个")
    return shapely.orient_polygons(shape)


def _polygon(field: str, rings: Any) -> Any:
    closed = []
    for i, vertices in enumerate(_items(field, rings)):
        xy = np.array(ring(f"{field}[{i}]", vertices), dtype=np.float64) / 1e7
        closed.append(np.concatenate([xy, xy[:1]]))
    return shapely.Polygon(closed[0], closed[1:])


def _items(field: str, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise wrong(field, "must be a list", "须为列表")
    return list(value)


def _points(field: str, value: Any, named: Callable[[int], str]) -> Line:
    if len(value) > MAX_VERTICES:
        raise wrong(field, f"has more than {MAX_VERTICES} vertices", f"顶点超过 {MAX_VERTICES} 个")
    degrees = _pairs(value)
    if degrees is None:
        at = next(i for i, pair in enumerate(value) if _pairs([pair]) is None)
        raise wrong(named(at), "must be [lon, lat], two numbers", "须为 [经度, 纬度] 两个数字")
    beyond = ~(np.abs(degrees) <= _LIMITS).all(axis=1)
    if beyond.any():
        raise wrong(named(int(beyond.argmax())), "lies beyond ±180° or ±90°", "超出 ±180° 或 ±90°")
    fine = ~is_canonical(degrees).all(axis=1)
    if fine.any():
        raise wrong(
            named(int(fine.argmax())),
            "has more than seven decimals; round it to 1e-7 degrees",
            "小数超过 7 位,请取整到 1e-7 度",
        )
    return tuple(map(tuple, to_lattice(degrees).tolist()))


def _pairs(value: Any) -> NDArray[np.float64] | None:
    """Return (n, 2) finite degrees, or None where something else was given."""
    try:
        array = np.array(value)
    except (ValueError, TypeError, OverflowError):  # ragged, or not numbers
        return None
    if array.dtype.kind not in "if" or array.ndim != 2 or array.shape[1] != 2:
        return None
    if any(type(number) is bool for pair in value for number in pair):
        return None
    degrees = array.astype(np.float64)
    return degrees if np.isfinite(degrees).all() else None
