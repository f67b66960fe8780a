"""Vertices that a draft adds to a neighbour (``node_only``), put into what the neighbour is now.

Two drafts of neighbouring grids both add vertices to the grid between them. That is no conflict:
whichever is published second adds its own to what the first one left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import shapely

from gis.boundaries.publishing.draft import GIVEN, Working
from gis.core.chain import chain_residual
from gis.core.editing.borders import geometry_of, multi, redrawn, segments_in, shape_of
from gis.core.editing.mending import missing_nodes


def renoded(working: Working, stale: list[str]) -> Working:
    """Put a draft's added vertices into the current versions of grids.

    Parameters
    ----------
    working
        The draft.
    stale
        Codes of grids that it was not drawn on as they are now.

    Returns
    -------
    Working
        With those of them that it changes by vertices only drawn anew, and based on what holds
        now. Whether it then still tiles is for the chain test to say.
    """
    codes = [
        code
        for code in stale
        if working.actions[code] == "node_only" and code in working.before.index
    ]
    if not codes:
        return working
    after, based_on = working.after.copy(), dict(working.based_on)
    row_of = {code: row for row, code in zip(after.index, after["code"], strict=True)}
    for code in codes:
        now = working.before.loc[code]
        after.at[row_of[code], "geometry"] = multi(shapely.from_wkb(bytes(now["wkb"])))
        for name in GIVEN:
            after.at[row_of[code], name] = now[name]
        based_on[code] = int(now["grid_version_id"])
    old = shapely.from_wkb([bytes(wkb) for wkb in _basic(working.before)["wkb"]])
    new = _basic(after).geometry.to_numpy()
    residual = chain_residual(shapely.orient_polygons(new), outline=old)
    for code in codes:
        shape = shape_of(after.at[row_of[code], "geometry"])
        nodes = missing_nodes(residual, segments_in(shape))
        after.at[row_of[code], "geometry"] = geometry_of(redrawn(shape, {}, nodes))
    return replace(working, after=after, based_on=based_on)


def _basic(rows: Any) -> Any:
    return rows[rows["kind"] != "exclusive"]
