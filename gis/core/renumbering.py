"""What number each grid of a layer has after a change.

A grid that stays keeps its number wherever it can, so that a change costs what it touches: new
grids take the numbers of those that go, and where fewer come than go, the last ones move up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.core.cells.patching import Renumbered, Revision
from gis.core.errors import Invalid
from gis.core.layer import LayerChange, order_of
from gis.core.rings import extract_rings

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """A layer without its polygons.

    Attributes
    ----------
    codes
        bytes (n,): UTF-8.
    ids
        int64 (n,).
    order
        int32 (n,): the grids' numbers by code.
    """

    codes: NDArray[Any]
    ids: Ints
    order: NDArray[np.int32]

    def place(self, code: bytes) -> int:
        """Return the place in `order` where a code stands or would stand."""
        return bisect_left(self.order, code, key=self.codes.__getitem__)

    def number(self, code: bytes) -> int | None:
        """Return the number of a code, None if it is not there."""
        place = self.place(code)
        if place < len(self.order) and self.codes[self.order[place]] == code:
            return int(self.order[place])
        return None


def revision_of(
    columns: Sequence[Columns], changes: Sequence[LayerChange]
) -> tuple[list[Columns], Revision]:
    """Put the changes of both layers together.

    Parameters
    ----------
    columns
        The basic and the exclusive layer before.
    changes
        What becomes of them.

    Returns
    -------
    tuple of list of Columns and Revision
        The layers after; and what the index needs to know.

    Raises
    ------
    Invalid
        If a grid that shall go does not exist, or a changed layer is not in order.
    """
    after, layers = [], []
    for before, change in zip(columns, changes, strict=True):
        order_of(change.layer)
        column, layer = renumber(before, change.layer.codes, change.layer.grid_ids, change.gone)
        after.append(column)
        layers.append(layer)
    polygons = [np.asarray(change.layer.polygons, dtype=object) for change in changes]
    exclusive_order = np.int32(layers[0].after) + after[1].order
    revision = Revision(
        layers[0],
        layers[1],
        extract_rings(np.concatenate(polygons)),
        len(polygons[0]),
        np.concatenate([after[0].order, exclusive_order]),
    )
    return after, revision


def renumber(
    columns: Columns, codes: Sequence[str], ids: Sequence[int] | Ints, gone: Collection[str]
) -> tuple[Columns, Renumbered]:
    """Give numbers to the grids of a changed layer.

    Parameters
    ----------
    columns
        The layer before.
    codes, ids
        Of the grids that are new or change.
    gone
        Codes of those that are no more.

    Returns
    -------
    tuple of Columns and Renumbered
        The layer after; and whose numbers are others, where ``~k`` is the k-th of `codes`.

    Raises
    ------
    Invalid
        If a grid that shall go does not exist.
    """
    keys = [str(code).encode() for code in codes]
    numbers = [columns.number(key) for key in keys]
    holes = _holes(columns, gone) - {number for number in numbers if number is not None}
    fresh = sorted((k for k, number in enumerate(numbers) if number is None), key=keys.__getitem__)
    before, after = len(columns.ids), len(columns.ids) - len(holes) + len(fresh)
    free = [*sorted(holes), *range(before, after)]
    source = {number: ~k for k, number in enumerate(numbers) if number is not None}
    source.update((number, ~k) for k, number in zip(fresh, free, strict=False))
    left = [number for number in free[len(fresh) :] if number < after]
    movers = [number for number in range(after, before) if number not in holes]
    moved = dict(zip(movers, left, strict=True))
    source.update((now, source.get(number, number)) for number, now in moved.items())
    source = {number: at for number, at in source.items() if number < after}
    changed = Renumbered(
        before,
        after,
        np.array(list(source), dtype=np.int64),
        np.array(list(source.values()), dtype=np.int64),
    )
    order = _reordered(
        columns, holes, moved, [(keys[k], n) for k, n in zip(fresh, free, strict=False)]
    )
    return Columns(*_taken(columns, changed, keys, ids), order), changed


def _holes(columns: Columns, gone: Collection[str]) -> set[int]:
    holes = set()
    for code in gone:
        number = columns.number(str(code).encode())
        if number is None:
            raise Invalid(f"There is no grid {code} to remove.", zh=f"没有可移除的网格 {code}。")
        holes.add(number)
    return holes


def _reordered(
    columns: Columns, holes: set[int], moved: dict[int, int], fresh: list[tuple[bytes, int]]
) -> NDArray[np.int32]:
    """Return the order after a change; `fresh` are new codes, ascending, and their numbers."""
    order = columns.order.copy()
    for number, now in moved.items():
        order[columns.place(columns.codes[number])] = now
    dropped = np.sort(np.array([columns.place(columns.codes[n]) for n in holes], dtype=np.int64))
    places = np.array([columns.place(key) for key, _ in fresh], dtype=np.int64)
    places -= np.searchsorted(dropped, places)
    return np.insert(np.delete(order, dropped), places, [n for _, n in fresh]).astype(np.int32)


def _taken(
    columns: Columns, changed: Renumbered, keys: list[bytes], ids: Sequence[int] | Ints
) -> tuple[NDArray[Any], Ints]:
    """Return codes and ids by new number."""
    own = np.array(keys or np.zeros(0, "S1"), dtype=np.bytes_)
    width = max(columns.codes.dtype.itemsize, own.dtype.itemsize)
    codes, own_ids = np.zeros(changed.after, f"S{width}"), np.asarray(ids, dtype=np.int64)
    new_ids = np.zeros(changed.after, dtype=np.int64)
    same = min(changed.before, changed.after)
    codes[:same], new_ids[:same] = columns.codes[:same], columns.ids[:same]
    for number, at in zip(changed.numbers.tolist(), changed.sources.tolist(), strict=True):
        codes[number] = own[~at] if at < 0 else columns.codes[at]
        new_ids[number] = own_ids[~at] if at < 0 else columns.ids[at]
    return codes, new_ids
