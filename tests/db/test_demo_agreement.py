"""Promise 1 on the whole of Minquan: in-process, PostGIS and shapely give one answer."""

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.core.lattice import lattice_geometry
from gis.core.locator import Layer
from gis.db.copying import copy_frame, point_ewkb
from gis.db.engine import make_engine
from gis.db.session import ReadSession, WriteSession
from gis.grids import load_locator

RANDOM_POINTS = 200_000
EVERY = 50

# The set-based form of locate_grid: same tie rule, the lattice polygons made once.
POSTGIS_ANSWER = """
    WITH grids AS MATERIALIZED (
        SELECT code, grid_id, geom, lattice(geom) AS exact
          FROM grid_version
         WHERE (kind = 'exclusive') = :exclusive AND upper_inf(generations) AND upper_inf(valid)
    )
    SELECT DISTINCT ON (p.n) p.n, g.grid_id
      FROM probe AS p JOIN grids AS g
        ON g.geom && p.geom AND ST_Covers(g.exact, lattice(p.geom))
     ORDER BY p.n, g.code COLLATE "C"
"""


def probes(layer: Layer, rng: np.random.Generator) -> np.ndarray:
    """Random points in and around the county, vertices, and midpoints of edges (lattice units)."""
    vertices = np.rint(shapely.get_coordinates(layer.polygons) * 1e7).astype(np.int64)
    low, high = vertices.min(axis=0) - 50_000, vertices.max(axis=0) + 50_000
    some = vertices[::EVERY]
    middles = (vertices[:-1:EVERY] + vertices[1::EVERY]) // 2
    return np.concatenate([rng.integers(low, high, (RANDOM_POINTS, 2)), some, middles])


def shapely_answer(layer: Layer, points: np.ndarray) -> np.ndarray:
    """The lowest code of all grids that cover a point, on integer coordinates; -1 for none."""
    tree = shapely.STRtree(lattice_geometry(layer.polygons))
    point, grid = tree.query(shapely.points(points.astype(float)), predicate="covered_by")
    rank = np.argsort(np.argsort(np.array(layer.codes)))
    best = pd.Series(rank[grid]).groupby(point).min()
    answer = np.full(len(points), -1)
    answer[best.index] = np.argsort(np.array(layer.codes))[best.to_numpy()]
    return answer


@pytest.mark.xdist_group("minquan")
@pytest.mark.timeout(600)
def test_three_ways_to_locate_agree_everywhere(demo_url) -> None:
    engine = make_engine(demo_url("minquan"), statement_timeout_s=0)
    rng = np.random.default_rng(20261121)
    with Session(engine) as session:
        locator = load_locator(ReadSession(session))
        points = probes(locator.basic, rng)
        located = locator.locate(points[:, 0] / 1e7, points[:, 1] / 1e7)
        session.execute(text("CREATE TEMPORARY TABLE probe (n int, geom geometry(Point, 4490))"))
        copy_frame(
            WriteSession(session),
            "probe",
            pd.DataFrame(
                {
                    "n": np.arange(len(points)),
                    "geom": point_ewkb(points[:, 0] / 1e7, points[:, 1] / 1e7),
                }
            ),
        )
        session.execute(text("CREATE INDEX ON probe USING gist (geom)"))
        session.execute(text("ANALYZE probe"))
        for layer, ours in (
            (locator.basic, located.basic),
            (locator.exclusive, located.exclusive),
        ):
            assert (ours == shapely_answer(layer, points)).all()
            rows = session.execute(
                text(POSTGIS_ANSWER), {"exclusive": layer is locator.exclusive}
            ).all()
            theirs = np.zeros(len(points), dtype=np.int64)
            theirs[[row.n for row in rows]] = [row.grid_id for row in rows]
            ours_ids = np.append(layer.grid_ids, 0)[ours]
            assert (ours_ids == theirs).all()
        assert (located.basic >= 0).mean() > 0.3  # the probes do hit the county
        assert (located.exclusive >= 0).sum() > 100
    engine.dispose()
