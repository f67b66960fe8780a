"""Operations as JSON documents; `gis.core.editing.parse_operation` reads them back."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis.core.editing.operations import Insertion, Operation, Replacement, Transfer
from gis.core.lattice import UNITS_PER_DEGREE

_VERTICES = {
    "moves",
    "line",
    "polygon",
    "vertices",
    "stretch",
    "keep",
    "take",
    "start",
    "end",
    "at",
}


def as_document(operation: Operation) -> dict[str, Any]:
    """Return an operation as a JSON document.

    Parameters
    ----------
    operation
        Any operation.

    Returns
    -------
    dict
        ``op`` and the members that are not left as they are by default; vertices in degrees
        with at most seven decimals.

    Examples
    --------
    >>> from gis.core.editing import Reshape
    >>> as_document(Reshape("411421102200001", ((1150000001, 345000000), (1150000000, 345000002))))
    {'op': 'reshape', 'grid': '411421102200001', 'line': [[115.0000001, 34.5], [115.0, 34.5000002]]}
    """
    document: dict[str, Any] = {"op": operation.op}
    document.update(_members(operation))
    if isinstance(operation, Transfer):
        sources = document.pop("sources")
        document["from"] = sources[0] if len(sources) == 1 else sources
        document["to"] = document.pop("target")
    return document


def degrees_of(vertices: Any) -> Any:
    """Return lattice vertices, however nested, as lists of degrees."""
    if isinstance(vertices, int):
        return vertices / UNITS_PER_DEGREE
    return [degrees_of(part) for part in vertices]


def geojson_of(geometry: BaseGeometry) -> dict[str, Any]:
    """Return a geometry in degrees as a GeoJSON object."""
    document: dict[str, Any] = json.loads(shapely.to_geojson(geometry))
    return document


def _members(value: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for member in fields(value):
        content = getattr(value, member.name)
        is_default = content in (None, "", (), False) or (
            not isinstance(content, BaseGeometry) and content == member.default
        )
        if not is_default and content != {}:
            result[member.name] = _plain(member.name, content)
    return result


def _plain(name: str, content: Any) -> Any:
    if isinstance(content, BaseGeometry):
        return geojson_of(content)
    if name in _VERTICES and not isinstance(content, str):
        return degrees_of(content)
    if isinstance(content, tuple):
        return [_plain("", item) for item in content]
    if isinstance(content, Insertion):
        segment = degrees_of((content.start, content.end))
        return {"segment": segment, "at": degrees_of(content.at)}
    if isinstance(content, Replacement):
        return _members(content)
    return content
