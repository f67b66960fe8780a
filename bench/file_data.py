"""Files to measure with: invented positions, households and events of the schematic county."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gis.batch import Kit

#: Rows of a Parquet file that are made at a time.
_CHUNK = 1_000_000
_STREETS = 5_000

Floats = NDArray[np.float64]


def anywhere(kit: Kit, rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Draw positions from the county's box, inside and outside its border."""
    box = kit.bounds
    lon, lat = rng.uniform((box.west, box.south), (box.east, box.north), (count, 2)).T
    return np.round(lon, 7), np.round(lat, 7)


def inside(kit: Kit, rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Draw positions that lie in a grid, in no order."""
    lon, lat = anywhere(kit, rng, 3 * count)
    found = np.flatnonzero(kit.locate(lon, lat, "EPSG:4490").basic >= 0)[:count]
    if len(found) < count:
        raise SystemExit("the county fills less than a third of its box")
    return lon[found], lat[found]


def write_points_csv(kit: Kit, path: Path, count: int) -> None:
    """Write positions with a number and an address."""
    rng = np.random.default_rng(21)
    lon, lat = anywhere(kit, rng, count)
    street = rng.integers(0, _STREETS, count)
    address = pa.array([f"人民路{number}号" for number in range(_STREETS)]).take(pa.array(street))
    table = pa.table({"id": np.arange(count), "lon": lon, "lat": lat, "address": address})
    pacsv.write_csv(table, path)


def write_points_parquet(kit: Kit, path: Path, count: int, seed: int = 22) -> None:
    """Write numbered positions, some at a time."""
    rng = np.random.default_rng(seed)
    schema = pa.schema([("id", pa.int64()), ("lon", pa.float64()), ("lat", pa.float64())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, count, _CHUNK):
            number = min(_CHUNK, count - start)
            lon, lat = anywhere(kit, rng, number)
            ids = np.arange(start, start + number)
            writer.write_table(pa.table([pa.array(a) for a in (ids, lon, lat)], schema=schema))


def write_households(kit: Kit, path: Path, count: int) -> None:
    """Write households whose numbers stand in no order, as from several systems."""
    rng = np.random.default_rng(23)
    lon, lat = inside(kit, rng, count)
    numbers = np.char.mod("H%08d", rng.permutation(count))
    columns = {"户号": numbers, "经度": lon, "纬度": lat}
    for name, most in (("户籍人口", 8), ("常住人口", 8), ("流动人口", 2), ("党员数", 2)):
        columns[name] = rng.integers(0, most, count)
    columns["党员中心户"] = np.where(rng.random(count) < 0.01, "是", "否")
    pacsv.write_csv(pa.table(columns), path)


def write_events(kit: Kit, path: Path, count: int) -> None:
    """Write events of one year, most of them closed."""
    rng = np.random.default_rng(24)
    lon, lat = inside(kit, rng, count)
    reported = np.datetime64("2025-01-01T00:00:00") + rng.integers(0, 31_000_000, count)
    closed = np.datetime_as_string(reported + rng.integers(600, 400_000, count)).astype(object)
    closed[rng.random(count) < 0.04] = ""
    columns = {
        "事件编号": np.char.mod("E%08d", np.arange(count)),
        "标题": np.char.mod("路灯不亮 %d", rng.integers(0, 1_000, count)),
        "事件类别": np.array(["0502", "0301", "0101"])[rng.integers(0, 3, count)],
        "上报时间": np.datetime_as_string(reported),
        "办结时间": pa.array(closed, pa.string()),
        "经度": lon,
        "纬度": lat,
    }
    pacsv.write_csv(pa.table(columns), path)
