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
    kept = around[~around.index.isin(working.codes)].reset_index()
    columns = list(working.after.columns)
    shapes = shapely.from_wkb([bytes(wkb) for wkb in kept["wkb"]])
    untouched = kept[[name for name in columns if name != "geometry"]]
    untouched = untouched.assign(geometry=np.asarray(shapes, dtype=object))
    both = pd.concat([untouched, working.after], ignore_index=True)
    return both.sort_values("code", kind="stable", ignore_index=True)


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
    basic, exclusive = (
        _layer(after[(after["kind"] == "exclusive") == is_exclusive], ids)
        for is_exclusive in (False, True)
    )
    return Locator.build(basic, exclusive, generation, threads=1)


def _layer(rows: pd.DataFrame, ids: dict[str, int]) -> Layer:
    codes: list[Any] = list(rows["code"])
    return Layer(
        codes=codes,
        grid_ids=np.array([ids[code] for code in codes], dtype=np.int64),
        polygons=rows.geometry.to_numpy(),
    )
