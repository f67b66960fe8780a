"""Outlines of the divisions whose border a change moves, and of no other."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import text

from gis.boundaries.publishing.draft import Working
from gis.boundaries.publishing.gates import basic_states
from gis.boundaries.versions import OPEN, Moment, write_outlines
from gis.core.chain import chain_residual
from gis.core.dissolve import dissolve
from gis.core.errors import Conflict
from gis.core.geodesy import area_m2
from gis.db.session import WriteSession
from gis.db.sql import read_sql


def moved_divisions(working: Working, paths: dict[str, list[str]]) -> list[str]:
    """Find the divisions whose outline is not the same to the last vertex.

    Parameters
    ----------
    working
        The change.
    paths
        Division code → codes from the root down to it.

    Returns
    -------
    list of str
        Codes, those further down first.
    """
    old: dict[str, list[Any]] = defaultdict(list)
    new: dict[str, list[Any]] = defaultdict(list)
    for states, side in zip(basic_states(working), (old, new), strict=True):
        for state in states:
            for code in paths[state.division_code]:
                side[code].append(state.geometry)
    moved = [
        code
        for code in {*old, *new}
        if len(chain_residual(new[code], outline=np.array(old[code], dtype=object)))
    ]
    depths = _depths(paths)
    return sorted(moved, key=lambda code: (-depths[code], code))


def require_no_later_outline(session: WriteSession, codes: list[str], day: dt.date) -> None:
    """Raise when an outline that moves holds only from a day after the effective one.

    Raises
    ------
    Conflict
        Names the divisions.
    """
    later = session.scalars(
        text(
            f"SELECT division_code FROM division_outline WHERE {OPEN}"  # noqa: S608
            " AND division_code = ANY(:codes) AND lower(valid) > :day ORDER BY division_code"
        ),
        {"codes": codes, "day": day},
    ).all()
    if later:
        raise Conflict(
            f"The outlines of {', '.join(later)} hold only from a later day than"
            f" {day}; choose a later effective day",
            zh=f"{'、'.join(later)} 的现行界线自 {day} 之后才生效，请选择更晚的生效日期",
            divisions=list(later),
        )


def rewrite_outlines(
    session: WriteSession, codes: list[str], paths: dict[str, list[str]], moment: Moment
) -> None:
    """Write the outlines of some divisions anew, from the divisions and grids right below them.

    Parameters
    ----------
    session
        The open transaction, in which the grids are written already.
    codes
        As `moved_divisions` gave them.
    paths
        Division code → codes from the root down to it.
    moment
        Generation and effective day.
    """
    depths = _depths(paths)
    # Level by level: the upper ones are made of the lower ones.
    for _, level in groupby(codes, key=depths.__getitem__):
        written = list(level)
        parts = session.execute(
            text(read_sql(__file__, "parts_of_divisions")), {"codes": written}
        ).all()
        shapes = shapely.from_wkb([bytes(part.wkb) for part in parts])
        owners = np.array([part.code for part in parts], dtype=object)
        # A division that holds no grid any more gets none.
        found, outlines = dissolve(shapes, owners)
        frame = pd.DataFrame({"division_code": found, "geometry": outlines})
        frame["area_m2"] = area_m2(outlines)
        write_outlines(session, frame, moment, codes=written, counties=[])


def _depths(paths: dict[str, list[str]]) -> dict[str, int]:
    return {code: depth for path in paths.values() for depth, code in enumerate(path)}
