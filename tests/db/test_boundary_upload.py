"""Files of boundaries become changesets: read, compared, mended, applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, text

from gis.boundaries import drafts, uploads
from gis.boundaries.uploads import Confirmation, Received, Upload
from gis.core.access import Actor, Grant, Power, Role
from gis.core.errors import Conflict, Forbidden, Invalid, NotFound, UnknownCrs
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import write_session
from gis.profiles import load_profile
from tests import factories
from tests import uploads as files
from tests.api.drafting import COUNTY, A, B
from tests.imports import Gridmap, chinese_grids
from tests.uploads import CODE, V1, V2, V3, V4

PROFILE = load_profile("testcounty", factories.PROFILES)
ALL = ("all",)


def planner(name: str, division: str) -> Actor:
    path = {COUNTY: (COUNTY,), A: (COUNTY, A), B: (COUNTY, B)}[division]
    return Actor(name, (Grant(Role.PLANNER, division, path),))


WHOLE, EAST, OTHER = planner("key:whole", COUNTY), planner("key:east", A), planner("key:o", COUNTY)


@pytest.fixture
def server(world_url: str) -> Iterator[Engine]:
    engine = make_engine(api_url(world_url), statement_timeout_s=30)
    yield engine
    engine.dispose()


class Desk:
    """Somebody with files, on a server."""

    def __init__(self, server: Engine, actor: Actor = WHOLE) -> None:
        self.server, self.actor = server, actor

    def take(self, file: Path | Received) -> Upload:
        given = file if isinstance(file, Received) else files.received(file)
        with write_session(self.server, self.actor.scope(Power.DRAFT)) as session:
            return uploads.take_upload(session, self.actor, given, PROFILE)

    def confirm(self, upload: Upload, **said: object) -> Upload:
        with write_session(self.server, self.actor.scope(Power.DRAFT)) as session:
            return uploads.confirm_upload(
                session, self.actor, upload.boundary_upload_id, Confirmation(**said), PROFILE
            )

    def see(self, file: Path | Received, **said: object) -> Upload:
        return self.confirm(self.take(file), **said)

    def apply(self, upload: Upload) -> drafts.Changeset:
        with write_session(self.server, self.actor.scope(Power.DRAFT)) as session:
            return uploads.apply_upload(session, self.actor, upload.boundary_upload_id, PROFILE)


@pytest.fixture
def desk(server: Engine) -> Desk:
    return Desk(server)


def counted(upload: Upload) -> dict[str, int]:
    """Return what changes, without what is nought and what stays."""
    summary = upload.report["summary"]
    still = ("unchanged", "node_only", "untold")
    return {kind: n for kind, n in summary.items() if n and kind not in still}


def kinds(upload: Upload) -> list[tuple[str, list[str], list[str]]]:
    return sorted((c["kind"], c["before"], c["after"]) for c in upload.report["changes"])


def write(folder: Path, grids: gpd.GeoDataFrame, name: str = "grids.gpkg") -> Path:
    grids.to_file(folder / name, driver="GPKG" if name.endswith("gpkg") else "GeoJSON")
    return folder / name


CORNER = {f"{village}00{row}" for village in (V1, V2) for row in (1, 2)}


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shp", "kml", "kmz", "dxf"])
def test_every_kind_of_file_says_the_same(desk: Desk, tmp_path: Path, kind: str) -> None:
    grids = files.moved_corner(files.basic(), 1, 1)
    write_as = {
        "gpkg": lambda: write(tmp_path, grids),
        "geojson": lambda: write(tmp_path, grids, "grids.geojson"),
        "shp": lambda: files.write_shapefile_zip(tmp_path, grids),
        "kml": lambda: files.write_kml(tmp_path / "a.kml", grids),
        "kmz": lambda: files.write_kml(tmp_path / "a.kmz", grids),
        "dxf": lambda: files.write_dxf(tmp_path / "a.dxf", grids),
    }
    found = desk.see(write_as[kind](), crs="EPSG:4490" if kind == "dxf" else None)
    assert found.report["features"] == 12
    assert counted(found) == {"modified": 4}
    assert {code for _, before, _ in kinds(found) for code in before} == CORNER
    assert all(change["what"] == ["shape"] for change in found.report["changes"])
    assert not found.report["repairs"]
    assert not found.report["faults"]


@pytest.mark.parametrize(("encoding", "said"), [("utf-8", "ANSI_1252"), ("gbk", "ANSI_936")])
def test_the_text_of_a_drawing_is_what_its_bytes_say(tmp_path, encoding, said) -> None:
    drawing = files.write_dxf(tmp_path / "a.dxf", files.basic(), encoding, said)
    layer = files.received(drawing).parsed.layer
    assert sorted(layer.cells[1]) == sorted(files.basic()["网格名称"])


def test_a_county_that_comes_back_with_centimetres_changes_nothing(desk: Desk, tmp_path) -> None:
    again = files.projected(chinese_grids(), 2)
    found = desk.see(write(tmp_path, again))
    assert counted(found) == {}
    assert found.report["summary"]["unchanged"] == len(again)
    assert 0 < found.report["snapped"]["farthest_m"] < 0.01
    with pytest.raises(Conflict, match="nothing to change"):
        desk.apply(found)
    # Decimetres are beyond what an export rounds off by default: a person has to say so.
    coarse = write(tmp_path, files.projected(chinese_grids(), 0), "coarse.gpkg")
    assert counted(desk.see(coarse, snap_m=0.1)) != {}
    assert counted(desk.see(coarse, snap_m=2.0)) == {}


def test_edits_are_told_for_what_they_are_and_become_one_draft(
    desk: Desk, tmp_path, world_engine: Engine
) -> None:
    grids = files.split_in_two(chinese_grids(), V1 + "003")
    grids = files.merged(grids, V2 + "002", V2 + "001")
    grids = files.moved_vertex(grids, factories.corner(4, 2), -4_000, 1_000)
    grids.loc[grids[CODE] == V3 + "001", "网格名称"] = "城关社区新一网格"
    market = V1 + "902"
    grids = files.moved_vertex(grids, (factories.WEST + 140_000, factories.SOUTH + 60_000), 900, 0)
    found = desk.see(write(tmp_path, grids))
    new = next(c["after"] for c in found.report["changes"] if c["kind"] == "split")
    edge = [V4 + "002", V4 + "003"]
    assert kinds(found) == [
        ("merged", [V2 + "001", V2 + "002"], [V2 + "002"]),
        *(("modified", [code], [code]) for code in sorted([market, V3 + "001", *edge])),
        ("split", [V1 + "003"], new),
    ]
    assert len(set(new)) == 2
    assert not set(new) & set(chinese_grids()[CODE])
    # The edge of the county cannot move, nor get vertices: these wait for what would mend them.
    edges = [r for r in found.report["repairs"] if r["kind"] == "edge"]
    assert {r["geometry"]["type"] for r in edges} == {"Point"}
    assert found.report["summary"]["waiting"] == 3
    found = desk.confirm(found, accept=tuple(r["id"] for r in edges))
    assert found.report["summary"]["waiting"] == 2
    made = desk.apply(found)
    assert (made.kind, made.state, made.title) == ("import", "draft", "grids.gpkg")
    assert made.operations == 2  # the exclusive grid by itself
    assert made.scope_codes == [A, B]
    with write_session(desk.server, WHOLE.scope(Power.DRAFT)) as session:
        shown = {g.code: g.action for g in drafts.shown_grids(session, made)}
        verdict = drafts.validate(session, WHOLE, made.changeset_id)
    expected = dict.fromkeys(new, "create") | {
        V1 + "003": "retire",
        V2 + "001": "retire",
        V2 + "002": "modify",
        V3 + "001": "modify",
        market: "modify",
    }
    assert {code: action for code, action in shown.items() if action != "node_only"} == expected
    assert verdict.state == "publishable"
    with pytest.raises(Conflict, match="already"):
        desk.apply(found)


def test_gaps_and_overlaps_are_accepted_one_by_one(desk: Desk, tmp_path) -> None:
    corner = factories.corner(1, 1)
    # One grid leaves a corner that the others keep: a gap; another one takes too much.
    grids = files.moved_vertex(files.basic(), corner, -9_000, -9_000, [V1 + "001"])
    grids = files.moved_vertex(grids, factories.corner(3, 2), 8_000, 8_000, [V3 + "002"])
    upload = desk.see(write(tmp_path, grids))
    repairs = upload.report["repairs"]
    assert {(r["kind"], r["is_accepted"]) for r in repairs} == {("gap", False), ("beyond", False)}
    assert all(r["area_m2"] > 100 and r["width_m"] > 1 for r in repairs)
    assert counted(upload) == {"modified": 2, "waiting": 2}
    with pytest.raises(Conflict):
        desk.apply(upload)
    some = [r["id"] for r in repairs if r["kind"] == "beyond"]
    half = desk.confirm(upload, accept=tuple(some))
    assert {r["id"]: r["is_accepted"] for r in half.report["repairs"]} == {
        r["id"]: r["id"] in some for r in repairs
    }
    assert counted(half) == {"modified": 1, "waiting": 1}
    # What was cut off and given back is as it was: nothing is left to change.
    both = desk.confirm(upload, accept=ALL)
    assert counted(both) == {}
    assert both.report["faults"] == []


def test_grids_of_a_file_that_overlap_are_settled_by_who_had_the_area(desk, tmp_path) -> None:
    grids = files.moved_vertex(
        files.basic(), factories.corner(1, 1), 9_000, 9_000, [V1 + "001", V1 + "002"]
    )
    grids = files.moved_vertex(grids, factories.corner(1, 2), -6_000, 4_000, [V2 + "002"])
    found = desk.see(write(tmp_path, grids), accept=ALL)
    assert found.report["faults"] == []
    assert desk.apply(found).grids >= 1


def test_one_township_or_some_grids_are_enough(desk: Desk, tmp_path) -> None:
    grids = files.moved_corner(files.basic(), 1, 1)
    town = grids[grids[CODE].str.startswith(A[:9])]
    found = desk.see(write(tmp_path, town))
    assert counted(found) == {"modified": 4}
    assert found.report["summary"]["untold"] == len(chinese_grids()) - len(town)
    four = desk.see(write(tmp_path, grids[grids[CODE].isin(CORNER)], "four.gpkg"))
    assert counted(four) == {"modified": 4}
    assert desk.apply(four).grids == 4


def test_without_codes_grids_are_told_by_their_shapes(desk: Desk, tmp_path) -> None:
    grids = files.moved_corner(files.basic(), 1, 1).drop(columns=[CODE, "网格类型", "所属村社区"])
    found = desk.see(write(tmp_path, grids))
    assert counted(found) == {"modified": 4}
    assert {code for _, before, _ in kinds(found) for code in before} == CORNER


def test_a_file_without_a_system_is_ranked_and_asked_about(desk: Desk, tmp_path) -> None:
    survey = files.projected(files.moved_corner(files.basic(), 1, 1), 3)
    upload = desk.take(files.write_shapefile_zip(tmp_path, survey, with_prj=False))
    names = [one["crs"] for one in upload.report["crs_candidates"]]
    assert upload.report["crs_said"] is None
    assert names[0] in ("EPSG:4547", "EPSG:4534")
    assert upload.report["crs_candidates"][0]["border_m"] < 1
    with pytest.raises(UnknownCrs) as asked:
        desk.confirm(upload)
    assert asked.value.extra["candidates"] == names
    with write_session(desk.server, WHOLE.scope(Power.DRAFT)) as session:
        shown = uploads.preview_features(session, upload, "EPSG:4547")
    assert len(shown) == 12
    assert counted(desk.confirm(upload, crs="EPSG:4547")) == {"modified": 4}
    # In the shifted system of online maps everything lies elsewhere.
    shifted = desk.take(write(tmp_path, files.basic(), "g.geojson"))
    first, *others = shifted.report["crs_candidates"]
    assert first["border_m"] < 1 < min(one["border_m"] for one in others)


def test_planners_change_their_own_and_see_their_own_only(server, tmp_path) -> None:
    east, other = Desk(server, EAST), Desk(server, OTHER)
    grids = files.moved_corner(files.basic(), 1, 1)
    grids = files.moved_corner(grids, 3, 1)
    upload = east.see(write(tmp_path, grids))
    assert upload.scope_codes == [A]
    assert counted(upload) == {"modified": 4}
    assert upload.report["outside"] == 6
    assert east.apply(upload).scope_codes == [A]
    with pytest.raises(NotFound):
        other.confirm(upload)
    west = Desk(server, planner("key:east", B))  # of the same name, elsewhere
    with pytest.raises(NotFound):
        west.confirm(upload)
    nobody = Desk(server, Actor("key:n", (Grant(Role.VIEWER, COUNTY, (COUNTY,)),)))
    with pytest.raises(Forbidden):
        nobody.take(write(tmp_path, grids))


def test_what_is_wrong_with_single_grids_is_told_and_they_stay(desk: Desk, tmp_path) -> None:
    grids = files.moved_corner(files.basic(), 1, 1)
    bow = shapely.Polygon([(115.05, 34.55), (115.06, 34.56), (115.06, 34.55), (115.05, 34.56)])
    grids.loc[grids[CODE] == V4 + "003", "geometry"] = bow
    twice = grids[grids[CODE] == V4 + "001"]
    both = gpd.GeoDataFrame(np.concatenate([grids, twice]), columns=grids.columns, crs=grids.crs)
    found = desk.see(write(tmp_path, both.set_geometry("geometry", crs=grids.crs)))
    reasons = {row["detail"] for row in found.report["refused"]}
    assert any("crosses itself" in reason for reason in reasons)
    assert len(found.report["refused"]) == 3
    assert counted(found) == {"modified": 4}


def test_many_vertices_parts_and_heights_are_taken(desk: Desk, tmp_path) -> None:
    grids = files.basic()
    at = grids.index[grids[CODE] == V1 + "002"][0]
    dense = shapely.segmentize(grids.geometry[at], 0.04 / 200_000)
    assert shapely.get_num_coordinates(dense) > 190_000
    grids.loc[at, "geometry"] = shapely.force_3d(dense)
    found = desk.see(write(tmp_path, grids))
    # Vertices on its own straight borders: nothing has moved.
    assert counted(found) == {}
    assert found.report["summary"]["node_only"] == 1
    assert any("1" in note["en"] and "heights" in note["en"] for note in found.report["notes"])
    village = grids.geometry[grids.index[grids[CODE] == V1 + "001"][0]]
    west, south, east, _ = village.bounds
    parts = shapely.union(
        shapely.box(west + 0.001, south + 0.001, west + 0.002, south + 0.002),
        shapely.box(east - 0.003, south + 0.001, east - 0.002, south + 0.002),
    )
    park = chinese_grids()[chinese_grids()[CODE] == V3 + "901"].assign(geometry=[parts])
    moved = desk.see(write(tmp_path, park, "park.gpkg"))
    assert counted(moved) == {"modified": 1}


def test_old_uploads_are_forgotten(desk: Desk, tmp_path, world_engine: Engine) -> None:
    file = files.received(write(tmp_path, files.basic()))
    first = desk.take(file)
    with world_engine.begin() as owner:
        owner.execute(text("UPDATE boundary_upload SET created_at = now() - interval '31 days'"))
    second = desk.take(replace(file, filename="other.gpkg"))
    with world_engine.connect() as owner:
        left = set(owner.scalars(text("SELECT boundary_upload_id FROM boundary_upload")))
    assert left == {second.boundary_upload_id} != {first.boundary_upload_id}


def test_what_is_confirmed_has_to_fit(desk: Desk, tmp_path) -> None:
    upload = desk.take(write(tmp_path, files.basic()))
    for said, words in (
        ({"crs": "xian80"}, "Xian 1980"),
        ({"snap_m": 50.0}, "snap_m"),
        ({"columns": {"code": "没有"}}, "没有"),
    ):
        with pytest.raises(Invalid, match=words):
            desk.confirm(upload, **said)
    # A column that is to be ignored is not looked at.
    unnamed = desk.confirm(upload, columns={"name": None, "code": CODE})
    assert "name" not in unnamed.report["columns"]


def test_the_command_makes_a_draft(world_url: str, tmp_path) -> None:
    gridmap = Gridmap(world_url)
    moved = files.moved_corner(files.basic(), 1, 2)
    grids = files.moved_vertex(moved, factories.corner(1, 1), -9_000, -9_000, [V1 + "001"])
    file = write(tmp_path, files.projected(grids, 2))
    told = gridmap.run("changeset", "import", file, "--dry-run")
    assert told.code == 0, told.said
    assert "空隙" in told.said
    assert gridmap.query("SELECT count(*) FROM changeset") == [(0,)]
    done = gridmap.run("changeset", "import", file, "--accept", "all", "--title", "补测")
    assert done.code == 0, done.said
    assert gridmap.query("SELECT title, kind FROM changeset") == [("补测", "import")]
