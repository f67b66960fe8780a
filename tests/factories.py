"""A tiny county to test on: 2 townships, 4 villages, 12 basic grids, 3 exclusive ones.

Code 990101 belongs to no real place. The village columns run from west to east, three grids
each from south to north; the borders bend, so that a bounding box never gives the answer::

    north  003 | 003 | 003 | 003
           002 | 002 | 002 | 002
    south  001 | 001 | 001 | 001
           V1    V2  | V3    V4       township A = V1 + V2, township B = V3 + V4
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Engine

from gis.assets import load_assets
from gis.boundaries import publish_import
from gis.db.session import WriteSession, as_reader, write_session
from gis.divisions import Deployment, found_deployment, load_divisions
from gis.events import load_events
from gis.grids import load_locator
from gis.households import load_households
from gis.staff import load_party_organisations, load_staff

CASES = Path(__file__).parent / "cases"
PROFILES = CASES / "profiles"
COUNTY = "990101000000"
TOWNSHIPS = ("990101101000", "990101102000")
VILLAGES = ("990101101201", "990101101202", "990101102001", "990101102202")
EFFECTIVE_FROM = dt.date(2025, 1, 1)

#: South-west corner and the size of a grid, in lattice units (1e-7 degrees): about 1 km.
WEST, SOUTH, STEP = 1_150_000_000, 345_000_000, 100_000


@dataclass(frozen=True)  # with slots the class itself would not have the numbers
class Tally:
    """How much of everything the small world holds."""

    households: int = 120
    events: int = 60
    closed: int = 50
    disputes: int = 12
    resolved: int = 10


def divisions() -> pd.DataFrame:
    """Return the tree of the small county."""
    rows = [(COUNTY, "测试县", "county", 0, None)]
    rows += [
        (code, f"测试{name}镇", "township", 1, COUNTY)
        for code, name in zip(TOWNSHIPS, "东西", strict=True)
    ]
    rows += [
        (code, name, "village", 2, code[:9] + "000")
        for code, name in zip(
            VILLAGES, ("王家庄村", "李家庄村", "城关社区", "赵家庄村"), strict=True
        )
    ]
    frame = pd.DataFrame(rows, columns=["code", "name", "level", "depth", "parent_code"])
    return frame.assign(is_admin=True)


def corner(column: int, row: int) -> tuple[int, int]:
    """Return a corner of the tiling in lattice units; inner ones are shifted off the square."""
    inner = 0 < column < 4 and 0 < row < 3
    shift = (7_001 * (1 + column), -3_003 * row) if inner else (0, 0)
    return WEST + column * STEP + shift[0], SOUTH + row * STEP + shift[1]


def cell(column: int, row: int) -> shapely.Polygon:
    """Return a basic grid in degrees, counter-clockwise, with a bend in every northern border."""

    def bend(row: int) -> tuple[int, int]:
        (west_x, west_y), (east_x, east_y) = corner(column, row), corner(column + 1, row)
        rise = 9_007 if 0 < row < 3 else 0
        return (west_x + east_x) // 2, (west_y + east_y) // 2 + rise

    ring = [corner(column, row), bend(row), corner(column + 1, row)]
    ring += [corner(column + 1, row + 1), bend(row + 1), corner(column, row + 1)]
    return shapely.Polygon(np.array(ring) / 1e7)


def box(west: int, south: int, east: int, north: int) -> shapely.Polygon:
    """Return a rectangle in degrees, from offsets to the south-west corner in lattice units."""
    west, east = WEST + west, WEST + east
    south, north = SOUTH + south, SOUTH + north
    ring = [(west, south), (east, south), (east, north), (west, north)]
    return shapely.Polygon(np.array(ring) / 1e7)


def grids() -> gpd.GeoDataFrame:
    """Return the 15 grids of the small county."""
    rows = []
    for column, village in enumerate(VILLAGES):
        kind = "community" if village[9] == "0" else "rural"
        for row in range(3):
            name = f"{'王李城赵'[column]}{'一二三'[row]}网格"
            rows.append((f"{village}00{row + 1}", name, kind, village, cell(column, row)))
    # A school across a border of two grids, a market touching it, a park of the other township.
    exclusive = (
        ("901", "测试小学", VILLAGES[0], box(80_000, 40_000, 120_000, 60_000)),
        ("902", "测试市场", VILLAGES[0], box(120_000, 40_000, 140_000, 60_000)),
        ("901", "测试公园", VILLAGES[2], box(240_000, 140_000, 260_000, 180_000)),
    )
    rows += [
        (village + serial, name, "exclusive", village, shape)
        for serial, name, village, shape in exclusive
    ]
    frame = pd.DataFrame(rows, columns=["code", "name", "kind", "division_code", "geometry"])
    frame["attributes"] = [{} for _ in rows]
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4490")


def positions(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return canonical positions all over the county."""
    rng = np.random.default_rng(seed)
    x = rng.integers(WEST, WEST + 4 * STEP, count)
    y = rng.integers(SOUTH, SOUTH + 3 * STEP, count)
    return x / 1e7, y / 1e7


def households(count: int = Tally.households) -> pd.DataFrame:
    """Return households of three people; every twentieth is a Party-member centre household."""
    lon, lat = positions(count, seed=1)
    number = np.arange(count)
    return pd.DataFrame(
        {
            "household_no": [f"H{n:06d}" for n in number],
            "lon": lon,
            "lat": lat,
            "registered_count": 3,
            "resident_count": 3,
            "floating_count": 0,
            "party_member_count": (number % 4 == 0).astype(int),
            "is_party_household": number % 20 == 0,
        }
    )


def events(count: int = Tally.events) -> pd.DataFrame:
    """Return events: the first twelve are disputes, the last ten still open.

    Every fifth has no deadline; of the others every fourth has a short one.
    """
    lon, lat = positions(count, seed=2)
    number = np.arange(count)
    reported = pd.Timestamp("2025-06-01 08:00", tz="Asia/Shanghai") + pd.to_timedelta(
        number * 6, unit="h"
    )
    is_open = number >= Tally.closed
    is_dispute = (number < 10) | (number >= count - 2)
    closed = pd.Series(reported + pd.Timedelta(days=2)).mask(is_open)
    allowed = pd.to_timedelta(np.where(number % 4 == 0, 1, 4), unit="D")
    return pd.DataFrame(
        {
            "source": "test",
            "source_id": [f"E{n:06d}" for n in number],
            "title": [f"测试事件{n}" for n in number],
            "category_code": np.where(is_dispute, "0102", "0402"),
            "level": 3,
            "channel": "grid_staff",
            "occurred_at": reported - pd.Timedelta(hours=1),
            "reported_at": reported,
            "closed_at": closed,
            "due_at": pd.Series(reported + allowed).mask(number % 5 == 0),
            "workflow": "whistle",
            "state": np.where(is_open, "handle", "feedback"),
            "phase": np.where(is_open, "handle", "feedback"),
            "resolved": pd.array(np.where(is_dispute, ~is_open, None).tolist(), dtype="boolean"),
            "satisfied": pd.array(
                np.where(is_open, None, number % 25 != 0).tolist(), dtype="boolean"
            ),
            "people_count": 1,
            "lon": lon,
            "lat": lat,
            "address_text": "",
        }
    )


def staff() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one head and one full-time member for each grid."""
    codes = list(grids()["code"])
    roles = [(code, role) for code in codes for role in ("grid_head", "full_time_member")]
    numbers = [f"S{n:04d}" for n in range(len(roles))]
    people = pd.DataFrame(
        {
            "staff_no": numbers,
            "name": [f"测试员{n}" for n in range(len(roles))],
            "phone_masked": "138****0000",
        }
    )
    postings = pd.DataFrame(
        {
            "staff_no": numbers,
            "role": [role for _, role in roles],
            "division_code": [code[:12] for code, _ in roles],
            "grid_code": [code for code, _ in roles],
            "valid_from": EFFECTIVE_FROM,
        }
    )
    return people, postings


def assets() -> pd.DataFrame:
    """Return three cameras."""
    lon, lat = positions(3, seed=3)
    return pd.DataFrame(
        {
            "kind": "camera",
            "external_id": ["C1", "C2", "C3"],
            "name": "测试视频",
            "status": "active",
            "lon": lon,
            "lat": lat,
        }
    )


def party_organisations() -> pd.DataFrame:
    """Return a Party branch for each village."""
    return pd.DataFrame(
        {
            "kind": "party_branch",
            "name": "网格党支部",
            "division_code": list(VILLAGES),
            "grid_code": None,
        }
    )


def load_small_world(engine: Engine) -> None:
    """Load the small county into a migrated, empty database, and commit."""
    with write_session(engine) as session:
        load_boundaries(session)
        locator = load_locator(as_reader(session))
        load_households(session, households(), locator)
        load_events(session, events(), locator)
        load_staff(session, *staff())
        load_party_organisations(session, party_organisations())
        load_assets(session, assets(), locator)


def load_boundaries(session: WriteSession) -> None:
    """Load only deployment, divisions and grids."""
    found_deployment(session, Deployment(profile="testcounty", root_code=COUNTY, is_schematic=True))
    load_divisions(session, divisions())
    publish_import(session, grids(), effective_from=EFFECTIVE_FROM, note="small world")
