"""Colours for grids such that no two that touch look alike.

A fresh colouring after one split would change some 490 grids of a county; so colours are
stored, and only new and conflicting grids are given one (`recolour`).

Source: Matula and Beck, "Smallest-last ordering", J. ACM 30 (1983); Kempe chains.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import ArrayLike, NDArray

COLOURS = 6
"""Number of colours: indices 0 to 5."""

USUAL = 5
"""Colours that suffice for nearly every map; the sixth is kept for grids that come later, so
that their neighbours need not change."""

UNCOLOURED = -1
"""In place of a colour: none yet."""

_Adjacency = list[list[int]]


def colour(pairs: ArrayLike, count: int) -> NDArray[np.int8]:
    """Colour grids afresh, the first five colours about equally often.

    Parameters
    ----------
    pairs
        Integers (k, 2): grids that touch, see `gis.core.adjacency.contacts`.
    count
        Number of grids.

    Returns
    -------
    ndarray of int8
        (count,), 0 to 5; the same for the same input. No two grids of a pair are equal, unless
        more grids meet in one place than there are colours for; then as few as possible.
    """
    return recolour(pairs, np.full(count, UNCOLOURED, dtype=np.int8))


def recolour(pairs: ArrayLike, existing: ArrayLike) -> NDArray[np.int8]:
    """Colour what is new or in conflict, and leave the rest as it is.

    Parameters
    ----------
    pairs
        Integers (k, 2): grids that touch.
    existing
        Integers (n,): the stored colours, `UNCOLOURED` for new grids.

    Returns
    -------
    ndarray of int8
        (n,), 0 to 5. Of two touching grids with equal stored colours the one with the higher
        index changes. Others change only where a new grid could not be coloured otherwise.
    """
    given = np.asarray(existing, dtype=np.int64)
    around = _adjacency(np.asarray(pairs, dtype=np.int64).reshape(-1, 2), len(given))
    colours = [int(c) if 0 <= c < COLOURS else UNCOLOURED for c in given]
    for grid, others in enumerate(around):
        if any(other < grid and colours[other] == colours[grid] for other in others):
            colours[grid] = UNCOLOURED
    used = [colours.count(c) for c in range(COLOURS)]
    fresh = [grid for grid, c in enumerate(colours) if c == UNCOLOURED]
    for grid in reversed(_smallest_last(around, fresh)):
        chosen = _choose(grid, around, colours, used)
        colours[grid] = chosen
        used[chosen] += 1
    return np.array(colours, dtype=np.int8)


def _adjacency(pairs: NDArray[np.int64], count: int) -> _Adjacency:
    around: list[set[int]] = [set() for _ in range(count)]
    for a, b in pairs.tolist():
        if a != b:
            around[a].add(b)
            around[b].add(a)
    return [sorted(others) for others in around]


def _smallest_last(around: _Adjacency, fresh: list[int]) -> list[int]:
    """Order the new grids by taking away, again and again, the one with the fewest neighbours.

    Coloured in reverse, each then has few coloured neighbours when its turn comes: at most
    five for any map on paper.
    """
    degree = {grid: len(around[grid]) for grid in fresh}
    queue = [(d, grid) for grid, d in degree.items()]
    heapq.heapify(queue)
    order: list[int] = []
    while queue:
        d, grid = heapq.heappop(queue)
        if degree.get(grid) != d:  # an older entry
            continue
        del degree[grid]
        order.append(grid)
        for other in around[grid]:
            if other in degree:
                degree[other] -= 1
                heapq.heappush(queue, (degree[other], other))
    return order


def _choose(grid: int, around: _Adjacency, colours: list[int], used: list[int]) -> int:
    taken = {colours[other] for other in around[grid]}
    free = [c for c in range(COLOURS) if c not in taken]
    if not free:
        free = _freed(grid, around, colours, used)
    if free:
        return min(free, key=lambda c: (c >= USUAL, used[c], c))
    # More grids meet here than there are colours: clash with as few as can be.
    clashes = [sum(colours[other] == c for other in around[grid]) for c in range(COLOURS)]
    return min(range(COLOURS), key=lambda c: (clashes[c], used[c]))


def _freed(grid: int, around: _Adjacency, colours: list[int], used: list[int]) -> list[int]:
    """Free a colour by the smallest swap of two colours along a chain of neighbours."""
    best: tuple[int, int, int, set[int]] | None = None
    for old in range(COLOURS):
        for new in range(COLOURS):
            chain = _chain_free_of(grid, (old, new), around, colours) if old != new else None
            if chain is not None and (best is None or len(chain) < best[0]):
                best = (len(chain), old, new, chain)
    if best is None:
        return []
    _, old, new, chain = best
    for other in chain:
        was = colours[other]
        colours[other] = new if was == old else old
        used[was] -= 1
        used[colours[other]] += 1
    return [old]


def _chain_free_of(
    grid: int, swap: tuple[int, int], around: _Adjacency, colours: list[int]
) -> set[int] | None:
    """Return the grids to swap so that the first colour leaves the grid's surroundings.

    None where the chains come back to the grid in the second colour, so that a swap would
    bring the first one back.
    """
    old, new = swap
    ahead = [other for other in around[grid] if colours[other] == old]
    chain = set(ahead)
    while ahead:
        here = ahead.pop()
        for other in around[here]:
            if other != grid and other not in chain and colours[other] in swap:
                chain.add(other)
                ahead.append(other)
    returns = any(other in chain and colours[other] == new for other in around[grid])
    return None if returns else chain
