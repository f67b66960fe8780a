"""Operations from JSON documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gis.core.editing.fields import (
    Fields,
    area,
    code,
    count,
    division,
    flag,
    line,
    listed,
    mapping,
    one_of,
    point,
    ring,
    text,
    unique_codes,
    vertex_list,
    wrong,
)
from gis.core.editing.operations import (
    DeleteVertices,
    Draw,
    Insertion,
    InsertVertices,
    Merge,
    MoveVertices,
    Operation,
    Point,
    Replace,
    Replacement,
    Reshape,
    Retire,
    SetAttributes,
    Split,
    Transfer,
)

_layer = one_of("basic", "exclusive")
_kind = one_of("rural", "community", "exclusive")


def parse_operation(document: Mapping[str, Any]) -> Operation:
    """Read an operation.

    Parameters
    ----------
    document
        A JSON object: ``op`` and the members of that operation, see ``docs/editing.md``.
        Vertices are ``[lon, lat]`` in degrees with at most seven decimals.

    Returns
    -------
    Operation

    Raises
    ------
    Invalid
        ``extra["field"]`` names the member, such as ``line[3]``.

    Examples
    --------
    >>> parse_operation({"op": "retire", "grid": "411421102200901"})
    Retire(grid='411421102200901')
    """
    fields = Fields(document)
    name = fields.take("op", one_of(*_READERS))
    operation = _READERS[name](fields)
    fields.close()
    return operation


def _move(fields: Fields) -> Operation:
    moves = fields.take("moves", listed(_pair))
    if len({start for start, _ in moves}) < len(moves):
        raise wrong("moves", "moves a vertex twice", "同一顶点被移动两次")
    return MoveVertices(moves, fields.find("layer", _layer) or "basic")


def _pair(field: str, value: Any) -> tuple[Point, Point]:
    vertices = vertex_list(field, value)
    if len(vertices) != 2:
        raise wrong(field, "must be [from, to]", "须为 [原位置, 新位置]")
    return vertices[0], vertices[1]


def _insert(fields: Fields) -> Operation:
    inserts = fields.take("inserts", listed(_insertion))
    if len({frozenset((one.start, one.end)) for one in inserts}) < len(inserts):
        raise wrong("inserts", "names a segment twice", "同一线段出现两次")
    return InsertVertices(inserts, fields.find("layer", _layer) or "basic")


def _insertion(field: str, value: Any) -> Insertion:
    fields = Fields(value, field)
    start, end = fields.take("segment", _pair)
    at = fields.take("at", point)
    if at in (start, end):
        raise wrong(fields.name("at"), "is an end of the segment", "与线段端点重合")
    fields.close()
    return Insertion(start, end, at)


def _delete(fields: Fields) -> Operation:
    vertices = fields.take("vertices", vertex_list)
    return DeleteVertices(vertices, fields.find("layer", _layer) or "basic")


def _reshape(fields: Fields) -> Operation:
    return Reshape(
        fields.take("grid", code),
        fields.take("line", line),
        fields.find("stretch", point),
        bool(fields.find("exact_end", flag)),
    )


def _split(fields: Fields) -> Operation:
    return Split(
        grid=fields.take("grid", code),
        line=fields.take("line", line),
        identity=fields.find("identity", one_of("new", "keep")) or "new",
        keep=fields.find("keep", point),
        pieces=fields.find("pieces", count) or 2,
        codes=fields.find("codes", unique_codes()) or (),
        names=fields.find("names", listed(text)) or (),
        exact_end=bool(fields.find("exact_end", flag)),
    )


def _merge(fields: Fields) -> Operation:
    grids = fields.take("grids", unique_codes(2))
    keep = fields.find("keep", code)
    if keep is not None and keep not in grids:
        raise wrong("keep", "must be one of the grids", "须为所合并网格之一")
    new = fields.find("code", code)
    if keep is not None and new is not None:
        raise wrong("code", "cannot be given together with keep", "不能与 keep 同时给出")
    return Merge(grids, keep, new, fields.find("name", text))


def _transfer(fields: Fields) -> Operation:
    sources = fields.take("from", _codes)
    target = fields.take("to", code)
    if target in sources:
        raise wrong("to", "must be another grid than from", "须与 from 为不同网格")
    cut, polygon = fields.find("line", line), fields.find("polygon", ring)
    if (cut is None) == (polygon is None):
        raise wrong("line", "give either a line or a polygon", "line 与 polygon 须且只须给出一个")
    take = fields.find("take", point)
    return Transfer(sources, target, cut, polygon, take, bool(fields.find("exact_end", flag)))


def _codes(field: str, value: Any) -> tuple[str, ...]:
    return (code(field, value),) if isinstance(value, str) else unique_codes()(field, value)


def _draw(fields: Fields) -> Operation:
    return Draw(
        fields.take("geometry", area),
        fields.take("division_code", division),
        fields.find("name", text) or "",
        fields.find("code", code),
    )


def _retire(fields: Fields) -> Operation:
    return Retire(fields.take("grid", code))


def _replace(fields: Fields) -> Operation:
    grids = fields.take("grids", listed(_replacement))
    retired = fields.find("retired", unique_codes(0)) or ()
    named = [*(one.grid for one in grids), *retired]
    if len(set(named)) < len(named):
        raise wrong("grids", "names a grid twice", "网格编码重复")
    return Replace(grids, retired)


def _replacement(field: str, value: Any) -> Replacement:
    fields = Fields(value, field)
    replacement = Replacement(
        fields.take("grid", code),
        fields.take("geometry", area),
        fields.find("kind", _kind),
        fields.find("division_code", division),
        fields.find("name", text),
    )
    fields.close()
    return replacement


def _set_attributes(fields: Fields) -> Operation:
    operation = SetAttributes(
        fields.take("grid", code),
        fields.find("name", text),
        fields.find("kind", _kind),
        fields.find("division_code", division),
        fields.find("attributes", mapping) or {},
    )
    if operation == SetAttributes(operation.grid):
        raise wrong("name", "give something to change", "未给出要修改的内容")
    return operation


_READERS: Mapping[str, Callable[[Fields], Operation]] = {
    MoveVertices.op: _move,
    InsertVertices.op: _insert,
    DeleteVertices.op: _delete,
    Reshape.op: _reshape,
    Split.op: _split,
    Merge.op: _merge,
    Transfer.op: _transfer,
    Draw.op: _draw,
    Retire.op: _retire,
    Replace.op: _replace,
    SetAttributes.op: _set_attributes,
}
