"""The boundaries around a change: as much as its derived columns and its filing depend on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import text

from gis.boundaries.publishing.draft import Working
from gis.boundaries.versions import versions_frame
from gis.core.layer import Layer
from gis.core.locator import Locator
from gis.db.session import WriteSession
from gis.db.sql import read_sql
from gis.grids import file_positions


def surroundings(session: WriteSession, working: Working) -> pd.DataFrame:
    """Read what touches the changed grids, and what touches that.

    Parameters
    ----------
    session
        Reads, before the change is written.
    working
        The change.

    Returns
    -------
    pandas.DataFrame
        Versions that hold now, indexed by code; of every grid near the change all neighbours are
        among them.
    """
    old = [bytes(wkb) for wkb in working.before["wkb"]]
    shapes = [*shapely.from_wkb(old), *working.after.geometry]
    boxes = np.asarray(shapely.bounds(np.array(shapes, dtype=object))).reshape(-1, 4)
    sides = zip(("west", "south", "east", "north"), boxes.T.tolist(), strict=True)
    rows = session.execute(text(read_sql(__file__, "surroundings")), dict(sides))
    return versions_frame(rows).sort_index()


def boundaries_after(around: pd.DataFrame, working: Working) -> pd.DataFrame:
    """Return the boundaries around a change as they will be.

    Parameters
    ----------
    around
        As `surroundings` gave them.
    working
        The change.

    Returns
    -------
    pandas.DataFrame
        Columns as `Working.after`, by code.
    """
    touched = set(working.codes)
    kept = [number for number, code in enumerate(around.index) if code not in touched]
    both = {name: _column(around, name, kept) + list(working.after[name]) for name in working.after}
    order = sorted(range(len(both["code"])), key=both["code"].__getitem__)
    columns = {name: [values[number] for number in order] for name, values in both.items()}
    return pd.DataFrame(columns, dtype=object)


def _column(around: pd.DataFrame, name: str, rows: list[int]) -> list[Any]:
    """Return what some versions have in a column, as `Working.after` names it."""
    if name == "code":
        return [around.index[row] for row in rows]
    values = around["wkb" if name == "geometry" else name].tolist()
    picked = [values[row] for row in rows]
    if name != "geometry":
        return picked
    return list(shapely.from_wkb([bytes(wkb) for wkb in picked]))


def small_locator(after: pd.DataFrame, ids: dict[str, int], generation: int) -> Locator:
    """Build the locator of the boundaries around a change: exact within the changed grids.

    Parameters
    ----------
    after
        As `boundaries_after` gave them.
    ids
        Code → grid id.
    generation
        The new one.

    Returns
    -------
    Locator
    """
    grids = list(zip(after["code"], after["kind"], after["geometry"], strict=True))
    basic, exclusive = (
        _layer([(c, g) for c, kind, g in grids if (kind == "exclusive") == is_exclusive], ids)
        for is_exclusive in (False, True)
    )
    return Locator.build(basic, exclusive, generation, threads=1)


def load_code() -> None:
    """Load the machine code that a publication needs; the first one would wait a second for it."""
    square = shapely.multipolygons([shapely.box(0.0, 0.0, 0.001, 0.001)])
    grids = pd.DataFrame({"code": ["0"], "kind": ["rural"], "geometry": [square]}, dtype=object)
    file_positions(small_locator(grids, {"0": 1}, 0), np.array([0.0005]), np.array([0.0005]))


def _layer(grids: list[tuple[str, Any]], ids: dict[str, int]) -> Layer:
    polygons = np.empty(len(grids), dtype=object)
    polygons[:] = [polygon for _, polygon in grids]
    return Layer(
        codes=[code for code, _ in grids],
        grid_ids=np.array([ids[code] for code, _ in grids], dtype=np.int64),
        polygons=polygons,
    )
