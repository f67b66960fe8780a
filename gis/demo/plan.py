"""The plan of a demo: which divisions and grids there are, before any of them has a shape."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.core.errors import BadProfile, Invalid
from gis.demo.allot import allot
from gis.demo.invented import Invented, invent_divisions
from gis.demo.land.layout import Region
from gis.demo.people.names import chinese_number
from gis.profiles import Demo, Profile

UNEVEN = 0.2
"""Spread (of the logarithm) of the number of grids of villages of one kind."""
COMMUNITY_AREA = 0.14
"""Area of a community grid relative to a rural one: towns are dense."""


def demo_of(profile: Profile) -> Demo:
    """Return the totals that a profile asks for.

    Parameters
    ----------
    profile
        The deployment.

    Returns
    -------
    Demo
        For fraction 1.

    Raises
    ------
    Invalid
        If the profile has none: it describes a deployment with data of its own.
    """
    if profile.demo is None:
        raise Invalid(
            f"profile {profile.name} has no [demo] table to generate data from; import data"
            " (docs/importing.md)",
            zh=f"配置 {profile.name} 没有 [demo] 表,无法生成示意数据;请导入数据(docs/importing.md)",
        )
    return profile.demo


def demo_totals(profile: Profile, fraction: float | None = None) -> Demo:
    """Give the totals for a fraction of a deployment.

    Parameters
    ----------
    profile
        The deployment.
    fraction
        Over 0 and at most 1; the profile's own where None.

    Returns
    -------
    Demo
        Scaled totals.

    Raises
    ------
    Invalid
        If the profile has no totals, or the fraction is out of range, or under 1 for a
        deployment with real divisions, of which all are made.
    """
    demo = demo_of(profile)
    wanted = demo.fraction if fraction is None else fraction
    if not 0 < wanted <= 1:
        raise Invalid(
            f"fraction must be over 0 and at most 1, not {wanted}",
            zh=f"fraction 必须大于 0 且不超过 1,不能是 {wanted}",
        )
    if wanted != 1 and profile.divisions is not None:
        raise Invalid(
            f"profile {profile.name} has real divisions and can only be made whole (fraction 1)",
            zh=f"配置 {profile.name} 使用真实区划,只能整体生成(fraction 为 1)",
        )
    return demo.scaled(wanted)


def plan_divisions(profile: Profile, fraction: float | None = None) -> pd.DataFrame:
    """Plan the tree of divisions: the real ones of the profile's list, or invented ones.

    Parameters
    ----------
    profile
        The deployment.
    fraction
        Share of the totals, for invented divisions only; the profile's own where None.

    Returns
    -------
    DataFrame
        Columns code (12 digits), name, level (slug), depth (0 at the root), parent_code (None
        at the root), is_admin and kind; depth first, parents before children. `kind` of a
        village is the kind of its basic grids: rural or community.

    Raises
    ------
    BadProfile
        If the list of divisions does not fit the profile.
    Invalid
        If the fraction is not possible.

    Notes
    -----
    Source: ``docs/sources.md`` (codes), ``data/boundaries/SOURCES.md`` (lists).
    """
    totals = demo_totals(profile, fraction)
    if profile.divisions is None:
        root = profile.root
        top = Invented(root.code, root.name, profile.levels[0].slug, "", profile.levels[0].slug)
        rng = np.random.default_rng([totals.seed, 1])
        rows = invent_divisions(top, totals.divisions, rng)
        listed = pd.DataFrame(rows, columns=list(Invented._fields))
    else:
        listed = _read_list(profile.divisions, profile)
    depths = {level.slug: depth for depth, level in enumerate(profile.levels)}
    admin = {level.slug: level.admin for level in profile.levels}
    divisions = pd.DataFrame(
        {
            "code": listed["code"],
            "name": listed["name"],
            "level": listed["level"],
            "depth": listed["level"].map(depths).astype("int64"),
            "parent_code": listed["parent"].astype(object).where(listed["parent"] != "", None),
            "is_admin": listed["level"].map(admin).astype("bool"),
            "kind": listed["kind"],
        }
    )
    _check_counts(profile, divisions, totals)
    return _depth_first(divisions)


def _read_list(path: Path, profile: Profile) -> pd.DataFrame:
    listed = pd.read_csv(path, dtype=str, keep_default_na=False)
    slugs = [level.slug for level in profile.levels[:-1]]
    for level in listed["level"].unique():
        if level not in slugs:
            raise _bad_list(path, f"level {level!r} is not one of {', '.join(slugs)}")
    if listed.loc[0, "code"] != profile.root.code:
        raise _bad_list(path, f"its first row is not the root {profile.root.code}")
    strangers = set(listed["parent"]) - set(listed["code"]) - {""}
    if strangers or listed["code"].duplicated().any():
        raise _bad_list(path, "codes must be unique and every parent must be listed")
    return listed


def _check_counts(profile: Profile, divisions: pd.DataFrame, totals: Demo) -> None:
    found = divisions["level"].value_counts()
    for slug, count in totals.divisions.items():
        if int(found.get(slug, 0)) != count:
            where = profile.divisions or "the plan"
            raise _bad_list(where, f"{found.get(slug, 0)} of level {slug}, demo says {count}")


def _bad_list(path: Path | str, reason: str) -> BadProfile:
    return BadProfile(
        f"{path}: demo.divisions: {reason}.",
        zh=f"区划清单有误:{path}:{reason}。",
        file=str(path),
        key="demo.divisions",
        reason=reason,
    )


def _depth_first(divisions: pd.DataFrame) -> pd.DataFrame:
    """Order depth first, siblings as listed."""
    children = _positions_by_parent(divisions)
    order: list[int] = []
    stack = [0]
    while stack:
        position = stack.pop()
        order.append(position)
        stack.extend(reversed(children.get(divisions["code"].iat[position], [])))
    return divisions.iloc[order].reset_index(drop=True)


def _positions_by_parent(divisions: pd.DataFrame) -> dict[str, list[int]]:
    children: dict[str, list[int]] = {}
    for position, parent in enumerate(divisions["parent_code"]):
        if isinstance(parent, str):
            children.setdefault(parent, []).append(position)
    return children


def plan_grids(
    profile: Profile, divisions: pd.DataFrame, fraction: float | None = None
) -> pd.DataFrame:
    """Plan the basic grids: how many each village has, exactly adding up to the totals.

    Parameters
    ----------
    profile
        The deployment.
    divisions
        As `plan_divisions` gives it.
    fraction
        As for `plan_divisions`.

    Returns
    -------
    DataFrame
        One row for each basic grid, columns division_code and kind, in the order of the leaves
        of `region_tree`. Codes and names come with `number_grids`, after the shapes.

    Raises
    ------
    Invalid
        If there are fewer grids of a kind than villages of that kind.
    """
    totals = demo_totals(profile, fraction)
    rng = np.random.default_rng([totals.seed, 2])
    villages = divisions[divisions["depth"] == len(profile.levels) - 2]
    counts = np.zeros(len(villages), dtype=np.int64)
    for kind in ("rural", "community"):
        of_kind = (villages["kind"] == kind).to_numpy()
        weights = np.exp(rng.normal(0, UNEVEN, int(of_kind.sum())))
        counts[of_kind] = allot(totals.grids.get(kind, 0), weights, minimum=1)
    return pd.DataFrame(
        {
            "division_code": villages["code"].to_numpy().repeat(counts),
            "kind": villages["kind"].to_numpy().repeat(counts),
        }
    )


def region_tree(divisions: pd.DataFrame, grids: pd.DataFrame) -> Region:
    """Nest divisions and basic grids as regions, ready to be given shapes.

    Parameters
    ----------
    divisions
        As `plan_divisions` gives it.
    grids
        As `plan_grids` gives it.

    Returns
    -------
    Region
        The root; its leaves, depth first, are the rows of `grids` in order.
    """
    children = _positions_by_parent(divisions)
    codes, kinds = divisions["code"].tolist(), divisions["kind"].tolist()
    counts = Counter(grids["division_code"].tolist())

    def nest(position: int) -> Region:
        code, kind = codes[position], kinds[position]
        urban = kind in ("community", "subdistrict")
        if code in counts:
            size = COMMUNITY_AREA if kind == "community" else 1.0
            parts = (Region(weight=size, urban=urban),) * counts[code]
        else:
            parts = tuple(nest(child) for child in children[code])
        return Region(parts, weight=sum(part.weight for part in parts), urban=urban)

    return nest(0)


def number_grids(
    profile: Profile,
    divisions: pd.DataFrame,
    grids: pd.DataFrame,
    points: NDArray[np.float64],
) -> pd.DataFrame:
    """Give the basic grids their codes and names, as one reads: W→E in rows, rows N→S.

    Parameters
    ----------
    profile
        The deployment; its lowest level gives the last word of the names.
    divisions
        As `plan_divisions` gives it.
    grids
        As `plan_grids` gives it.
    points
        Shape (n, 2): a point of each grid, lon and lat in degrees (SRID 4490).

    Returns
    -------
    DataFrame
        `grids` with the columns code (15 digits) and name, in the same order.

    Raises
    ------
    Invalid
        If a village has more than 899 basic grids (901 and up are exclusive ones).

    Notes
    -----
    Source: ``docs/sources.md``; serial order after Beijing DB11 and DB6101/T 3185-2024.
    """
    numbered = grids.assign(row=_rows_from_north(grids["division_code"], points[:, 1]))
    numbered["west"] = points[:, 0]
    order = numbered.sort_values(["division_code", "row", "west"], kind="stable").index
    serial = grids.loc[order].groupby("division_code", sort=False).cumcount().sort_index() + 1
    if int(serial.max()) >= 900:
        raise Invalid(f"a village has {serial.max()} basic grids; 899 can be numbered")
    names = dict(zip(divisions["code"], divisions["name"], strict=True))
    word = profile.grid_level.name_zh
    numerals = {n: chinese_number(n) for n in range(1, int(serial.max()) + 1)}
    named = [
        f"{names[code]}第{numerals[n]}{word}"
        for code, n in zip(grids["division_code"], serial, strict=True)
    ]
    codes = [f"{c}{n:03}" for c, n in zip(grids["division_code"], serial, strict=True)]
    return grids.assign(code=codes, name=named)


def _rows_from_north(village: pd.Series, lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cut each village into about as many rows as columns, counted from the north."""
    by_village = pd.Series(lat, index=village.index).groupby(village)
    top, bottom = by_village.transform("max"), by_village.transform("min")
    rows = np.maximum(np.rint(np.sqrt(by_village.transform("size"))), 1)
    height = ((top - bottom) / rows).replace(0.0, 1.0)
    row = np.floor((top.to_numpy() - lat) / height.to_numpy())
    return np.asarray(np.minimum(row, rows.to_numpy() - 1), dtype=np.int64)
