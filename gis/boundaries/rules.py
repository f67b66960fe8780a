"""What grids must fulfil before they are published; every breach names the grid and the remedy."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import text

from gis.core import clock
from gis.core.coverage import require_tiling
from gis.core.dissolve import dissolve
from gis.core.errors import Invalid
from gis.core.lattice import Geometries, lattice_geometry
from gis.db.session import WriteSession
from gis.divisions.shapes import significant

#: Interiors meet in an area (DE-9IM).
INTERIORS_OVERLAP = "2********"


def require_publishable(grids: gpd.GeoDataFrame, paths: dict[str, list[str]]) -> None:
    """Raise unless the grids can be published as the whole of their counties.

    Parameters
    ----------
    grids
        Columns ``code``, ``name``, ``kind``, ``division_code``, ``geometry`` (CGCS2000 degrees,
        canonical).
    paths
        Division code → codes from the root down to it.

    Raises
    ------
    Invalid
        No basic grid; exclusive grids that overlap or cross a township.
    NotTiling
        Basic grids with gaps or overlaps.
    """
    basic = grids[grids["kind"] != "exclusive"]
    exclusive = grids[grids["kind"] == "exclusive"]
    if basic.empty:
        raise Invalid(
            "there is no basic grid (rural or community) among the grids",
            zh="数据中没有基础网格（农村网格或社区网格）",
        )
    # Counties are tiled one by one: neighbours may be published on another day.
    for _, county in basic.groupby(basic["division_code"].str[:6]):
        require_tiling(county.geometry.to_numpy(), list(county["code"]))
    require_exclusive_rules(exclusive, basic, paths)


def require_divisions(grids: gpd.GeoDataFrame, paths: dict[str, list[str]]) -> None:
    """Raise unless every grid has a code of its own, in a county and division that are loaded.

    Parameters
    ----------
    grids
        Columns ``code`` and ``division_code``.
    paths
        Division code → codes from the root down to it.

    Raises
    ------
    Invalid
        Names the codes.
    """
    _require_unique_codes(grids["code"])
    _require_known_divisions(grids, paths)
    _require_codes_of_counties(grids)


def _require_unique_codes(codes: pd.Series) -> None:
    doubled = sorted(code for code, times in Counter(codes).items() if times > 1)
    if doubled:
        raise Invalid(
            f"{len(doubled)} grid codes occur twice, for example {doubled[0]}",
            zh=f"有 {len(doubled)} 个网格编码重复，例如 {doubled[0]}",
            codes=doubled[:20],
        )


def division_paths(session: WriteSession, codes: list[str] | None = None) -> dict[str, list[str]]:
    """Return for every division, or for some, the codes from the root down to it."""
    rows = session.execute(
        text(
            "SELECT code, path FROM division"
            " WHERE CAST(:codes AS text[]) IS NULL OR code = ANY(:codes)"
        ),
        {"codes": codes},
    )
    return {row.code: row.path for row in rows}


def _require_known_divisions(grids: gpd.GeoDataFrame, divisions: dict[str, list[str]]) -> None:
    owners = zip(grids["code"], grids["division_code"], strict=True)
    unknown = [(code, owner) for code, owner in owners if owner not in divisions]
    if unknown:
        code, owner = unknown[0]
        raise Invalid(
            f"{len(unknown)} grids belong to divisions that are not loaded, for example grid"
            f" {code} to {owner}; import the divisions first",
            zh=f"有 {len(unknown)} 个网格的所属区划不存在，例如网格 {code} 属于"
            f" {owner}；请先导入行政区划",
            codes=[code for code, _ in unknown[:20]],
        )


def _require_codes_of_counties(grids: gpd.GeoDataFrame) -> None:
    """Raise unless codes begin with their county: what is filed takes its county from them."""
    owners = zip(grids["code"], grids["division_code"], strict=True)
    foreign = [(code, owner) for code, owner in owners if code[:6] != owner[:6]]
    if foreign:
        code, owner = foreign[0]
        raise Invalid(
            f"{len(foreign)} grid codes do not begin with the six digits of their county, for"
            f" example {code} of {owner}",
            zh=f"有 {len(foreign)} 个网格编码前 6 位与所属县级代码不符，例如 {code}"
            f"（所属区划 {owner}）",
            codes=[code for code, _ in foreign[:20]],
        )


def require_exclusive_rules(
    exclusive: gpd.GeoDataFrame, basic: gpd.GeoDataFrame, divisions: dict[str, list[str]]
) -> None:
    """Raise when exclusive grids overlap one another, or lie in more than one township.

    Parameters
    ----------
    exclusive, basic
        The two layers (CGCS2000 degrees, canonical).
    divisions
        Code → codes from the root down to it.

    Raises
    ------
    Invalid
        Names both grids, or the grid and the townships.
    """
    shapes = lattice_geometry(exclusive.geometry.to_numpy())
    codes = exclusive["code"].to_numpy()
    for one, other in overlapping_pairs(shapes, shapes):
        if one < other:
            raise Invalid(
                f"exclusive grids {codes[one]} and {codes[other]} overlap",
                zh=f"专属网格 {codes[one]} 与 {codes[other]} 重叠",
                codes=[codes[one], codes[other]],
            )
    _require_one_township(shapes, codes, basic, divisions)


def _require_one_township(
    shapes: Any, codes: Any, basic: gpd.GeoDataFrame, divisions: dict[str, list[str]]
) -> None:
    """Raise unless each exclusive grid lies wholly inside one township."""
    owners = [township_of(divisions[code]) for code in basic["division_code"]]
    townships, outlines = dissolve(basic.geometry.to_numpy(), np.array(owners, dtype=object))
    outlines = lattice_geometry(outlines)
    inside = set(shapely.STRtree(outlines).query(shapes, predicate="covered_by")[0])
    for index in sorted(set(range(len(codes))) - inside):
        touched = [townships[t] for s, t in overlapping_pairs(shapes, outlines) if s == index]
        raise Invalid(
            f"exclusive grid {codes[index]} does not lie inside one township (it overlaps"
            f" {', '.join(touched) or 'none'}); divide it, or end it at that border",
            zh=f"专属网格 {codes[index]} 未完全位于一个乡镇内"
            f"（涉及 {'、'.join(touched) or '无'}），请沿乡镇界拆分或裁剪",
            codes=[codes[index]],
        )


def require_apart(session: WriteSession, grids: gpd.GeoDataFrame) -> None:
    """Raise when counties overlap one another: a place would have two basic grids (promise 1).

    Parameters
    ----------
    session
        Knows the counties that are not published now.
    grids
        The grids to publish, which tile their counties.

    Raises
    ------
    Invalid
        Names both counties.
    """
    basic = grids[grids["kind"] != "exclusive"]
    owners = basic["division_code"].str[:6].to_numpy(dtype=object)
    counties, outlines = dissolve(basic.geometry.to_numpy(), owners)
    others = session.execute(
        text(
            "SELECT o.county_code, ST_AsBinary(o.geom) AS wkb FROM division_outline AS o"
            " WHERE o.division_code = rpad(o.county_code, 12, '0')"
            "   AND o.county_code <> ALL(:counties)"
            "   AND upper_inf(o.generations) AND upper_inf(o.valid)"
            # Cities and the province have outlines too, and no grids of their own.
            "   AND EXISTS (SELECT FROM grid AS g WHERE g.county_code = o.county_code)"
        ),
        {"counties": list(counties)},
    ).all()
    codes = [*counties, *(row.county_code for row in others)]
    stored = shapely.from_wkb(np.array([bytes(row.wkb) for row in others], dtype=object))
    shapes = lattice_geometry(np.concatenate([outlines, stored]))
    for one, other in overlapping_pairs(shapes[: len(counties)], shapes):
        if one < other:
            raise Invalid(
                f"the grids of the counties {codes[one]} and {codes[other]} overlap, so that"
                " places there would lie in both; let them share their border",
                zh=f"县（市、区）{codes[one]} 与 {codes[other]} 的网格互相重叠，"
                "请使两者共用同一条边界",
                counties=[codes[one], codes[other]],
            )


def overlapping_pairs(ones: Geometries, others: Geometries) -> NDArray[np.intp]:
    """Find the pairs of shapes whose interiors overlap.

    Parameters
    ----------
    ones, others
        Object arrays (n,) and (m,) of valid shapes in lattice units, where the verdict is exact.

    Returns
    -------
    ndarray of intp
        (k, 2): indices into ``ones`` and into ``others``.
    """
    if len(ones) == 0:
        return np.empty((0, 2), dtype=np.intp)
    pairs = shapely.STRtree(others).query(ones, predicate="intersects").T
    overlap = shapely.relate_pattern(ones[pairs[:, 0]], others[pairs[:, 1]], INTERIORS_OVERLAP)
    return np.asarray(pairs[overlap])


def township_of(path: list[str]) -> str:
    """Return the township of a division: the first on its path below the county.

    Parameters
    ----------
    path
        Codes from the root to the division.

    Returns
    -------
    str
        The division itself where nothing on its path lies below the county.
    """
    return next((code for code in path if len(significant(code)) > 6), path[-1])


def require_continuity(
    session: WriteSession,
    grids: gpd.GeoDataFrame,
    before: pd.DataFrame,
    effective_from: dt.date,
) -> None:
    """Raise when grids would contradict what was published before.

    Parameters
    ----------
    session
        Knows every code that was ever given.
    grids
        The grids to publish.
    before
        The current versions, indexed by code, with ``kind``.
    effective_from
        First day of the new boundaries.

    Raises
    ------
    Invalid
        The day lies before that of the current boundaries or after today; a retired code is
        given again; a code moves to the other layer.
    """
    _require_day(session, effective_from)
    require_kept_layers(grids, before)
    require_not_given_before(session, [code for code in grids["code"] if code not in before.index])


def require_kept_layers(grids: gpd.GeoDataFrame, before: pd.DataFrame) -> None:
    """Raise when a grid would move to the other layer.

    Parameters
    ----------
    grids
        The grids to publish.
    before
        The current versions, indexed by code, with ``kind``.

    Raises
    ------
    Invalid
        Names the grid.
    """
    was = dict(zip(before.index, before["kind"], strict=True))
    moved = [
        code
        for code, kind in zip(grids["code"], grids["kind"], strict=True)
        if code in was and (was[code] == "exclusive") != (kind == "exclusive")
    ]
    if moved:
        raise Invalid(
            f"grid {moved[0]} would move to the other layer (basic or exclusive);"
            " give it a new code",
            zh=f"网格 {moved[0]} 在基础网格与专属网格之间变更，请使用新的编码",
            codes=moved[:20],
        )


def require_not_given_before(session: WriteSession, codes: list[str]) -> None:
    """Raise when codes of new grids were given to others, which are retired.

    Parameters
    ----------
    session
        Knows every code that was ever given.
    codes
        Of the new grids.

    Raises
    ------
    Invalid
        Names them.
    """
    retired = session.scalars(
        text("SELECT DISTINCT code FROM grid_version WHERE code = ANY(:codes) ORDER BY code"),
        {"codes": codes},
    ).all()
    if retired:
        raise Invalid(
            f"{len(retired)} codes belong to retired grids, for example {retired[0]};"
            " a code is never given again",
            zh=f"有 {len(retired)} 个编码属于已撤销的网格，例如 {retired[0]}；编码不得重复使用",
            codes=list(retired[:20]),
        )


def _require_day(session: WriteSession, effective_from: dt.date) -> None:
    today = clock.today()
    if effective_from > today:
        raise Invalid(
            f"boundaries cannot take effect on a later day yet ({effective_from}, today is"
            f" {today}); import them on that day",
            zh=f"暂不支持未来生效的边界（{effective_from}，今天是 {today}），请在生效当日导入",
        )
    newest: dt.date | None = session.scalar(text("SELECT max(effective_from) FROM generation"))
    if newest is not None and effective_from < newest:
        raise Invalid(
            f"the current boundaries hold from {newest} on; new ones cannot hold from an earlier"
            f" day ({effective_from})",
            zh=f"现行边界自 {newest} 起生效，新边界的生效日期（{effective_from}）不能更早",
        )
