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

from gis.core.cells import shelves
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
INDEX = st.integers(0, 1 << 20)


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


def grids_by_code(layer: Layer) -> dict[str, tuple[int, Any]]:
    return {
        code: (int(layer.grid_ids[i]), shapely.normalize(layer.polygons[i]))
        for i, code in enumerate(layer.codes)
    }


def assert_equivalent(patched: Locator, anew: Locator) -> None:
    """The same grids, and the same answers about them; and drawn anew, the same to the bit."""
    assert patched.generation == anew.generation
    layers = (patched.basic, anew.basic), (patched.exclusive, anew.exclusive)
    for mine, other in layers:
        assert grids_by_code(mine) == grids_by_code(other)
    xy = [shapely.get_coordinates(np.asarray(layer.polygons)) for pair in layers for layer in pair]
    vertices = to_lattice(np.concatenate(xy))
    rng = np.random.default_rng(len(vertices))
    points = np.repeat(vertices, 3, axis=0) + rng.integers(-1, 2, (3 * len(vertices), 2))
    if len(vertices):
        low, high = vertices.min(axis=0) - 99, vertices.max(axis=0) + 99
        points = np.concatenate([vertices, points, rng.integers(low, high, (3000, 2))])
    one, two = (some.locate_lattice(*points.T) for some in (patched, anew))
    assert (one.basic_codes == two.basic_codes).all()
    assert (one.exclusive_codes == two.exclusive_codes).all()
    assert (one.basic_ids == two.basic_ids).all()
    for lon, lat in to_degrees(points[:: max(1, len(points) // 5)]):
        assert patched.edge_distance_m(lon, lat) == anew.edge_distance_m(lon, lat)
        assert [n.code for n in patched.near(lon, lat, 50.0)] == [
            n.code for n in anew.near(lon, lat, 50.0)
        ]
    compact = patched.compacted()
    assert_same(compact, Locator.build(*(_built_of(p) for p, _ in layers), patched.generation))


def _built_of(layer: Layer) -> Layer:
    return Layer(layer.codes, layer.grid_ids, np.asarray(layer.polygons))


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
    damaged[4096] ^= 1  # behind the head, in the first array
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
    assert_equivalent(patched, anew)


def test_exclusive_grids_come_move_and_go(locator: Locator) -> None:
    moved = shapely.transform(SCHOOLS[3], lambda xy: to_degrees(to_lattice(xy) + 20_000))
    come = [("x03", 3, moved), ("w", 77, SCHOOLS[0])]
    patched = locator.patched(6, exclusive=change_of(come, ["x00", "x11"]))
    assert_equivalent(patched, Locator.build(BASIC, without(EXCLUSIVE, [0, 11], come), 6))


def test_where_the_outline_or_the_number_of_grids_changes_much(locator: Locator) -> None:
    gone = list(range(12, len(GRIDS)))
    patched = locator.patched(6, change_of([], [CODES[i] for i in gone]))
    assert patched.index[:6] != locator.index[:6]
    assert_equivalent(patched, Locator.build(without(BASIC, gone, []), EXCLUSIVE, 6))
    emptied = locator.patched(7, change_of([], CODES), change_of([], list(EXCLUSIVE.codes)))
    assert_equivalent(emptied, Locator.build(NO_LAYER, NO_LAYER, 7))


def test_nothing_changed_is_the_same(locator: Locator) -> None:
    assert_equivalent(locator.patched(5), locator)


def test_a_patch_of_a_file_is_that_of_what_was_written(locator: Locator, tmp_path: Path) -> None:
    save_locator(locator, tmp_path / "a")
    opened = open_locator(tmp_path / "a")
    assert opened is not None
    come = [("g0001", 900, merged([0, 1]))]
    change = change_of(come, ["g000", "g001"])
    assert_equivalent(opened.patched(6, change), locator.patched(6, change))


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
    assert_equivalent(patched, Locator.build(without(layer, gone, come), NO_LAYER, 2))


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
        assert_equivalent(locator, Locator.build(layer, NO_LAYER, step + 2))


def test_siblings_share_what_was_there_and_do_not_disturb_one_another(
    locator: Locator, tmp_path: Path
) -> None:
    save_locator(locator, tmp_path / "a")
    opened = open_locator(tmp_path / "a")
    assert opened is not None
    changes = [([40, 41], "g040"), ([41, 42], "g042"), ([43, 44], "g0435")]
    patched = [
        opened.patched(6, change_of([(code, 1, merged(some))], [CODES[i] for i in some]))
        for some, code in changes
    ]
    for one, (some, code) in zip(patched, changes, strict=True):
        come = [(code, 1, merged(some))]
        assert one.shelves is opened.shelves
        assert_equivalent(one, Locator.build(without(BASIC, some, come), EXCLUSIVE, 6))
    assert_equivalent(opened, locator)


def test_a_patched_locator_is_kept_as_what_differs(locator: Locator, tmp_path: Path) -> None:
    save_locator(locator, tmp_path / "a")
    current, layer = open_locator(tmp_path / "a"), BASIC
    for step, some in enumerate([[40, 41], [90, 91], [12, 13]]):
        assert current is not None
        codes = [CODES[i] for i in some]
        come = [(f"{codes[0]}x", 900 + step, merged(some))]
        layer = without(layer, [list(layer.codes).index(c) for c in codes], come)
        save_locator(current.patched(6, change_of(come, codes)), tmp_path / f"b{step}")
        current = open_locator(tmp_path / f"b{step}", verify=True)
        assert current is not None
        assert_equivalent(current, Locator.build(layer, EXCLUSIVE, 6))
        assert 3 * blocks_on_disk(tmp_path / f"b{step}") < blocks_on_disk(tmp_path / "a")


def blocks_on_disk(path: Path) -> int:
    return path.stat().st_blocks


def test_what_differs_is_of_no_use_without_the_file_that_it_adds_to(
    locator: Locator, tmp_path: Path
) -> None:
    save_locator(locator, tmp_path / "a")
    opened = open_locator(tmp_path / "a")
    assert opened is not None
    patched = opened.patched(6, change_of([("g000", 7, merged([0, 1]))], ["g001"]))
    save_locator(patched, tmp_path / "b")
    save_locator(patched.compacted(), tmp_path / "a")  # another one of that name
    with pytest.raises(BadFile, match="not what was added to"):
        open_locator(tmp_path / "b")
    (tmp_path / "a").unlink()
    with pytest.raises(FileNotFoundError):
        open_locator(tmp_path / "b")
    save_locator(patched, tmp_path / "b")  # whole, for there is nothing to add to
    again = open_locator(tmp_path / "b", verify=True)
    assert again is not None
    assert_equivalent(again, patched)


def test_where_there_is_no_room_the_arrays_move_and_a_worn_locator_says_so(
    locator: Locator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "_LEAST_ROOM", 1 << 13)
    monkeypatch.setattr(shelves, "_LEAST_WEAR", 1 << 17)
    current, moves = locator, 0
    for step in range(40):
        before = current.shelves
        change = change_of([("g040", step, GRIDS[40])], [])
        current = current.patched(6 + step, change)
        moves += before is not None and current.shelves is not before
    assert moves > 0
    assert current.is_worn
    assert not current.compacted().is_worn
    rows = without(BASIC, [], [("g040", 39, GRIDS[40])])
    assert_equivalent(current, Locator.build(rows, EXCLUSIVE, 45))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_chain_of_patches_answers_as_if_built_anew(data: st.DataObject) -> None:
    pool, _ = data.draw(patchworks())
    layers = [NO_LAYER, NO_LAYER]
    current = Locator.build(*layers, 0)
    for step in range(1, data.draw(st.integers(2, 6))):
        changes = []
        for side in (0, 1):
            names = [f"{n:02d}" for n in data.draw(st.sets(st.integers(0, 15), max_size=5))]
            come = [
                (n, 100 * step + k, pool[data.draw(INDEX) % len(pool)]) for k, n in enumerate(names)
            ]
            codes = list(layers[side].codes)
            gone = data.draw(st.sets(st.sampled_from(codes))) if codes else set()
            changes.append(change_of(come, sorted(gone)))
            layers[side] = without(layers[side], [codes.index(c) for c in gone], come)
        current = current.patched(step, *changes)
    assert_equivalent(current, Locator.build(*layers, current.generation))
