"""Other libraries that find the polygons of points. Those that are not there are left out."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from gis.db.cluster import Cluster

NAMES = ("SedonaDB", "DuckDB spatial", "shapely STRtree", "geopandas.sjoin", "PostGIS")
# So many of the points that each takes a second or more.
SHARE = {"SedonaDB": 1_000_000, "DuckDB spatial": 1_000_000, "PostGIS": 50_000}
FEWER = 300_000

Floats = NDArray[np.float64]
Prepared = dict[str, tuple[Callable[[], object], int]]


def missing() -> dict[str, str]:
    """Say which are not there, and why."""
    why = {}
    if importlib.util.find_spec("sedonadb") is None:
        why["SedonaDB"] = "not installed"
    if importlib.util.find_spec("duckdb") is None:
        why["DuckDB spatial"] = "not installed"
    elif _duckdb() is None:
        why["DuckDB spatial"] = "its extension spatial is not here and cannot be fetched"
    return why


def _duckdb() -> Any:
    """Open DuckDB with its spatial extension; None if that is not to be had."""
    import duckdb  # noqa: PLC0415  an optional peer

    connection = duckdb.connect()
    # The package duckdb-ext-spatial brings the extension, where its own server is out of reach.
    packaged = importlib.util.find_spec("duckdb_ext")
    folders = list(packaged.submodule_search_locations or []) if packaged else []
    files = [str(path) for f in folders for path in Path(f).rglob("spatial.duckdb_extension")]
    for name in ["spatial", *(f"'{file}'" for file in files)]:
        try:
            connection.execute(f"LOAD {name}")
        except duckdb.Error:
            continue
        return connection
    return None


class Rivals:
    """The peers with an index of some grids.

    Parameters
    ----------
    grids
        Polygons (n,), degrees.
    """

    def __init__(self, grids: NDArray[Any]) -> None:
        self._grids = grids
        self._absent = missing()

    def __enter__(self) -> Self:
        self._frame = gpd.GeoDataFrame({"grid": np.arange(len(self._grids))}, geometry=self._grids)
        self._tree = shapely.STRtree(self._grids)
        self._folder = tempfile.TemporaryDirectory(prefix="gridmap-bench-")
        self._cluster = Cluster(Path(self._folder.name))
        self._cluster.__enter__()
        self._cluster.create_database("bench")
        self._engine = _engine(self._cluster.url("bench"), self._grids)
        if "SedonaDB" not in self._absent:
            import sedonadb  # noqa: PLC0415  an optional peer

            self._sedona = sedonadb.connect()
            self._sedona.create_data_frame(self._frame).to_memtable().to_view("grids")
        if "DuckDB spatial" not in self._absent:
            self._duck = _duckdb()
            self._duck.register("wkb", pa.table({"wkb": shapely.to_wkb(self._grids)}))
            self._duck.execute(
                "CREATE TABLE grids AS SELECT row_number() OVER () - 1 AS grid,"
                " ST_GeomFromWKB(wkb) AS geometry FROM wkb"
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.dispose()
        self._cluster.destroy()
        self._folder.cleanup()

    def prepare(self, lon: Floats, lat: Floats) -> Prepared:
        """Hand the points over; return for each peer what to measure, and for how many points."""
        count = max(SHARE.values())
        points = shapely.points(lon[:count], lat[:count])
        frame = gpd.GeoDataFrame({"n": np.arange(len(points))}, geometry=points)
        few, few_points = frame.iloc[:FEWER], points[:FEWER]
        prepared: Prepared = {
            "shapely STRtree": (
                lambda: self._tree.query(few_points, predicate="intersects"),
                len(few_points),
            ),
            "geopandas.sjoin": (
                lambda: gpd.sjoin(few, self._frame, predicate="intersects"),
                len(few),
            ),
            "PostGIS": (self._in_postgis(lon, lat), min(SHARE["PostGIS"], len(lon))),
        }
        if "SedonaDB" not in self._absent:
            self._sedona.create_data_frame(frame).to_memtable().to_view("points", overwrite=True)
            prepared["SedonaDB"] = (self._in_sedona, len(frame))
        if "DuckDB spatial" not in self._absent:
            self._duck.execute("DROP TABLE IF EXISTS points")
            self._duck.register("xy", pa.table({"x": lon[:count], "y": lat[:count]}))
            self._duck.execute("CREATE TABLE points AS SELECT ST_Point(x, y) AS geometry FROM xy")
            prepared["DuckDB spatial"] = (self._in_duck, len(frame))
        return prepared

    def _in_sedona(self) -> object:
        answer = self._sedona.sql(
            "SELECT p.n, g.grid FROM points AS p JOIN grids AS g"
            " ON ST_Intersects(g.geometry, p.geometry)"
        )
        return pa.RecordBatchReader.from_stream(answer).read_all()

    def _in_duck(self) -> object:
        return self._duck.execute(
            "SELECT p.rowid, g.grid FROM points AS p JOIN grids AS g"
            " ON ST_Intersects(g.geometry, p.geometry)"
        ).fetchnumpy()

    def _in_postgis(self, lon: Floats, lat: Floats) -> Callable[[], object]:
        count = SHARE["PostGIS"]
        self._run("DROP TABLE IF EXISTS point")
        self._run(
            "CREATE TABLE point AS SELECT n, ST_Point(x, y) AS geom"
            " FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS t(x, y, n)",
            (lon[:count].tolist(), lat[:count].tolist()),
        )
        self._run("ANALYZE point")
        question = (
            "SELECT count(g.grid) FROM point AS p JOIN grid AS g ON ST_Intersects(g.geom, p.geom)"
        )
        return lambda: self._run(question)

    def _run(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute(statement, values)
            connection.commit()
        finally:
            connection.close()


def _engine(url: str, grids: NDArray[Any]) -> Any:
    """Make a database with the grids in it."""
    from gis.db.engine import make_engine  # noqa: PLC0415

    engine = make_engine(url, statement_timeout_s=0)
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("CREATE EXTENSION postgis; CREATE TABLE grid (grid int, geom geometry)")
        for first in range(0, len(grids), 2000):
            hexes = shapely.to_wkb(grids[first : first + 2000], hex=True).tolist()
            cursor.execute(
                "INSERT INTO grid SELECT n + %s, h::geometry"
                " FROM unnest(%s::text[]) WITH ORDINALITY AS t(h, n)",
                (first, hexes),
            )
        cursor.execute("CREATE INDEX ON grid USING gist (geom)")
        connection.commit()
        cursor.execute("ANALYZE grid")
        connection.commit()
    finally:
        connection.close()
    return engine
