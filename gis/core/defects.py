"""What can be wrong with a tiling, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class DefectKind(StrEnum):
    """What is wrong at a place."""

    INVALID = "invalid"
    NOT_CANONICAL = "not_canonical"
    GAP = "gap"
    OVERLAP = "overlap"
    OUTSIDE = "outside"
    HAIRLINE = "hairline"


KIND_ZH = {
    DefectKind.INVALID: "无效图形",
    DefectKind.NOT_CANONICAL: "坐标精度不规范",
    DefectKind.GAP: "空隙",
    DefectKind.OVERLAP: "重叠",
    DefectKind.OUTSIDE: "越界",
    DefectKind.HAIRLINE: "缺少共用节点",
}
"""Chinese names of the kinds."""

_NAMED = 6


@dataclass(frozen=True, slots=True)
class Defect:
    """One place where grids do not tile.

    Attributes
    ----------
    kind
        What is wrong.
    geometry
        Where, lon/lat in degrees: a polygon for gaps, overlaps and parts outside, a line for
        hairlines, points or the grid itself for the others; None for a missing geometry.
    area_m2
        Geodesic area; 0 where there is none.
    width_m
        Mean width: twice the area by the perimeter; 0 where there is no area.
    codes
        The grids concerned, sorted.
    detail, detail_zh
        A sentence for people.
    """

    kind: DefectKind
    geometry: Any
    area_m2: float
    width_m: float
    codes: tuple[str, ...]
    detail: str
    detail_zh: str


def unusable_grid(kind: DefectKind, code: str, where: Any, reason: tuple[str, str]) -> Defect:
    """Describe a grid that is wrong in itself.

    Parameters
    ----------
    kind
        ``invalid`` or ``not_canonical``.
    code
        The grid's code.
    where
        Points in degrees, or the grid, or None.
    reason
        What is wrong, in English and Chinese, without a full stop.

    Returns
    -------
    Defect
    """
    english, chinese = reason
    return Defect(
        kind, where, 0.0, 0.0, (code,), f"Grid {code}: {english}.", f"网格 {code}:{chinese}。"
    )


def area_defect(
    kind: DefectKind, shape: Any, area: float, width: float, codes: tuple[str, ...]
) -> Defect:
    """Describe a gap, an overlap or a part outside.

    Parameters
    ----------
    kind
        Which of the three.
    shape
        Where, in degrees.
    area, width
        Its size in m² and its mean width in m.
    codes
        The grids concerned, sorted.

    Returns
    -------
    Defect
    """
    at = shape.representative_point()
    place = f"{at.x:.7f}, {at.y:.7f}"
    size = f"({area:.2f} m², {width:.3f} m wide)"
    size_zh = f"(面积 {area:.2f} 平方米,平均宽 {width:.3f} 米)"
    some, some_zh = _some(codes)
    if kind is DefectKind.GAP:
        english, chinese = f"Gap at {place} beside {some}", f"空隙,位于 {place},相邻:{some_zh}"
    elif kind is DefectKind.OVERLAP:
        english, chinese = f"Overlap at {place} of {some}", f"重叠,位于 {place},涉及:{some_zh}"
    else:
        english = f"Outside the outline at {place}, part of {some}"
        chinese = f"越界,位于 {place},属于:{some_zh}"
    return Defect(kind, shape, area, width, codes, f"{english} {size}.", f"{chinese}{size_zh}。")


def hairline_defect(line: Any, nodes: list[tuple[float, float]], codes: tuple[str, ...]) -> Defect:
    """Describe an edge that lacks nodes of its neighbour.

    Parameters
    ----------
    line
        The edge, in degrees.
    nodes
        The missing nodes, in degrees.
    codes
        The grids that share the edge, sorted.

    Returns
    -------
    Defect
    """
    place = "; ".join(f"{x:.7f}, {y:.7f}" for x, y in nodes)
    some, some_zh = _some(codes)
    return Defect(
        DefectKind.HAIRLINE,
        line,
        0.0,
        0.0,
        codes,
        f"The border between {some} has vertices on one side only, at {place}.",
        f"共用边界仅一侧有节点:{place},涉及:{some_zh}。",
    )


def _some(codes: tuple[str, ...]) -> tuple[str, str]:
    if not codes:
        return "no grid", "无"
    named, more = codes[:_NAMED], len(codes) - _NAMED
    english, chinese = ", ".join(named), "、".join(named)
    if more > 0:
        return f"{english} and {more} more", f"{chinese} 等 {len(codes)} 个网格"
    return english, chinese
