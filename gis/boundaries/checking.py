"""Prove on a database what gridmap promises: tiling, nesting, filing, heads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.boundaries.checking_queries import (
    Filed,
    count_heads,
    count_history,
    count_points,
    has_staff,
    list_broken_history,
    list_current_grids,
    list_divisions_of,
    list_misfiled,
    list_outlines,
    stream_points,
)
from gis.boundaries.defects import exclusive_overlaps
from gis.boundaries.rules import overlapping_pairs, township_of
from gis.core.coverage import Defect, tiling_defects
from gis.core.errors import NotFound
from gis.core.lattice import lattice_geometry
from gis.core.locator import Locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.divisions.deployment import get_deployment
from gis.divisions.shapes import significant
from gis.grids import load_locator, resolve_snapshot
from gis.profiles import Profile
from gis.tabular import Progress, silent


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as promised.

    Attributes
    ----------
    subject
        Grid code, household number, …
    geometry
        Where, in degrees; None where it is nowhere.
    detail, detail_zh
        What is wrong.
    """

    subject: str
    geometry: Any
    detail: str
    detail_zh: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found.

    Attributes
    ----------
    slug, zh, en
        The rule.
    examined
        How many things were looked at; 0 where there is nothing to look at.
    faults
        What is wrong.
    """

    slug: str
    zh: str
    en: str
    examined: int
    faults: list[Fault]


@dataclass(frozen=True, slots=True)
class _Case:
    session: ReadSession
    profile: Profile
    snapshot: Snapshot
    code: str | None
    all_grids: pd.DataFrame
    grids: pd.DataFrame
    locator: Locator


def check_database(
    session: ReadSession,
    profile: Profile,
    *,
    division: str | None = None,
    progress: Progress = silent,
) -> list[Finding]:
    """Check the current boundaries and everything that is filed under them.

    Parameters
    ----------
    session
        Reads.
    profile
        Of the deployment: its head rules.
    division
        Only what lies in this division (12 digits).
    progress
        Told which rule is at work.

    Returns
    -------
    list of Finding
        One for each rule.

    Raises
    ------
    NotFound
        Nothing is published, or there is no such division.
    """
    snapshot = resolve_snapshot(session)
    grids = list_current_grids(session, snapshot)
    if division is not None and list_divisions_of(session, division).empty:
        raise NotFound(f"there is no division {division}", zh=f"没有区划 {division}")
    inside = [division is None or division in path for path in grids["path"]]
    case = _Case(
        session=session,
        profile=profile,
        snapshot=snapshot,
        code=division,
        all_grids=grids,
        grids=grids[np.array(inside, dtype=bool)].reset_index(drop=True),
        locator=load_locator(session, snapshot.generation, snapshot.day),
    )
    findings = []
    for number, rule in enumerate(_RULES):
        progress("检查数据库", "checking the database", number / len(_RULES))
        findings.append(rule(case))
    return findings


def _tiling(case: _Case) -> Finding:
    basic = _basic(case.grids)
    faults: list[Fault] = []
    if case.code is None:
        for _, county in basic.groupby("county_code"):
            faults += _as_faults(tiling_defects(_shapes(county), list(county["code"])))
    return Finding("tiling", "基础网格无缝拼接", "basic grids tile exactly", len(basic), faults)


def _outlines(case: _Case) -> Finding:
    outlines = list_outlines(case.session, case.snapshot)
    basic = _basic(case.grids)
    paths = basic["path"].to_numpy(dtype=object)
    members: dict[str, list[int]] = {}
    for index, path in enumerate(paths):
        for code in path:
            members.setdefault(code, []).append(index)
    wanted = set(list_divisions_of(case.session, case.code)["code"])
    faults = []
    for code in sorted(wanted & set(members)):
        part = basic.iloc[members[code]]
        if code not in outlines:
            faults.append(_fault(code, None, "has grids but no outline", "有网格但没有轮廓"))
            continue
        found = tiling_defects(_shapes(part), list(part["code"]), outline=outlines[code])
        faults += _as_faults(found, prefix=code)
    return Finding(
        "outlines",
        "区划轮廓等于其网格之和",
        "outlines are the exact unions of their grids",
        len(wanted & set(members)),
        faults,
    )


def _nesting(case: _Case) -> Finding:
    root = significant(get_deployment(case.session).root_code)
    faults = [
        _fault(
            row.code,
            row.shape,
            f"belongs to {row.division_code}, outside its county or the deployment",
            f"所属区划 {row.division_code} 不在本县或本部署内",
        )
        for row in case.grids.itertuples()
        if row.county_code != row.division_county or significant(row.path[0]) != root
    ]
    return Finding(
        "nesting", "网格归属区划", "every grid is in its division", len(case.grids), faults
    )


def _exclusive(case: _Case) -> Finding:
    rows = case.grids[case.grids["kind"] == "exclusive"]
    faults = _as_faults(exclusive_overlaps(_shapes(rows), list(rows["code"])))
    basic = _basic(case.all_grids)
    owners = [township_of(path) for path in basic["path"]]
    outlines = list_outlines(case.session, case.snapshot)
    shapes = lattice_geometry(_shapes(rows))
    over: dict[int, set[str]] = defaultdict(set)
    for index, below in overlapping_pairs(shapes, lattice_geometry(_shapes(basic))).tolist():
        over[index].add(owners[below])
    for index, row in enumerate(rows.itertuples()):
        townships = sorted(over[index])
        if len(townships) > 1:
            shown = ", ".join(townships)
            faults.append(
                _fault(row.code, row.shape, f"crosses townships {shown}", f"跨越乡镇界：{shown}")
            )
        elif not townships or not _covers(outlines.get(townships[0]), shapes[index]):
            faults.append(_fault(row.code, row.shape, "lies partly outside", "部分位于辖区之外"))
    return Finding(
        "exclusive",
        "专属网格在一个乡镇内且互不重叠",
        "exclusive grids lie in one township each and do not overlap",
        len(rows),
        faults,
    )


def _covers(outline: Any, lattice_shape: Any) -> bool:
    return outline is not None and bool(
        shapely.covers(lattice_geometry([outline])[0], lattice_shape)
    )


def _filed_in_process(filed: Filed, zh: str, en: str) -> Callable[[_Case], Finding]:
    def rule(case: _Case) -> Finding:
        examined = 0
        faults: list[Fault] = []
        inside = None if case.code is None else set(case.grids["grid_id"].tolist())
        for points in stream_points(case.session, filed):
            located = case.locator.locate(points["lon"].to_numpy(), points["lat"].to_numpy())
            expected = pd.DataFrame(
                {"basic": located.basic_ids, "exclusive": located.exclusive_ids}
            )
            stored = points[["basic", "exclusive"]].fillna(-1).astype("int64")
            looked_at = np.ones(len(points), dtype=bool)
            if inside is not None:
                either = stored["basic"].isin(inside) | expected["basic"].isin(inside)
                looked_at = either.to_numpy(dtype=bool)
            examined += int(looked_at.sum())
            wrong = looked_at & (stored != expected).any(axis=1).to_numpy(dtype=bool)
            faults += [
                _misfiled(row.label, row.lon, row.lat, zh, en) for row in points[wrong].itertuples()
            ]
        return Finding(
            f"{filed}s_in_process",
            f"{zh}归格与内存定位一致",
            f"{en} are filed where the in-process locator says",
            examined,
            faults,
        )

    return rule


def _filed_in_postgis(filed: Filed, zh: str, en: str) -> Callable[[_Case], Finding]:
    def rule(case: _Case) -> Finding:
        grid_ids = None if case.code is None else [int(n) for n in case.grids["grid_id"]]
        rows = list_misfiled(case.session, filed, case.snapshot, grid_ids)
        return Finding(
            f"{filed}s_in_postgis",
            f"{zh}归格与 PostGIS 一致",
            f"{en} are filed where PostGIS says",
            count_points(case.session, filed, grid_ids),
            [_misfiled(row.label, row.lon, row.lat, zh, en) for row in rows],
        )

    return rule


def _misfiled(label: str, lon: float, lat: float, zh: str, en: str) -> Fault:
    at = f"{lon:.7f}, {lat:.7f}"
    return Fault(
        label,
        shapely.Point(lon, lat),
        f"{label} ({en}) at {at} is filed into another grid than the one over it",
        f"{zh} {label}（{at}）所归网格与其位置不符",
    )


_BROKEN = {
    "lineage": ("has lineage whose shares do not add up to 1", "沿革份额之和不为 1"),
    "filing": ("is not filed where the crosswalk says", "归格与归属对照不符"),
    "generation": ("does not hold the boundaries that were published", "版内网格与发布时不符"),
}


def _history(case: _Case) -> Finding:
    """Compare the history with what is; of the whole, whichever division was asked for."""
    faults = []
    for row in list_broken_history(case.session):
        said = _BROKEN.get(row.kind, _BROKEN["filing"])
        ending, ending_zh = f" (generation {row.generation})", f"（第 {row.generation} 版）"
        faults.append(_fault(row.subject, None, said[0] + ending, said[1] + ending_zh))
    return Finding(
        "history",
        "沿革、归属对照与各版网格一致",
        "lineage, crosswalk and past generations are as they were published",
        count_history(case.session),
        faults,
    )


def _heads(case: _Case) -> Finding:
    zh, en = "网格长配备符合规则", "heads follow the rules of the profile"
    if not has_staff(case.session):
        return Finding("heads", f"{zh}（未导入人员）", f"{en} (no staff loaded)", 0, [])
    heads = count_heads(case.session, case.snapshot.day)
    of_grid = heads.dropna(subset="grid_id").groupby("grid_id")["heads"].sum().to_dict()
    of_division = heads[heads["grid_id"].isna()].set_index("division_code")["heads"].to_dict()
    faults = list(_heads_of_grids(case, of_grid))
    divisions = list_divisions_of(case.session, case.code)
    for row in divisions.itertuples():
        wanted = case.profile.heads.levels.get(row.level, 0)
        found = int(of_division.get(row.code, 0))
        if wanted and found != wanted:
            faults.append(_heads_fault(row.code, None, found, wanted))
    return Finding("heads", zh, en, len(case.grids) + len(divisions), faults)


def _heads_of_grids(case: _Case, of_grid: dict[int, int]) -> Iterator[Fault]:
    for row in case.grids.itertuples():
        wanted = case.profile.heads.kinds.get(row.kind, 0)
        found = int(of_grid.get(row.grid_id, 0))
        if wanted and found != wanted:
            yield _heads_fault(row.code, row.shape, found, wanted)


def _heads_fault(subject: str, geometry: Any, found: int, wanted: int) -> Fault:
    return _fault(
        subject,
        geometry,
        f"has {found} heads, the rule asks for {wanted}",
        f"有网格长 {found} 名，应为 {wanted} 名",
    )


def _fault(subject: str, geometry: Any, detail: str, detail_zh: str) -> Fault:
    return Fault(subject, geometry, f"{subject} {detail}", f"{subject} {detail_zh}")


def _as_faults(defects: list[Defect], prefix: str = "") -> list[Fault]:
    return [Fault(prefix or ",".join(d.codes), d.geometry, d.detail, d.detail_zh) for d in defects]


def _basic(grids: pd.DataFrame) -> pd.DataFrame:
    return grids[grids["kind"] != "exclusive"]


def _shapes(grids: pd.DataFrame) -> Any:
    return grids["shape"].to_numpy(dtype=object)


_RULES: tuple[Callable[[_Case], Finding], ...] = (
    _tiling,
    _outlines,
    _nesting,
    _exclusive,
    _filed_in_process("household", "住户", "households"),
    _filed_in_postgis("household", "住户", "households"),
    _filed_in_process("event", "事件", "events"),
    _filed_in_postgis("event", "事件", "events"),
    _history,
    _heads,
)
