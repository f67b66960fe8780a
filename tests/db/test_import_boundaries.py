"""Divisions and boundaries from files, and the proof of the whole, through the command line."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis.core.datum import from_cgcs2000
from gis.db.cluster import Cluster
from tests import factories
from tests.imports import (
    ROOT,
    Gridmap,
    assert_refused,
    chinese_grids,
    write_csv,
    write_shapefile,
)


@pytest.fixture
def empty(empty_url: str) -> Gridmap:
    return Gridmap(empty_url)


@pytest.fixture
def planned(empty: Gridmap, tmp_path: Path) -> Gridmap:
    """A database with divisions and nothing else."""
    file = write_csv(tmp_path / "divisions.csv", division_rows())
    assert empty.run("import-divisions", file, "--profile", "testcounty").code == 0
    return empty


@pytest.fixture(scope="module")
def refusing(cluster: Cluster, small_world: str) -> Iterator[Gridmap]:
    """The small county for commands that must leave it as it is; each test proves that."""
    name = f"gridmap_test_refusing_grids_{os.getpid()}"
    cluster.create_database(name, template=small_world)
    yield Gridmap(cluster.url(name))
    cluster.drop_database(name)


def division_rows() -> pd.DataFrame:
    rows = factories.divisions()[["code", "name"]]
    return rows.rename(columns={"code": "区划代码", "name": "名称"})


def write_geojson(path: Path, grids: gpd.GeoDataFrame) -> Path:
    path.write_text(grids.to_json(drop_id=True, to_wgs84=False), encoding="utf-8")
    return path


def with_shape(grids: gpd.GeoDataFrame, index: int, shape: shapely.Geometry) -> gpd.GeoDataFrame:
    shapes = grids.geometry.to_numpy().copy()
    shapes[index] = shape
    return grids.set_geometry(shapes, crs=grids.crs)


def moved_node(shape: shapely.Polygon, node: int, dx: float, dy: float) -> shapely.Polygon:
    xy = shapely.get_coordinates(shape)[:-1]
    xy[node] += (dx, dy)
    return shapely.Polygon(np.round(xy, 7))


def published_grids(gridmap: Gridmap) -> dict[str, tuple[str, str, str]]:
    rows = gridmap.query(
        "SELECT code, name, kind, ST_AsText(ST_Normalize(geom), 17) FROM grid_version"
    )
    return {row[0]: row[1:] for row in rows}


def expected_grids() -> dict[str, tuple[str, str, str]]:
    return {
        row.code: (row.name_, row.kind, shapely.MultiPolygon([row.geometry]))
        for row in factories.grids().rename(columns={"name": "name_"}).itertuples()
    }


def assert_published(gridmap: Gridmap) -> None:
    """The grids are exactly those of the small county, to the last bit."""
    found, expected = published_grids(gridmap), expected_grids()
    assert set(found) == set(expected)
    for code, (name, kind, shape) in expected.items():
        assert found[code][:2] == (name, kind)
        stored = shapely.from_wkt(found[code][2])
        assert shapely.equals_identical(shapely.normalize(stored), shapely.normalize(shape))


def test_divisions_from_a_plain_list(planned: Gridmap) -> None:
    rows = planned.query("SELECT code, level, depth, parent_code, is_admin FROM division")
    expected = factories.divisions()
    assert sorted(rows) == sorted(
        (
            row.code,
            row.level,
            row.depth,
            None if pd.isna(row.parent_code) else row.parent_code,
            True,
        )
        for row in expected.itertuples()
    )
    found = planned.query("SELECT profile, root_code, is_schematic FROM deployment")
    assert found == [("testcounty", factories.COUNTY, False)]


def test_the_first_divisions_need_a_profile(empty: Gridmap, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "d.csv", division_rows())
    assert_refused(empty, "import-divisions", file, says=("--profile", "testcounty"))
    says = ("Unknown profile", "testcounty")
    assert_refused(empty, "import-divisions", file, "--profile", "testcountry", says=says)


def test_a_profile_of_ones_own_must_be_found_again(empty: Gridmap, tmp_path: Path) -> None:
    text = (factories.PROFILES / "testcounty.toml").read_text(encoding="utf-8")
    catalogue = (ROOT / "data" / "profiles" / "shared" / "catalogue.toml").as_posix()
    text = text.replace('name = "testcounty"', 'name = "mycounty"', 1)
    text = text.replace("../../../data/profiles/shared/catalogue.toml", catalogue)
    (tmp_path / "my.toml").write_text(text, encoding="utf-8")
    file = write_csv(tmp_path / "d.csv", division_rows())
    command = ("import-divisions", file, "--profile", tmp_path / "my.toml")
    assert_refused(empty, *command, says=("mycounty.toml", "GRIDMAP_PROFILES_DIR"))


def test_divisions_are_loaded_once(planned: Gridmap, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "d.csv", division_rows())
    assert_refused(planned, "import-divisions", file, says=("loaded already",))


BAD_DIVISIONS = [
    (3, "区划代码", "99010110120", "12 digits"),
    (3, "区划代码", "990101102202", "more than once"),
    (3, "区划代码", "410101101201", "not under 990101"),
    (3, "区划代码", "990101107201", "parent is not in the file"),
    (3, "名称", " ", "is empty"),
    (1, "名称", "", "row of its parent is refused"),
]


@pytest.mark.parametrize("case", BAD_DIVISIONS)
def test_a_bad_division_is_refused(
    empty: Gridmap, tmp_path: Path, case: tuple[int, str, str, str]
) -> None:
    row, column, value, reason = case
    rows = division_rows()
    rows.loc[row, column] = value
    file = write_csv(tmp_path / "d.csv", rows, "gb18030")
    says = (reason, f"第 {row + 2} 行")
    assert_refused(empty, "import-divisions", file, "--profile", "testcounty", says=says)


def test_a_national_list_is_narrowed_to_the_county(empty: Gridmap, tmp_path: Path) -> None:
    others = pd.DataFrame({"区划代码": ["980101", "980101101"], "名称": ["别县", "别镇"]})
    rows = pd.concat([others, division_rows().iloc[1:]])
    file = write_csv(tmp_path / "d.csv", rows)
    command = ("import-divisions", file, "--profile", "testcounty")
    assert_refused(empty, *command, says=("--only-inside",))
    ran = empty.run(*command, "--only-inside")
    assert ran.code == 0, ran.said
    assert "added from the profile" in ran.out
    assert empty.query("SELECT count(*) FROM division") == [(7,)]


def test_every_format_gives_the_same_grids(planned: Gridmap, tmp_path: Path) -> None:
    grids = chinese_grids()
    grids.to_file(tmp_path / "g.gpkg", driver="GPKG", layer="网格")
    assert planned.run("import-boundaries", tmp_path / "g.gpkg").code == 0
    assert_published(planned)
    write_geojson(tmp_path / "g.geojson", grids)
    write_shapefile(tmp_path / "gbk.shp", grids, encoding="GBK")
    write_shapefile(tmp_path / "utf8.shp", short_headers(grids), encoding="UTF-8")
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        for part in tmp_path.glob("gbk.*"):
            archive.write(part, f"边界/{part.name}")
    for name in ("g.geojson", "gbk.shp", "utf8.shp", "packed.zip"):
        ran = planned.run("import-boundaries", tmp_path / name)
        assert ran.code == 0, ran.said
        assert "the same as generation 1" in ran.out
    assert planned.run("check").code == 0


def short_headers(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return headers as ten bytes of UTF-8 leave them: cut inside the fourth character."""
    return (
        grids.rename(columns={name: name[:3] for name in grids.columns if len(name) > 3})
        .rename(columns={"geo": "geometry"})
        .set_geometry("geometry")
    )


def test_metres_come_back_as_the_same_grids(planned: Gridmap, tmp_path: Path) -> None:
    metres = shapely.transform(
        chinese_grids().geometry.to_numpy(),
        # Tenths of a millimetre: more than any survey gives, and enough for the lattice.
        lambda xy: np.column_stack(from_cgcs2000(xy[:, 0], xy[:, 1], "EPSG:4547")).round(4),
    )
    grids = chinese_grids().set_geometry(metres, crs=None)
    file = write_shapefile(tmp_path / "gk.shp", grids.set_crs("EPSG:4547", allow_override=True))
    ran = planned.run("import-boundaries", file)
    assert ran.code == 0, ran.said
    assert "EPSG:4547" in ran.out
    assert_published(planned)


def test_gbk_names_without_a_prj(refusing: Gridmap, tmp_path: Path) -> None:
    grids = chinese_grids().to_crs("EPSG:4547")
    file = write_shapefile(tmp_path / "g.shp", grids)
    file.with_suffix(".prj").unlink()
    ran = assert_refused(
        refusing, "import-boundaries", file, says=("no .prj", "缺少 .prj", "--crs EPSG:45")
    )
    assert ran.error is not None
    # The stored borders tell the right zone from its neighbours; a 3° and a 6° zone with one
    # central meridian are the same thing.
    assert ran.error.extra["candidates"][0] in ("EPSG:4547", "EPSG:4508")
    assert "0.0 m from the stored borders" in ran.said


def test_the_named_crs_replaces_the_missing_prj(planned: Gridmap, tmp_path: Path) -> None:
    file = write_shapefile(tmp_path / "g.shp", chinese_grids().to_crs("EPSG:4547"))
    file.with_suffix(".prj").unlink()
    assert planned.run("import-boundaries", file, "--crs", "4547").code == 0
    assert_published(planned)


@pytest.mark.parametrize(("wkt", "reason"), [("EPSG:2382", "西安80"), ("EPSG:2434", "北京54")])
def test_old_datums_are_refused(refusing: Gridmap, tmp_path: Path, wkt: str, reason: str) -> None:
    grids = chinese_grids().to_crs("EPSG:4547").set_crs(wkt, allow_override=True)
    file = write_shapefile(tmp_path / "g.shp", grids)
    assert_refused(refusing, "import-boundaries", file, says=(reason, "refused"))


def test_a_polygon_that_crosses_itself(refusing: Gridmap, tmp_path: Path) -> None:
    bow = shapely.Polygon([(115.0, 34.5), (115.01, 34.51), (115.01, 34.5), (115.0, 34.51)])
    file = write_geojson(tmp_path / "g.geojson", with_shape(chinese_grids(), 0, bow))
    code = chinese_grids()["网格编码"][0]
    ran = assert_refused(
        refusing,
        "import-boundaries", file, "--report", tmp_path / "r.geojson",
        says=("crosses itself", f"网格 {code}", "115.0050000, 34.5050000", "自相交"),
    )  # fmt: skip
    assert "15 grids read, 14 accepted, 1 refused" in ran.out
    report = json.loads((tmp_path / "r.geojson").read_bytes())
    assert report["features"][0]["geometry"]["coordinates"] == [115.005, 34.505]


def test_overlapping_grids(refusing: Gridmap, tmp_path: Path) -> None:
    grids = chinese_grids()
    shape = grids.geometry.iloc[0]
    wider = shapely.union(shape, shapely.box(115.009, 34.502, 115.012, 34.504))
    file = write_geojson(tmp_path / "g.geojson", with_shape(grids, 0, wider))
    codes = sorted([grids["网格编码"][0], grids["网格编码"][3]])
    ran = assert_refused(
        refusing,
        "import-boundaries", file, "--report", tmp_path / "r.geojson",
        says=("overlap", "重叠", "m²", *codes),
    )  # fmt: skip
    assert ran.error is not None
    report = json.loads((tmp_path / "r.geojson").read_bytes())
    worst = report["features"][0]
    assert worst["properties"]["kind"] == "overlap"
    assert worst["properties"]["codes"] == codes
    common = shapely.intersection(wider, grids.geometry.iloc[3])
    shown = shapely.from_geojson(json.dumps(worst["geometry"]))
    assert shapely.area(shapely.symmetric_difference(shown, common)) < 1e-4 * common.area


def test_a_gap(refusing: Gridmap, tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "g.geojson", chinese_grids().drop(index=4))
    assert_refused(refusing, "import-boundaries", file, says=("1 gap", "空隙 1 处"))


def test_overlapping_exclusive_grids(refusing: Gridmap, tmp_path: Path) -> None:
    grids = chinese_grids()
    shape = factories.box(130_000, 40_000, 145_000, 60_000)
    file = write_geojson(tmp_path / "g.geojson", with_shape(grids, 12, shape))
    codes = (grids["网格编码"][12], grids["网格编码"][13])
    assert_refused(refusing, "import-boundaries", file, says=("Exclusive grids", *codes))


def test_a_hair_is_mended_and_told(planned: Gridmap, tmp_path: Path) -> None:
    grids = chinese_grids()
    # Two centimetres off on one side only, at a node that three grids share.
    torn = moved_node(grids.geometry.iloc[0], 3, 2e-7, 0)
    file = write_geojson(tmp_path / "g.geojson", with_shape(grids, 0, torn))
    assert_refused(planned, "import-boundaries", file, "--snap", "0", says=("do not tile",))
    ran = planned.run("import-boundaries", file)
    assert ran.code == 0, ran.said
    assert "1 nodes moved" in ran.out
    assert planned.run("check").code == 0


def even_grids() -> gpd.GeoDataFrame:
    """Return the grids with one inner corner moved by a unit, so that a border has a middle."""
    x, y = factories.corner(1, 1)
    moved = np.array([x, y + 1]) / 1e7

    def move(xy: np.ndarray) -> np.ndarray:
        at = (np.rint(xy * 1e7) == (x, y)).all(axis=1)
        return np.where(at[:, None], moved, xy)

    grids = chinese_grids()
    return grids.set_geometry(shapely.transform(grids.geometry.to_numpy(), move), crs=grids.crs)


def test_a_node_on_one_side_only_is_inserted(planned: Gridmap, tmp_path: Path) -> None:
    grids = even_grids()
    xy = np.rint(shapely.get_coordinates(grids.geometry.iloc[0]) * 1e7).astype(int)
    # On the straight border to the east neighbour, exactly in the middle in lattice units.
    assert not ((xy[2] + xy[3]) % 2).any()
    xy = np.insert(xy, 3, (xy[2] + xy[3]) // 2, axis=0) / 1e7
    file = write_geojson(tmp_path / "g.geojson", with_shape(grids, 0, shapely.Polygon(xy)))
    ran = planned.run("import-boundaries", file, "--snap", "0")
    assert ran.code == 0, ran.said
    assert "nodes inserted that one side of a border lacked: 1" in ran.out


def test_heights_and_directions_do_not_matter(planned: Gridmap, tmp_path: Path) -> None:
    grids = chinese_grids()
    shapes = shapely.force_3d(shapely.reverse(grids.geometry.to_numpy()), 62.0)
    file = write_geojson(tmp_path / "g.geojson", grids.set_geometry(shapes, crs=grids.crs))
    ran = planned.run("import-boundaries", file)
    assert ran.code == 0, ran.said
    assert "heights dropped: 15" in ran.out
    assert_published(planned)


BAD_GRIDS = [
    ("网格编码", "99010110120100", "15 digits"),
    ("网格编码", "990101101202002", "more than once"),
    ("网格编码", "880101101201003", "six digits of the county"),
    ("网格名称", "", "is empty"),
    ("网格类型", "奇怪网格", "kind must be"),
    ("所属村社区", "990101109999", "no such division"),
]


@pytest.mark.parametrize(("column", "value", "reason"), BAD_GRIDS)
def test_a_bad_grid_is_refused(
    refusing: Gridmap, tmp_path: Path, column: str, value: str, reason: str
) -> None:
    grids = chinese_grids()
    grids.loc[2, column] = value
    file = write_geojson(tmp_path / "g.geojson", grids)
    assert_refused(refusing, "import-boundaries", file, says=(reason, "grid 3"))


def test_gcj02_is_converted_when_named(planned: Gridmap, tmp_path: Path) -> None:
    grids = chinese_grids()
    shapes = shapely.transform(
        grids.geometry.to_numpy(),
        lambda xy: np.column_stack(from_cgcs2000(xy[:, 0], xy[:, 1], "gcj02")),
    )
    file = write_geojson(tmp_path / "g.geojson", grids.set_geometry(shapes, crs=grids.crs))
    ran = planned.run("import-boundaries", file, "--crs", "gcj02")
    assert ran.code == 0, ran.said
    assert_published(planned)


def said_crs(path: Path, crs: object) -> Path:
    document = json.loads(chinese_grids().to_json(drop_id=True))
    path.write_text(json.dumps(document | {"crs": crs}), encoding="utf-8")
    return path


@pytest.mark.parametrize("crs", [{"type": "name", "properties": {"name": "地方坐标系"}}, 5])
def test_an_unknown_system_in_a_file_is_not_taken_for_degrees(
    refusing: Gridmap, tmp_path: Path, crs: object
) -> None:
    file = said_crs(tmp_path / "g.geojson", crs)
    assert_refused(refusing, "import-boundaries", file, says=("is not known",))
    ran = refusing.run("import-boundaries", file, "--crs", "no such system either")
    assert "no such system either" in ran.said


def test_a_system_behind_a_link_is_not_fetched(refusing: Gridmap, tmp_path: Path) -> None:
    link = {"type": "link", "properties": {"href": "local.prj", "type": "proj4"}}
    file = said_crs(tmp_path / "g.geojson", link)
    assert_refused(refusing, "import-boundaries", file, says=("by a link",))


def test_a_system_of_phones_may_be_named_in_the_file(planned: Gridmap, tmp_path: Path) -> None:
    file = said_crs(tmp_path / "g.geojson", {"type": "name", "properties": {"name": "GCJ-02"}})
    ran = planned.run("import-boundaries", file)
    assert ran.code == 0, ran.said
    assert "coordinate system GCJ-02" in ran.out


@pytest.mark.parametrize("odd", [None, 5, {"type": "Topology"}])
def test_nothing_is_left_out_in_silence(refusing: Gridmap, tmp_path: Path, odd: object) -> None:
    document = json.loads(chinese_grids().to_json(drop_id=True))
    document["features"].insert(3, odd)
    (tmp_path / "g.geojson").write_text(json.dumps(document), encoding="utf-8")
    says = ("feature 4 is not a GeoJSON Feature",)
    assert_refused(refusing, "import-boundaries", tmp_path / "g.geojson", says=says)


def broken_files(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    whole = tmp_path / "whole.gpkg"
    chinese_grids().to_file(whole, driver="GPKG")
    made = {
        "cut.gpkg": (whole.read_bytes()[:60_000], "cut off"),
        "damaged.gpkg": (
            whole.read_bytes()[:4096] + b"\x07" * (whole.stat().st_size - 4096),
            "cut",
        ),
        "text.gpkg": (b"code,name\n", "no GeoPackage"),
        "cut.geojson": (b'{"type": "FeatureCollection", "features": [{', "not GeoJSON"),
        "one.geojson": (b'{"type": "Point", "coordinates": [1, 2]}', "FeatureCollection"),
        "none.geojson": (b'{"type": "FeatureCollection", "features": []}', "no features"),
        "empty.shp": (b"", "is empty"),
        "text.shp": (b"x" * 200, "no Shapefile"),
        "text.zip": (b"PK\x03\x04", "ZIP"),
        "plan.dwg": (b"AC1027", "ending is not known"),
    }
    found = {}
    for name, (data, reason) in made.items():
        (tmp_path / name).write_bytes(data)
        found[name] = (tmp_path / name, reason)
    return found


@pytest.mark.parametrize(
    "name",
    [
        "cut.gpkg", "damaged.gpkg", "text.gpkg", "cut.geojson", "one.geojson", "none.geojson",
        "empty.shp", "text.shp", "text.zip", "plan.dwg",
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says(refusing: Gridmap, tmp_path: Path, name: str) -> None:
    file, reason = broken_files(tmp_path)[name]
    assert_refused(refusing, "import-boundaries", file, says=(reason,))


def test_a_shapefile_without_its_parts(refusing: Gridmap, tmp_path: Path) -> None:
    file = write_shapefile(tmp_path / "g.shp", chinese_grids())
    file.with_suffix(".dbf").unlink()
    assert_refused(refusing, "import-boundaries", file, says=("g.dbf is missing",))


def test_dangerous_archives(refusing: Gridmap, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as archive:
        archive.writestr("../evil.shp", b"x")
    assert_refused(refusing, "import-boundaries", tmp_path / "out.zip", says=("leads out",))
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(30 << 20))
    assert_refused(refusing, "import-boundaries", tmp_path / "bomb.zip", says=("bomb",))
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.geojson", b"{}")
        archive.writestr("b.geojson", b"{}")
    assert_refused(refusing, "import-boundaries", tmp_path / "two.zip", says=("--layer", "a, b"))


def test_boundaries_need_divisions(empty: Gridmap, tmp_path: Path) -> None:
    file = write_geojson(tmp_path / "g.geojson", chinese_grids())
    assert_refused(empty, "import-boundaries", file, says=("import-divisions",))


def test_as_a_person_types_it(planned: Gridmap, tmp_path: Path) -> None:
    file = write_shapefile(tmp_path / "g.shp", chinese_grids().to_crs("EPSG:4547"))
    ran = planned.spawn("import-boundaries", file, "--effective-from", "2025-01-01")
    assert ran.returncode == 0, ran.stderr
    assert "已发布第 1 版" in ran.stdout
    file.with_suffix(".prj").unlink()
    ran = planned.spawn("import-boundaries", file)
    assert ran.returncode == 1
    assert "错误" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_degrees_that_are_called_metres_are_refused(planned: Gridmap, tmp_path: Path) -> None:
    file = tmp_path / "g.geojson"
    write_geojson(file, chinese_grids())
    assert_refused(planned, "import-boundaries", file, "--crs", "EPSG:4527", says=("--crs",))


def test_a_file_that_leaves_grids_out_is_refused(planned: Gridmap, tmp_path: Path) -> None:
    grids = chinese_grids()
    write_geojson(tmp_path / "all.geojson", grids)
    assert planned.run("import-boundaries", tmp_path / "all.geojson").code == 0
    half = tmp_path / "half.geojson"
    write_geojson(half, grids[grids["网格编码"].str[:9] == "990101102"])
    assert_refused(planned, "import-boundaries", half, says=("--retire",))
    ran = planned.run("import-boundaries", half, "--retire")
    assert ran.code == 0, ran.said
    assert "8 retired" in ran.out
