"""The file of a generation: made once, patched from the one before, never trusted blindly."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gis.boundaries import publish_import
from gis.core import clock
from gis.core.locator import NO_LAYER, Layer, Locator
from gis.core.locator_file import save_locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession, write_session
from gis.grids import get_generation, load_locator
from gis.grids.locator_files import KEPT, Held, LocatorFiles, source_of
from tests import factories


def assert_same(one: Locator, other: Locator) -> None:
    for a, b in zip((*one.index, *one.outlines), (*other.index, *other.outlines), strict=True):
        assert np.array_equal(a, b)
    for a, b in ((one.basic, other.basic), (one.exclusive, other.exclusive)):
        assert list(a.codes) == list(b.codes)
        assert list(a.grid_ids) == list(b.grid_ids)


def assert_equivalent(patched: Locator, built: Locator) -> None:
    """The same grids and answers; and drawn anew the same to the bit."""
    xy = np.concatenate([shapely.get_coordinates(np.asarray(built.basic.polygons)), [[0.0, 0.0]]])
    for a, b in ((patched.basic, built.basic), (patched.exclusive, built.exclusive)):
        assert dict(zip(a.codes, a.grid_ids, strict=True)) == dict(
            zip(b.codes, b.grid_ids, strict=True)
        )
    one, two = (some.locate(xy[:, 0], xy[:, 1]) for some in (patched, built))
    assert (one.basic_codes == two.basic_codes).all()
    assert (one.exclusive_codes == two.exclusive_codes).all()
    layers = [
        Layer(p.codes, p.grid_ids, np.asarray(p.polygons))
        for p in (patched.basic, patched.exclusive)
    ]
    assert_same(patched.compacted(), Locator.build(*layers, patched.generation))


def merge_two(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    first, second = grids["code"].iloc[0], grids["code"].iloc[1]
    shapes = grids.set_index("code").geometry
    merged = shapely.union_all([shapes[first], shapes[second]])
    grids = grids[grids["code"] != second].reset_index(drop=True)
    grids.loc[grids["code"] == first, "geometry"] = merged
    return grids


def newest(session: ReadSession) -> Snapshot:
    return Snapshot(get_generation(session).generation, clock.today())


def test_a_file_is_made_once_and_answers_as_the_database(
    reader: ReadSession, tmp_path: Path
) -> None:
    files = LocatorFiles(tmp_path / "locators")
    built = load_locator(reader)
    assert_same(files.locator(reader, newest(reader), "a"), built)
    [path] = (tmp_path / "locators").glob("*.locator")
    made = path.stat().st_mtime_ns
    assert_same(files.locator(reader, newest(reader), "a"), built)
    assert path.stat().st_mtime_ns == made


def test_a_foreign_or_cut_file_is_made_anew(reader: ReadSession, tmp_path: Path) -> None:
    files = LocatorFiles(tmp_path)
    built = load_locator(reader)
    files.locator(reader, newest(reader), "a")
    [path] = tmp_path.glob("*.locator")
    whole = path.read_bytes()
    save_locator(Locator.build(NO_LAYER, NO_LAYER, 1), path, source="of another database")
    for content in (path.read_bytes(), whole[:-64], b"", b"something else"):
        path.write_bytes(content)
        assert_same(files.locator(reader, newest(reader), "a"), built)
        assert path.read_bytes() == whole


def test_databases_have_their_own_files_and_old_ones_go(
    reader: ReadSession, tmp_path: Path
) -> None:
    files = LocatorFiles(tmp_path)
    for name in "abcdefghij":
        files.locator(reader, newest(reader), name)
    assert len(list(tmp_path.glob("*.locator"))) == KEPT


def test_where_nothing_can_be_written_the_answers_are_the_same(
    reader: ReadSession, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("a folder cannot be made here")
    files = LocatorFiles(tmp_path / "file" / "locators")
    assert_same(files.locator(reader, newest(reader), "a"), load_locator(reader))


def test_a_publication_patches_the_file_and_old_generations_answer_as_they_did(
    world_engine: Engine, tmp_path: Path
) -> None:
    files = LocatorFiles(tmp_path)
    with Session(world_engine) as session:
        before = newest(ReadSession(session))
        first = source_of(get_generation(ReadSession(session)))
        old = files.locator(ReadSession(session), before, first)
    xy = shapely.get_coordinates(factories.grids().geometry.to_numpy())
    told = old.locate(xy[:, 0], xy[:, 1]).responsible_codes
    with write_session(world_engine) as session:
        publish_import(
            session,
            merge_two(factories.grids()),
            effective_from=dt.date(2025, 6, 1),
            note="test",
            retire=True,
        )
    with Session(world_engine) as session:
        reader = ReadSession(session)
        after = newest(reader)
        assert after.generation == before.generation + 1
        second = source_of(get_generation(reader))
        held = Held(before, first, old)
        assert_equivalent(files.locator(reader, after, second, held), load_locator(reader))
        again = files.locator(reader, before, first)
        assert (again.locate(xy[:, 0], xy[:, 1]).responsible_codes == told).all()
        # And backwards: what is read is what differs, in either direction.
        new = Held(after, second, files.locator(reader, after, second))
        back = LocatorFiles(tmp_path / "other").locator(reader, before, first, new)
        assert_equivalent(back, load_locator(reader, before.generation))
        # A locator of another history is of no use, and is not used.
        stranger = Held(before, "another", Locator.build(NO_LAYER, NO_LAYER, 1))
        fresh = LocatorFiles(tmp_path / "fresh").locator(reader, after, second, stranger)
        assert_equivalent(fresh, load_locator(reader))
    assert len(list(tmp_path.glob("*.locator"))) == 2
