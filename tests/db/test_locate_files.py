"""Files of positions in every format: the same rows, the same grids, nothing lost on the way."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from gis.batch import Kit, LocateFile, load_kit, locate_file
from gis.batch.sources import Wanted
from gis.core.datum import Bounds, from_cgcs2000
from gis.core.errors import BadFile, Conflict, GridmapError, Invalid
from gis.db.engine import make_engine
from gis.db.session import read_session
from gis.grids import locate_frame
from gis.profiles import load_profile
from tests import factories
from tests.imports import Gridmap

COUNT = 3_000
ENDINGS = ("csv", "xlsx", "gpkg", "parquet", "geoparquet")
GEO = ("gpkg", "geoparquet")
ANSWERS = (
    "basic_code", "basic_name", "village_code", "village_name", "township_code", "township_name",
    "county_code", "county_name", "exclusive_code", "exclusive_name", "responsible_code",
    "generation", "error", "error_zh",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(cluster, small_world) -> str:
    cluster.create_database("gridmap_test_locate_files", template=small_world)
    return cluster.url("gridmap_test_locate_files")


@pytest.fixture(scope="module")
def kit(world: str) -> Kit:
    engine = make_engine(world, statement_timeout_s=0)
    with read_session(engine) as session:
        found = load_kit(session, load_profile("testcounty", factories.PROFILES))
    engine.dispose()
    return found


def rows(count: int = COUNT) -> pd.DataFrame:
    """Return rows in the county and around it; a code that a number would spoil."""
    random = np.random.default_rng(8)
    x, y = random.uniform((114.998, 34.498), (115.042, 34.532), (count, 2)).round(7).T
    return pd.DataFrame(
        {"编号": [f"{n:06d}" for n in range(count)], "lon": x, "lat": y, "备注": "=1+1, “引号”"}
    )


def as_points(frame: pd.DataFrame, crs: str = "EPSG:4490") -> gpd.GeoDataFrame:
    points = shapely.points(frame["lon"], frame["lat"])
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points, crs=crs)


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".xlsx":
        write_sheet(frame, path)
    elif path.suffix == ".gpkg":
        as_points(frame).to_file(path, driver="GPKG")
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        as_points(frame).to_parquet(path)
    return path


def write_sheet(frame: pd.DataFrame, path: Path) -> None:
    """Write a sheet in which a text that begins with = is a text."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [list(frame.columns), *frame.to_numpy(dtype=object).tolist()]:
        sheet.append(row)
    for (cell,) in sheet.iter_rows(min_row=2, min_col=4, max_col=4):
        cell.data_type = "s"
    book.save(path)


def read(path: Path) -> pd.DataFrame:
    text = dict.fromkeys((name for name in ANSWERS if name != "generation"), str) | {"编号": str}
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=text, encoding="utf-8-sig")
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=text)
    if path.suffix == ".gpkg":
        return gpd.read_file(path)
    return gpd.read_parquet(path) if path.suffix == ".geoparquet" else pd.read_parquet(path)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the answers as text, None for nothing."""
    found = pd.DataFrame(frame[list(ANSWERS)]).astype(object)
    found["generation"] = found["generation"].astype(int)
    return found.where(found.notna(), None).reset_index(drop=True)


@pytest.fixture(scope="module")
def wanted(kit: Kit) -> pd.DataFrame:
    """What the rows are, by the function for frames."""
    frame = rows()
    found = locate_frame(kit.locator, frame, crs="EPSG:4490", bounds=kit.bounds)
    assert found["basic_code"].nunique() == 12
    assert found["exclusive_code"].nunique() == 3
    assert found["responsible_code"].isna().any()
    return found


@pytest.mark.parametrize("into", ENDINGS)
@pytest.mark.parametrize("given", ENDINGS)
def test_every_format_into_every_other(kit, wanted, tmp_path, given, into):
    source = write(rows(), tmp_path / f"in.{given}")
    target = tmp_path / f"out.{into}"
    options = LocateFile(Wanted(crs=None if given in GEO else "EPSG:4490"))
    tally = locate_file(kit, source, target, options)
    found = read(target)

    assert list(found["编号"]) == list(wanted["编号"])
    assert set(found["备注"]) == {"=1+1, “引号”"}
    for name in ("basic_code", "exclusive_code", "responsible_code", "error"):
        expected = wanted[name].astype(object)
        assert list(plain(found)[name]) == list(expected.where(expected.notna(), None)), name
    located = int(wanted["responsible_code"].notna().sum())
    assert (tally.read, tally.located, tally.outside) == (COUNT, located, COUNT - located)
    assert not tally.faults
    if into in GEO:
        assert found.crs.to_epsg() == 4490
        got = shapely.get_coordinates(found.geometry.to_numpy())
        np.testing.assert_array_equal(got, rows()[["lon", "lat"]].to_numpy())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({source.name, target.name})


def test_parquet_says_text_where_it_holds_dictionaries(kit, tmp_path):
    source = write(rows(), tmp_path / "in.csv")
    locate_file(kit, source, tmp_path / "out.parquet", LocateFile(Wanted(crs="4490")))
    locate_file(kit, source, tmp_path / "out.geoparquet", LocateFile(Wanted(crs="4490")))

    for ending in ("parquet", "geoparquet"):
        file = pq.ParquetFile(tmp_path / f"out.{ending}")
        kinds = {name: file.schema_arrow.field(name).type for name in ANSWERS}
        assert kinds.pop("generation") == pa.int64()
        assert set(kinds.values()) == {pa.string()}
        column = file.schema_arrow.get_field_index("basic_code")
        assert "RLE_DICTIONARY" in file.metadata.row_group(0).column(column).encodings
    assert b"geo" in pq.read_schema(tmp_path / "out.geoparquet").metadata


def test_divisions_stand_beside_their_grid(kit, tmp_path):
    source = write(rows(), tmp_path / "in.parquet")
    locate_file(kit, source, tmp_path / "out.parquet", LocateFile(Wanted(crs="4490")))
    found = pd.read_parquet(tmp_path / "out.parquet")
    inside = found[found["basic_code"].notna()]
    names = factories.divisions().set_index("code")["name"]
    grids = factories.grids().set_index("code")["name"]

    assert list(found.columns) == [*rows().columns, *ANSWERS]
    assert (inside["basic_name"] == inside["basic_code"].map(grids)).all()
    assert (inside["village_code"] == inside["basic_code"].str[:12]).all()
    assert (inside["township_code"] == inside["basic_code"].str[:9] + "000").all()
    for level in ("village", "township", "county"):
        assert (inside[f"{level}_name"] == inside[f"{level}_code"].map(names)).all()
    assert found[found["basic_code"].isna()]["village_code"].isna().all()
    assert set(found["generation"]) == {1}


def test_the_answers_of_an_earlier_run_are_replaced(kit, tmp_path):
    source = write(rows(), tmp_path / "in.csv")
    options = LocateFile(Wanted(crs="4490"))
    locate_file(kit, source, tmp_path / "once.csv", options)
    locate_file(kit, tmp_path / "once.csv", tmp_path / "twice.csv", options)

    assert (tmp_path / "once.csv").read_bytes() == (tmp_path / "twice.csv").read_bytes()


@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09", "EPSG:4547", "EPSG:3857"])
def test_any_system_is_converted(kit, wanted, tmp_path, crs):
    frame = rows()
    x, y = from_cgcs2000(frame["lon"], frame["lat"], crs)
    source = write(frame.assign(lon=x, lat=y), tmp_path / "in.csv")
    locate_file(kit, source, tmp_path / "out.geoparquet", LocateFile(Wanted(crs=crs)))
    found = gpd.read_parquet(tmp_path / "out.geoparquet")

    # The way there and back moves a point by less than a micrometre: none lies that near a border.
    assert (found["basic_code"].fillna("") == wanted["basic_code"].fillna("")).all()
    got = shapely.get_coordinates(found.geometry.to_numpy())
    np.testing.assert_allclose(got, frame[["lon", "lat"]].to_numpy(), atol=1e-9)


def test_a_geographic_file_keeps_its_own_system(kit, tmp_path):
    frame = rows(50)
    as_points(frame).to_crs("EPSG:4547").to_parquet(tmp_path / "in.geoparquet")
    locate_file(kit, tmp_path / "in.geoparquet", tmp_path / "out.gpkg", LocateFile())
    found = gpd.read_file(tmp_path / "out.gpkg")

    assert found.crs.to_epsg() == 4547
    assert found["basic_code"].notna().sum() > 20


BAD_ROWS = [
    ("good", "115.0101", "34.505", ""),
    ("empty", "", "34.505", "finite"),
    ("text", "abc", "34.505", "finite"),
    ("not a number", "nan", "34.505", "finite"),
    ("swapped", "34.505", "115.0101", "swapped"),
    ("metres", "38500000", "3820000", "metres"),
    ("wide", "１１５.0101", " 34.505 ", ""),
]


@pytest.mark.parametrize("into", ["csv", "parquet", "gpkg"])
def test_a_wrong_row_says_why_and_the_others_are_located(kit, tmp_path, into):
    lines = [",".join(row[:3]) for row in BAD_ROWS]
    (tmp_path / "in.csv").write_text("编号,经度,纬度\n" + "\n".join(lines), encoding="utf-8")
    tally = locate_file(
        kit, tmp_path / "in.csv", tmp_path / f"out.{into}", LocateFile(Wanted(crs="4490"))
    )
    found = read(tmp_path / f"out.{into}").set_index("编号")

    for name, _, _, says in BAD_ROWS:
        row = found.loc[name]
        assert pd.isna(row["error"]) == pd.isna(row["error_zh"]) == (not says)
        assert says in str(row["error"])
        assert pd.isna(row["basic_code"]) == bool(says)
    assert (tally.read, tally.located) == (7, 2)
    assert sum(tally.faults.values()) == 5


def test_encodings_titles_and_separators(kit, tmp_path):
    text = "示意数据;;\n编号;经度;纬度\n一号;115.0101;34.505\n"
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        (tmp_path / "in.csv").write_bytes(text.encode(encoding))
        locate_file(kit, tmp_path / "in.csv", tmp_path / "out.csv", LocateFile(Wanted(crs="4490")))
        found = read(tmp_path / "out.csv")
        assert list(found["编号"]) == ["一号"], encoding
        assert list(found["basic_code"]) == ["990101101201001"], encoding


def test_text_of_two_encodings_is_never_a_broken_file(kit, tmp_path):
    start = "编号,经度,纬度\n" + "一号,115.0101,34.505\n" * 60_000
    (tmp_path / "in.csv").write_bytes(start.encode() + "二号,115.0101,34.505\n".encode("gb18030"))
    tally = locate_file(
        kit, tmp_path / "in.csv", tmp_path / "out.csv", LocateFile(Wanted(crs="4490"))
    )
    found = read(tmp_path / "out.csv")
    assert tally.read == len(found) == 60_001
    assert "�" in found["编号"].iloc[-1]

    (tmp_path / "in.csv").write_bytes(start.encode("gb18030") + b"\xff\xff,115.0101,34.505\n")
    with pytest.raises(BadFile, match="encoding"):
        locate_file(kit, tmp_path / "in.csv", tmp_path / "no.csv", LocateFile(Wanted(crs="4490")))
    assert not (tmp_path / "no.csv").exists()


BAD_FILES = [
    ("in.csv", b"lon,lat\n115,34.5\n", None, "--crs"),
    ("in.csv", b"lon,lat\n115,34.5\n", "EPSG:4610", "Xian"),
    ("in.csv", b"a,b\n115,34.5\n", "4490", "header"),
    ("in.csv", b"lon,x2\n115,34.5\n", "4490", "lat"),
    ("in.csv", b"", "4490", "empty"),
    ("in.csv", b"\x00\x01\x02,", "4490", "UTF-8"),
    ("in.csv", b"X,Y\n3820000,38500000\n", "4526", "--map"),
    ("in.parquet", b"PAR1 and no more", "4490", "cut off"),
    ("in.gpkg", b"SQLite format 3\x00", "4490", "cannot be read"),
    ("in.xlsx", b"PK\x03\x04", "4490", "ZIP"),
    ("in.doc", b"x", "4490", "ending"),
]


@pytest.mark.parametrize("case", BAD_FILES, ids=range(len(BAD_FILES)))
def test_a_file_that_cannot_be_used_says_why(kit, tmp_path, case):
    name, content, crs, says = case
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GridmapError) as caught:
        locate_file(kit, tmp_path / name, tmp_path / "out.csv", LocateFile(Wanted(crs=crs)))

    assert says in caught.value.detail
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_rows_of_another_length_are_counted_and_left_out(kit, tmp_path):
    (tmp_path / "in.csv").write_text("lon,lat\n115.01,34.505\n1,2,3\n115.02,34.505\n")
    tally = locate_file(
        kit, tmp_path / "in.csv", tmp_path / "out.csv", LocateFile(Wanted(crs="4490"))
    )

    assert (tally.read, tally.refused) == (2, 1)


def test_a_header_alone_gives_a_header_alone(kit, tmp_path):
    (tmp_path / "in.csv").write_text("lon,lat\n")
    for into in ("csv", "parquet", "xlsx"):
        tally = locate_file(
            kit, tmp_path / "in.csv", tmp_path / f"out.{into}", LocateFile(Wanted(crs="4490"))
        )
        assert tally.read == len(read(tmp_path / f"out.{into}")) == 0


class BrokenOffError(Exception):
    """What breaks a run off in these tests."""


def breaking(after: int):
    """Return a progress that breaks the run off when it has been told so often."""
    told = []

    def progress(_zh: str, _en: str, _share: float = 0.0) -> None:
        told.append(_en)
        if len(told) > after:
            raise BrokenOffError

    return progress, told


@pytest.mark.parametrize("into", ["csv", "parquet", "gpkg"])
def test_a_broken_run_goes_on_where_it_was(kit, tmp_path, into):
    count = 20_000
    table = pa.Table.from_pandas(rows(count))
    pq.write_table(table, tmp_path / "in.parquet")
    target = tmp_path / f"out.{into}"
    wanted = Wanted(crs="4490", batch_rows=count // 5)
    parts = LocateFile(wanted, parts_from_bytes=0, part_batches=2)
    again = replace(parts, resume=True)
    stop, _ = breaking(3)
    with pytest.raises(BrokenOffError):
        locate_file(kit, tmp_path / "in.parquet", target, parts, progress=stop)
    folder = tmp_path / f"out.{into}.parts"
    first = folder / "part-000000.arrow"
    before = first.stat()

    assert not target.exists()
    with pytest.raises(Conflict, match="--resume"):
        locate_file(kit, tmp_path / "in.parquet", target, parts)
    other = replace(again, wanted=replace(wanted, crs="gcj02"))
    with pytest.raises(Conflict, match="another run"):
        locate_file(kit, tmp_path / "in.parquet", target, other)
    stop, told = breaking(1_000)
    tally = locate_file(kit, tmp_path / "in.parquet", target, again, progress=stop)

    assert before.st_size > 0
    assert told.count("locating") == 3  # of five batches two were kept
    assert tally.read == count
    assert not folder.exists()
    whole = tmp_path / f"whole.{into}"
    once = locate_file(kit, tmp_path / "in.parquet", whole, LocateFile(Wanted(crs="4490")))
    assert once == tally
    pd.testing.assert_frame_equal(plain(read(target)), plain(read(whole)))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["in.parquet", target.name, whole.name]
    )


def test_a_run_that_fails_leaves_no_file_and_keeps_the_old_one(kit, tmp_path):
    source = write(rows(), tmp_path / "in.csv")
    (tmp_path / "out.csv").write_text("the old one")
    stop, _ = breaking(0)
    with pytest.raises(BrokenOffError):
        locate_file(
            kit, source, tmp_path / "out.csv", LocateFile(Wanted(crs="4490")), progress=stop
        )

    assert (tmp_path / "out.csv").read_text() == "the old one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    with pytest.raises(Invalid, match="same file"):
        locate_file(kit, source, source, LocateFile(Wanted(crs="4490")))


def test_a_sheet_runs_no_formula(kit, tmp_path):
    source = write(rows(3), tmp_path / "in.csv")
    locate_file(kit, source, tmp_path / "out.xlsx", LocateFile(Wanted(crs="4490")))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")

    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}


def test_the_command_tells_and_fails_as_imports_do(world, tmp_path):
    gridmap = Gridmap(world)
    source = write(rows(), tmp_path / "in.csv")
    ran = gridmap.run("locate", source, tmp_path / "out.parquet", "--crs", "4490")
    assert ran.code == 0, ran.said
    assert f"{COUNT} rows read" in ran.said

    early = gridmap.run(
        "locate", source, tmp_path / "early.csv", "--crs", "4490", "--at", "2024-12-31"
    )
    assert f"0 located, {COUNT} in no grid" in early.said
    assert (
        gridmap.run(
            "locate", source, tmp_path / "no.csv", "--crs", "4490", "--generation", "7"
        ).code
        == 1
    )
    swapped = gridmap.run(
        "locate", source, tmp_path / "s.csv", "--crs", "4490", "--map", "x=lat", "--map", "y=lon"
    )
    assert swapped.code == 1
    assert f"{COUNT} wrong" in swapped.said
    assert "swapped" in swapped.said
    assert len(read(tmp_path / "s.csv")) == COUNT


def test_frames_of_points_and_of_numbers_say_the_same(kit, wanted):
    points = locate_frame(kit.locator, as_points(rows()))

    assert isinstance(points, gpd.GeoDataFrame)
    assert list(points["basic_code"]) == list(wanted["basic_code"])
    assert points["generation"].eq(1).all()
    with pytest.raises(Invalid, match="not a point"):
        locate_frame(kit.locator, factories.grids())
    with pytest.raises(GridmapError, match="carries"):
        locate_frame(kit.locator, as_points(rows()), crs="GCJ-02")
    with pytest.raises(Invalid, match="no column"):
        locate_frame(kit.locator, rows(), x="longitude", crs="4490")
    swapped = locate_frame(kit.locator, rows(), x="lat", y="lon", crs="4490", bounds=kit.bounds)
    assert swapped["error"].str.contains("swapped").all()
    assert isinstance(kit.bounds, Bounds)
    assert kit.snapshot.day <= dt.date.today() + dt.timedelta(days=1)  # noqa: DTZ011
