"""Party organisations of the demo, as many as the source counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.demo.allot import spread
from gis.demo.people.staff import nodes_over
from gis.profiles import Demo

COLUMNS = ["kind", "name", "division_code", "grid_code"]


def make_party_organisations(
    totals: Demo, divisions: pd.DataFrame, grids: pd.DataFrame, load: NDArray[np.float64]
) -> pd.DataFrame:
    """Give each organisation of the totals its place.

    Parameters
    ----------
    totals
        Number of organisations by kind, and over which nodes.
    divisions, grids
        The tree; columns as in `gis.demo.people.staff.nodes_over`.
    load
        Shape (len(grids),): how busy each grid is; the busiest get a second one.

    Returns
    -------
    DataFrame
        Columns kind, name, division_code, grid_code (None for those of a division).
    """
    parts = []
    for total in totals.party:
        nodes = nodes_over(total.over, divisions, grids, load)
        counts = spread(total.count, nodes.load)
        serial = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        several = np.repeat(counts > 1, counts)
        names = [
            f"{name}{f'第{n + 1}' if many else ''}{total.name_zh}"
            for name, n, many in zip(nodes.name.repeat(counts), serial, several, strict=True)
        ]
        parts.append(
            pd.DataFrame(
                {
                    "kind": total.kind,
                    "name": names,
                    "division_code": nodes.division_code.repeat(counts),
                    "grid_code": nodes.grid_code.repeat(counts),
                }
            )
        )
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in COLUMNS})
    made = pd.concat(parts, ignore_index=True)
    made["grid_code"] = made["grid_code"].astype(object)
    return made
