"""A locator as a file, and a locator changed in a few grids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis.core.errors import BadFile, Invalid
from gis.core.lattice import to_degrees, to_lattice
from gis.core.locator import NO_LAYER, Layer, LayerChange, Locator
from gis.core.locator_file import open_locator, save_locator
from tests.cases import triangles
from tests.cases.patchworks import patchworks
from tests.cases.tilings import ORIGIN, wiggly

GRIDS = wiggly(12, 12, seed=3)
CODES = [f"g{i:03d}" for i in range(len(GRIDS))]
SCHOOLS = shapely.buffer(shapely.centroid(GRIDS[::9]), 0.001, quad_segs=1)
SCHOOLS = np.asarray(shapely.transform(SCHOOLS, lambda xy: to_degrees(to_lattice(xy))))
BASIC = Layer(CODES, np.arange(len(GRIDS)) + 7, GRIDS)
EXCLUSIVE = Layer([f"x{i:02d}" for i in range(len(SCHOOLS))], np.arange(len(SCHOOLS)), SCHOOLS)


@pytest.fixture(scope="module")
def locator() -> Locator:
    return Locator.build(BASIC, EXCLUSIVE, 5)


def assert_same(one: Locator, other: Locator) -> None:
    """To the bit."""
    for a, b in zip((*one.index, *one.outlines), (*other.index, *other.outlines), strict=True):
        assert np.asarray(a).dtype == np.asarray(b).dtype
        assert np.array_equal(a, b)
    for a, b in ((one.basic, other.basic), (one.exclusive, other.exclusive)):
        assert list(a.codes) == list(b.codes)
        assert list(a.grid_ids) == list(b.grid_ids)
        assert shapely.equals(np.asarray(a.polygons), np.asarray(b.polygons)).all()


def test_a_file_holds_everything(locator: Locator, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "5.locator"
    save_locator(locator, path, source="abc")
    opened = open_locator(path, source="abc", verify=True)
    assert opened is not None
    assert opened.generation == 5
    assert_same(opened, locator)
    assert open_locator(path, source="another") is None
    assert [p.name for p in path.parent.iterdir()] == ["5.locator"]
    vertices = shapely.get_coordinates(GRIDS)
    one, other = (some.locate(vertices[:, 0], vertices[:, 1]) for some in (locator, opened))
    assert (one.basic == other.basic).all()
    assert (one.responsible_codes == other.responsible_codes).all()
    assert opened.near(*vertices[50], 30.0) == locator.near(*vertices[50], 30.0)
    assert opened.basic.polygons[3].equals(GRIDS[3])


def test_an_empty_locator_can_be_kept(tmp_path: Path) -> None:
    save_locator(Locator.build(NO_LAYER, NO_LAYER, 2), tmp_path / "a")
    opened = open_locator(tmp_path / "a", verify=True)
    assert opened is not None
    assert opened.locate([115.0], [34.0]).basic.tolist() == [-1]


def test_a_new_file_of_the_same_name_does_not_disturb_who_has_the_old_one(
    locator: Locator, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    save_locator(locator, path)
    opened = open_locator(path)
    assert opened is not None
    save_locator(Locator.build(NO_LAYER, NO_LAYER, 6), path)
    assert_same(opened, locator)


def test_what_is_no_whole_locator_file_is_refused(locator: Locator, tmp_path: Path) -> None:
    path = tmp_path / "a"
    save_locator(locator, path)
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    head = bytearray(whole)
    head[60] ^= 1
    cases = {
        "is not a locator file": [b"", b"GRID", b"PK" + whole[2:], whole[1:]],
        "has a damaged head": [whole[:40], bytes(head)],
        "bytes of": [whole[:-1], whole[: len(whole) // 2], whole + b"\0"],
        "checksum": [bytes(damaged)],
    }
    for words, contents in cases.items():
        for content in contents:
            path.write_bytes(content)
            with pytest.raises(BadFile, match=words):
                open_locator(path, verify=True)


def test_a_file_of_another_version_is_refused(
    locator: Locator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gis.core.cells.storage.VERSION", 99)
    save_locator(locator, tmp_path / "a")
    monkeypatch.undo()
    with pytest.raises(BadFile, match="version 99"):
        open_locator(tmp_path / "a")


def merged(some: list[int]) -> Any:
    return shapely.coverage_union_all(GRIDS[some])


def without(layer: Layer, gone: list[int], come: list[tuple[str, int, Any]]) -> Layer:
    """Return a layer after a change, by code."""
    rows = [
        (code, int(layer.grid_ids[i]), layer.polygons[i])
        for i, code in enumerate(layer.codes)
        if i not in gone and code not in [c for c, *_ in come]
    ]
    rows = sorted([*rows, *come], key=lambda row: row[0])
    polygons = np.array([None, *(row[2] for row in rows)], dtype=object)[1:]
    return Layer([row[0] for row in rows], np.array([row[1] for row in rows], np.int64), polygons)


def change_of(come: list[tuple[str, int, Any]], gone: list[str]) -> LayerChange:
    polygons: NDArray[Any] = np.array([None, *(row[2] for row in come)], dtype=object)[1:]
    return LayerChange(
        Layer([c for c, *_ in come], np.array([i for _, i, _ in come], np.int64), polygons), gone
    )


def test_a_merge_and_a_new_code_in_the_middle_are_as_if_built_anew(locator: Locator) -> None:
    come = [("g0405", 900, merged([40, 41]))]
    patched = locator.patched(6, change_of(come, ["g040", "g041"]))
    anew = Locator.build(without(BASIC, [40, 41], come), EXCLUSIVE, 6)
    assert patched.generation == 6
    assert_same(patched, anew)


def test_exclusive_grids_come_move_and_go(locator: Locator) -> None:
    moved = shapely.transform(SCHOOLS[3], lambda xy: to_degrees(to_lattice(xy) + 20_000))
    come = [("x03", 3, moved), ("w", 77, SCHOOLS[0])]
    patched = locator.patched(6, exclusive=change_of(come, ["x00", "x11"]))
    assert_same(patched, Locator.build(BASIC, without(EXCLUSIVE, [0, 11], come), 6))


def test_where_the_outline_or_the_number_of_grids_changes_much(locator: Locator) -> None:
    gone = list(range(12, len(GRIDS)))
    patched = locator.patched(6, change_of([], [CODES[i] for i in gone]))
    assert patched.index[:6] != locator.index[:6]
    assert_same(patched, Locator.build(without(BASIC, gone, []), EXCLUSIVE, 6))
    emptied = locator.patched(7, change_of([], CODES), change_of([], list(EXCLUSIVE.codes)))
    assert_same(emptied, Locator.build(NO_LAYER, NO_LAYER, 7))


def test_nothing_changed_is_the_same(locator: Locator) -> None:
    assert_same(locator.patched(5), locator)


def test_a_patch_of_a_file_is_that_of_what_was_written(locator: Locator, tmp_path: Path) -> None:
    save_locator(locator, tmp_path / "a")
    opened = open_locator(tmp_path / "a")
    assert opened is not None
    come = [("g0001", 900, merged([0, 1]))]
    change = change_of(come, ["g000", "g001"])
    assert_same(opened.patched(6, change), locator.patched(6, change))


def test_what_is_not_there_cannot_go(locator: Locator) -> None:
    with pytest.raises(Invalid, match="no grid nowhere"):
        locator.patched(6, LayerChange(gone=["nowhere"]))


@settings(max_examples=100, deadline=None)
@given(patchworks(), patchworks(), st.data())
def test_any_patch_is_as_if_built_anew(one: Any, other: Any, data: st.DataObject) -> None:
    before, pool = one[0], other[0]
    layer = Layer([f"{2 * i:02d}" for i in range(len(before))], np.arange(len(before)), before)
    gone = sorted(data.draw(st.sets(st.sampled_from(range(len(before))))))
    names = data.draw(st.lists(st.integers(0, 12), max_size=len(pool), unique=True))
    come = [(f"{n:02d}", 100 + n, pool[k]) for k, n in enumerate(names)]
    patched = Locator.build(layer, NO_LAYER, 1).patched(
        2, change_of(come, [layer.codes[i] for i in gone])
    )
    assert_same(patched, Locator.build(without(layer, gone, come), NO_LAYER, 2))


def test_patches_upon_patches_of_overlapping_grids_with_far_records() -> None:
    rng = np.random.default_rng(11)
    rows = [
        (f"{i:03d}", i, shapely.Polygon(to_degrees(ORIGIN + ring)))
        for i, ring in enumerate(triangles.through_one_place(920, rng))
    ]
    layer = without(NO_LAYER, [], rows[:900])
    locator = Locator.build(layer, NO_LAYER, 1)
    assert (locator.index.record_start < 0).any()
    for step in range(4):
        gone = [step * 7, step * 7 + 1]
        come = rows[900 + step * 5 : 905 + step * 5]
        codes = list(layer.codes)
        locator = locator.patched(step + 2, change_of(come, [codes[i] for i in gone]))
        layer = without(layer, gone, come)
        assert_same(locator, Locator.build(layer, NO_LAYER, step + 2))
