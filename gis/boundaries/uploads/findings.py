"""What people are told of a file's changes: repairs, numbers, shapes for the map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import shapely

from gis.boundaries.uploads.changes import Drafted
from gis.boundaries.uploads.comparing import Comparison
from gis.boundaries.uploads.parts import Group, Repair
from gis.core.geodesy import area_m2

_KINDS = ("modified", "split", "merged", "new", "retired")


def repair_documents(
    groups: Iterable[Group], comparison: Comparison, accepted: frozenset[str]
) -> list[dict[str, Any]]:
    """Return the repairs that a file needs as documents, the largest first.

    Parameters
    ----------
    groups
        Of basic grids.
    comparison
        What the rows of the file are called.
    accepted
        Identities of the repairs that are accepted.

    Returns
    -------
    list of dict
    """
    labels = {feature.row: feature.label for feature in comparison.features}
    repairs = [repair for group in groups for repair in group.repairs]
    return [
        _repair_document(repair, labels, is_accepted=repair.repair_id in accepted)
        for repair in sorted(repairs, key=lambda one: -one.area_m2)
    ]


def _repair_document(
    repair: Repair, labels: Mapping[int, str], *, is_accepted: bool
) -> dict[str, Any]:
    zh, en = _words(repair, labels)
    return {
        "id": repair.repair_id,
        "kind": repair.kind,
        "detail": en,
        "detail_zh": zh,
        "area_m2": round(repair.area_m2, 2),
        "width_m": round(repair.width_m, 3),
        "rows": list(repair.rows),
        "is_accepted": is_accepted,
        "geometry": orjson.loads(shapely.to_geojson(repair.place)),
    }


def _words(repair: Repair, labels: Mapping[int, str]) -> tuple[str, str]:
    some = [labels[row] for row in repair.rows]
    owner = None if repair.owner is None else labels[repair.owner]
    size_zh = f"{repair.area_m2:,.1f} ㎡（平均宽 {repair.width_m:.2f} 米）"
    size = f"{repair.area_m2:,.1f} m² ({repair.width_m:.2f} m wide)"
    all_zh, all_ = "、".join(some), ", ".join(some)
    if repair.kind == "overlap":
        return (
            f"{all_zh} 重叠 {size_zh}；划给 {owner}",
            f"{all_} overlap by {size}; it would go to {owner}",
        )
    if repair.kind == "beyond":
        return (
            f"{all_zh} 超出 {size_zh}，该处属于本次不变的网格或界外；从中裁去",
            f"{all_} reach {size} over area of grids that do not change, or beyond the outline;"
            " it would be cut off",
        )
    if repair.kind == "edge":
        return (
            f"{all_zh} 在县界上新增顶点；移到相距 {repair.width_m:.2f} 米的现有顶点",
            f"{all_} have a new vertex on the county's outer border; it would go to the next one"
            f" there, {repair.width_m:.2f} m away",
        )
    if owner is None:
        return f"空隙 {size_zh}，没有相邻网格", f"a gap of {size} that no grid borders on"
    return f"空隙 {size_zh}；划给 {owner}", f"a gap of {size}; it would go to {owner}"


def summary_of(compared: Sequence[Comparison], drafted: Sequence[Drafted]) -> dict[str, int]:
    """Count what changes, and what stays, in both layers.

    Parameters
    ----------
    compared, drafted
        One for each layer.

    Returns
    -------
    dict
        Kind of change, ``unchanged``, ``node_only``, ``untold`` and ``waiting`` → number of grids.
    """
    counted = Counter(str(change.kind) for one in drafted for change in one.changes)
    renamed = {
        row
        for one in drafted
        for change in one.changes
        if change.kind == "modified" and "shape" not in change.what
        for row in change.rows
    }
    kept = [(one, i) for one in compared for i in one.same | one.node_only]
    still = Counter(
        "unchanged" if i in one.same else "node_only"
        for one, i in kept
        if one.features[i].row not in renamed
    )
    return {
        **{name: still[name] for name in ("unchanged", "node_only")},
        **{name: counted[name] for name in _KINDS},
        "untold": sum(one.untold for one in compared),
        "waiting": sum(not change.is_ready for one in drafted for change in one.changes),
    }


def change_features(drafted: Drafted) -> list[dict[str, Any]]:
    """Return what changes in a layer as GeoJSON features, with areas in m²."""
    shapes = np.array([shape for _, _, shape in drafted.shapes.values()], dtype=object)
    areas = area_m2(shapes).tolist() if len(shapes) else []
    return [
        {
            "type": "Feature",
            "geometry": orjson.loads(shapely.to_geojson(shape)),
            "properties": {"row": row, "code": code, "kind": kind, "area_m2": round(area, 1)},
        }
        for (row, (code, kind, shape)), area in zip(drafted.shapes.items(), areas, strict=True)
    ]
