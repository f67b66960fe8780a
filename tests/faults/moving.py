"""Boundaries of the small county that change a little from publication to publication."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy.exc import DBAPIError

from gis.boundaries import publish_import
from gis.core import clock
from gis.core.errors import Unavailable
from gis.db.engine import make_engine
from gis.db.session import write_session
from tests import factories

#: How far a corner may move, in lattice units; grids are a hundred thousand wide.
REACH = 8_000
PAUSE_S = 0.4


def moved_grids(rng: random.Random) -> gpd.GeoDataFrame:
    """Return the grids of the small county with every inner corner moved, and new names."""
    grids = factories.grids()
    shifts: dict[tuple[int, int], tuple[int, int]] = {}
    edges = (
        {factories.WEST, factories.WEST + 4 * factories.STEP},
        {factories.SOUTH, factories.SOUTH + 3 * factories.STEP},
    )

    def moved(degrees: np.ndarray) -> np.ndarray:
        corners = np.rint(degrees * 1e7).astype(np.int64)
        for index, (x, y) in enumerate(corners.tolist()):
            if x in edges[0] or y in edges[1]:
                continue  # the outer border stays
            dx, dy = shifts.setdefault(
                (x, y), (rng.randint(-REACH, REACH), rng.randint(-REACH, REACH))
            )
            corners[index] += (dx, dy)
        return corners / 1e7

    basic = grids["kind"] != "exclusive"
    shapes = grids.geometry.to_numpy().copy()
    shapes[basic] = shapely.transform(shapes[basic], moved)
    mark = rng.randrange(10_000)
    return grids.assign(name=[f"{name}{mark}" for name in grids["name"]]).set_geometry(
        shapes, crs="EPSG:4490"
    )


def publish_for_ever(url: str, seed: int, tell: Callable[..., None]) -> None:
    """Publish one set of boundaries after the other, and tell of each when it is committed."""
    rng = random.Random(seed)  # noqa: S311
    engine = make_engine(url, statement_timeout_s=60)
    for number in itertools.count():
        grids = moved_grids(rng)
        note = f"{seed}/{number}"
        tell(publishing=note)
        done: dict[str, Any] = {"published": None}
        try:
            with write_session(engine) as session:
                publication = publish_import(
                    session, grids, effective_from=clock.today(), note=note
                )
            done = {"published": publication.generation, "note": note}
        except (DBAPIError, Unavailable):
            done["failed"] = True
        except Exception as error:  # noqa: BLE001 - told to the test, which fails
            done["wrong"] = repr(error)
        tell(**done)
        time.sleep(rng.random() * PAUSE_S)
