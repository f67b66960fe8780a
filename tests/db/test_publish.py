"""Publishing boundaries: exact, versioned, with everything filed anew; or nothing at all."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gis.boundaries import publish_import
from gis.core.errors import Conflict, Invalid, NotTiling
from gis.db.session import ReadSession, WriteSession, as_reader, write_session
from gis.divisions import Deployment, found_deployment, load_divisions
from gis.grids import load_locator
from gis.households import load_households
from tests import factories

JUNE = dt.date(2025, 6, 1)


def publish(session: WriteSession, grids: gpd.GeoDataFrame, day: dt.date = JUNE):
    return publish_import(session, grids, effective_from=day, note="test", retire=True)


def merge_two(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Let the first grid swallow the second; the second is retired."""
    first, second = grids["code"].iloc[0], grids["code"].iloc[1]
    shapes = grids.set_index("code").geometry
    merged = shapely.union_all([shapes[first], shapes[second]])
    grids = grids[grids["code"] != second].reset_index(drop=True)
    grids.loc[grids["code"] == first, "geometry"] = merged
    return grids


def misfiled(session: Session, table: str) -> int:
    """Count rows that PostGIS would file elsewhere than they are filed."""
    count: int = session.scalar(
        text(
            f"SELECT count(*) FROM {table} AS t,"
            " LATERAL (SELECT max(generation) AS g FROM generation) AS newest"
            " WHERE t.basic_grid_id IS DISTINCT FROM"
            "       locate_grid(t.geom, 'basic', newest.g, current_date)"
            "    OR t.exclusive_grid_id IS DISTINCT FROM"
            "       locate_grid(t.geom, 'exclusive', newest.g, current_date)"
        )
    )
    return count


def test_everything_is_filed_where_postgis_says(reader: ReadSession) -> None:
    assert misfiled(reader, "household") == 0
    assert misfiled(reader, "event") == 0
    filed = reader.scalar(text("SELECT count(basic_grid_id) FROM household"))
    assert filed == factories.Tally.households


def test_outlines_are_the_exact_union_of_their_grids(reader: ReadSession) -> None:
    rows = reader.execute(
        text(
            "SELECT o.division_code, ST_Equals(lattice(o.geom), ST_Union(lattice(v.geom))) AS same"
            "  FROM division_outline AS o"
            "  JOIN division AS d ON d.path @> ARRAY[o.division_code]"
            "  JOIN grid_version AS v ON v.division_code = d.code AND v.kind <> 'exclusive'"
            " GROUP BY o.division_code, o.geom"
        )
    ).all()
    assert len(rows) == 1 + 2 + 4
    assert all(row.same for row in rows)


def test_a_merge_retires_a_grid_and_refiles_its_people(world_engine: Engine) -> None:
    grids = merge_two(factories.grids())
    with write_session(world_engine) as session:
        done = publish(session, grids)
    assert (done.generation, done.created, done.changed, done.retired) == (2, 0, 1, 1)
    assert done.refiled_households > 0
    with Session(world_engine) as session:
        assert misfiled(session, "household") == misfiled(session, "event") == 0
        kept = session.scalar(
            text(
                "SELECT count(*) FROM household AS h JOIN grid_version AS v"
                "    ON v.grid_id = h.reported_basic_grid_id AND v.generations @> 1::bigint"
                " WHERE v.code = '990101101201002' AND h.basic_grid_id <> v.grid_id"
            )
        )
        assert kept == done.refiled_households  # the grid as reported is still known


def test_old_generations_answer_as_they_did(world_engine: Engine) -> None:
    lon, lat = factories.positions(2000, seed=9)
    with Session(world_engine) as session:
        before = load_locator(ReadSession(session))
        old = before.locate(lon, lat)
        old_codes = np.array([*before.basic.codes, None], dtype=object)[old.basic]
    with write_session(world_engine) as session:
        publish(session, merge_two(factories.grids()))
    with Session(world_engine) as session:
        reader = ReadSession(session)
        for generation, day in ((1, dt.date(2026, 1, 1)), (2, dt.date(2025, 5, 31))):
            # As known in generation 1; and as known now, about a day before the change.
            again = load_locator(reader, generation=generation, day=day)
            codes = np.array([*again.basic.codes, None], dtype=object)
            assert (codes[again.locate(lon, lat).basic] == old_codes).all()
        assert len(load_locator(reader).basic.codes) == 11


def test_the_same_boundaries_again_publish_nothing(world_engine: Engine) -> None:
    with write_session(world_engine) as session:
        done = publish(session, factories.grids())
    assert (done.generation, done.created, done.changed, done.retired) == (1, 0, 0, 0)
    with Session(world_engine) as session:
        assert session.scalar(text("SELECT max(generation) FROM generation")) == 1
        versions = session.scalar(text("SELECT count(*) FROM grid_version"))
    assert versions == len(factories.grids())


def test_grids_that_a_file_leaves_out_are_not_retired_by_chance(writer: WriteSession) -> None:
    east = factories.grids()
    east = east[east["division_code"].isin(factories.VILLAGES[2:])].reset_index(drop=True)
    with pytest.raises(Conflict, match="--retire"):
        publish_import(writer, east, effective_from=JUNE)


def test_a_division_without_grids_has_no_outline_any_more(world_engine: Engine) -> None:
    east = factories.grids()
    east = east[east["division_code"].isin(factories.VILLAGES[2:])].reset_index(drop=True)
    with write_session(world_engine) as session:
        publish(session, east)
    statement = text(
        "SELECT division_code FROM division_outline"
        " WHERE generations @> CAST(2 AS bigint) AND valid @> current_date"
    )
    with Session(world_engine) as session:
        left = set(session.scalars(statement))
    assert left == {factories.COUNTY, factories.TOWNSHIPS[1], *factories.VILLAGES[2:]}


def one_sided(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shape = shapely.get_coordinates(grids.geometry.iloc[0])
    shape[4] = np.rint(shape[4] * 1e7 + [0, 2]) / 1e7  # the bend in the border to the north
    grids.loc[0, "geometry"] = shapely.Polygon(shape)
    return grids


def missing(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return grids.drop(index=4).reset_index(drop=True)


def overlapping(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    extra = grids.iloc[[0]].assign(code="990101101201009")
    return gpd.GeoDataFrame(gpd.pd.concat([grids, extra], ignore_index=True), crs=grids.crs)


@pytest.mark.parametrize("spoil", [one_sided, missing, overlapping])
def test_grids_that_do_not_tile_are_refused(world_engine: Engine, spoil) -> None:
    with pytest.raises(NotTiling), write_session(world_engine) as session:
        publish(session, spoil(factories.grids()))
    with Session(world_engine) as session:
        assert session.scalar(text("SELECT max(generation) FROM generation")) == 1


def test_exclusive_grids_keep_their_rules(writer: WriteSession) -> None:
    grids = factories.grids()
    grids.loc[grids["name"] == "测试市场", "geometry"] = factories.box(
        110_000, 40_000, 140_000, 60_000
    )
    with pytest.raises(Invalid, match="overlap"):
        publish(writer, grids)
    grids = factories.grids()
    grids.loc[grids["name"] == "测试公园", "geometry"] = factories.box(
        180_000, 140_000, 260_000, 180_000
    )
    with pytest.raises(Invalid, match="township"):
        publish(writer, grids)
    grids = factories.grids()
    out_of_the_county = factories.box(240_000, -20_000, 260_000, 40_000)
    grids.loc[grids["name"] == "测试公园", "geometry"] = out_of_the_county
    with pytest.raises(Invalid, match="township"):
        publish(writer, grids)


def test_codes_and_divisions_must_be_sound(writer: WriteSession) -> None:
    grids = factories.grids()
    grids.loc[1, "code"] = grids.loc[0, "code"]
    with pytest.raises(Invalid, match="twice"):
        publish(writer, grids)
    grids = factories.grids()
    grids.loc[1, "division_code"] = "990101109999"
    with pytest.raises(Invalid, match="not loaded"):
        publish(writer, grids)


def test_a_retired_code_is_never_given_again(world_engine: Engine) -> None:
    with write_session(world_engine) as session:
        publish(session, merge_two(factories.grids()))
    with pytest.raises(Invalid, match="retired"), write_session(world_engine) as session:
        publish(session, factories.grids(), dt.date(2025, 7, 1))


def test_a_code_keeps_its_layer(writer: WriteSession) -> None:
    grids = factories.grids()
    grids.loc[grids["kind"] == "exclusive", "kind"] = "rural"
    with pytest.raises(Invalid, match="layer"):
        publish(writer, grids)


def test_days_run_forward(writer: WriteSession) -> None:
    with pytest.raises(Invalid, match="later day"):
        publish(writer, factories.grids(), dt.date(2999, 1, 1))
    with pytest.raises(Invalid, match="earlier"):
        publish(writer, factories.grids(), dt.date(2024, 1, 1))


def test_divisions_are_loaded_once(writer: WriteSession) -> None:
    with pytest.raises(Conflict):
        load_divisions(writer, factories.divisions())


def test_a_circle_of_parents_is_refused(empty_engine: Engine) -> None:
    frame = factories.divisions()
    frame.loc[0, "parent_code"] = frame.loc[1, "code"]
    with pytest.raises(Invalid, match="circle"), write_session(empty_engine) as session:
        load_divisions(session, frame)


def test_colours_of_neighbours_differ_and_stay(world_engine: Engine) -> None:
    statement = text(
        "SELECT code, colour_index FROM grid_version"
        " WHERE upper_inf(generations) AND upper_inf(valid)"
    )
    with Session(world_engine) as session:
        before = {row.code: row.colour_index for row in session.execute(statement)}
        clashes = session.scalar(
            text(
                "SELECT count(*) FROM grid_version a JOIN grid_version b ON a.code < b.code"
                " AND ST_Intersects(a.geom, b.geom) AND a.colour_index = b.colour_index"
                " AND a.kind <> 'exclusive' AND b.kind <> 'exclusive'"
            )
        )
    assert clashes == 0
    with write_session(world_engine) as session:
        publish(session, merge_two(factories.grids()))
    with Session(world_engine) as session:
        after = {row.code: row.colour_index for row in session.execute(statement)}
    untouched = set(after) - {"990101101201001"}
    assert {code: after[code] for code in untouched} == {code: before[code] for code in untouched}


def test_the_locator_and_postgis_agree_on_borders(reader: ReadSession) -> None:
    """Vertices, midpoints of edges (on the lattice or rounded to it), and random points."""
    locator = load_locator(reader)
    shapes = np.concatenate([locator.basic.polygons, locator.exclusive.polygons])
    corners = np.rint(shapely.get_coordinates(shapes) * 1e7).astype(np.int64)
    middles = (corners[:-1] + corners[1:]) // 2
    lon, lat = factories.positions(500, seed=5)
    x = np.concatenate([corners[:, 0], middles[:, 0]]) / 1e7
    y = np.concatenate([corners[:, 1], middles[:, 1]]) / 1e7
    lon, lat = np.concatenate([x, lon]), np.concatenate([y, lat])
    located = locator.locate(lon, lat)
    for layer, found, grids in (
        ("basic", located.basic, locator.basic),
        ("exclusive", located.exclusive, locator.exclusive),
    ):
        expected = reader.scalars(
            text(
                "SELECT locate_grid(ST_SetSRID(ST_MakePoint(x, y), 4490), :layer, 1, current_date)"
                "  FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) WITH ORDINALITY"
                "       AS p (x, y, n) ORDER BY n"
            ),
            {"x": lon.tolist(), "y": lat.tolist(), "layer": layer},
        ).all()
        ours = [int(grids.grid_ids[i]) if i >= 0 else None for i in found]
        assert ours == list(expected)


NEIGHBOUR = ("990102000000", "990102101000", "990102101201")


@pytest.fixture
def two_counties(empty_engine: Engine) -> Engine:
    """The small county with its households, and the tree of a neighbour that has no grids yet."""
    rows = zip(NEIGHBOUR, ("邻县", "邻镇", "邻村"), ("county", "township", "village"), strict=True)
    tree = pd.DataFrame(rows, columns=["code", "name", "level"]).assign(
        depth=[0, 1, 2], parent_code=[None, *NEIGHBOUR[:2]], is_admin=True
    )
    with write_session(empty_engine) as session:
        found_deployment(session, Deployment("testcounty", factories.COUNTY, is_schematic=True))
        load_divisions(session, pd.concat([factories.divisions(), tree], ignore_index=True))
        publish(session, factories.grids(), factories.EFFECTIVE_FROM)
        load_households(session, factories.households(), load_locator(as_reader(session)))
    return empty_engine


def neighbour(shape: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the one grid of the neighbour."""
    row = {"code": f"{NEIGHBOUR[2]}001", "name": "邻", "kind": "rural", "attributes": {}}
    frame = pd.DataFrame([row | {"division_code": NEIGHBOUR[2]}])
    return gpd.GeoDataFrame(frame, geometry=[shape], crs="EPSG:4490")


def test_counties_do_not_overlap(two_counties: Engine) -> None:
    inside = neighbour(factories.box(399_999, 0, 700_000, 300_000))
    beside = neighbour(factories.box(400_000, 0, 700_000, 300_000))
    with (
        pytest.raises(Invalid, match="990102 and 990101 overlap"),
        write_session(two_counties) as session,
    ):
        publish(session, inside)
    together = pd.concat([factories.grids(), inside], ignore_index=True)
    with (
        pytest.raises(Invalid, match="990101 and 990102 overlap"),
        write_session(two_counties) as session,
    ):
        publish(session, together)
    with write_session(two_counties) as session:
        assert publish(session, beside).created == 1


def test_nobody_changes_county_by_a_border(two_counties: Engine) -> None:
    grids = factories.grids()
    lost = grids["division_code"] == factories.VILLAGES[3]
    taken = shapely.union_all(grids.geometry[lost & (grids["kind"] != "exclusive")])
    moved = pd.concat([grids[~lost], neighbour(taken)], ignore_index=True)
    with (
        pytest.raises(Conflict, match="cannot change its county"),
        write_session(two_counties) as session,
    ):
        publish(session, moved)
    with Session(two_counties) as session:
        assert misfiled(session, "household") == 0
