"""Share out whole things so that the parts add up to the total exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.core.errors import Invalid

Ints = NDArray[np.int64]


def allot(total: int, weights: ArrayLike, *, minimum: int = 0) -> Ints:
    """Share out `total` whole things in proportion to weights (largest remainders).

    Parameters
    ----------
    total
        How many there are.
    weights
        Shape (n,), not negative.
    minimum
        What every part gets beforehand.

    Returns
    -------
    ndarray
        Shape (n,), int64, at least `minimum` each, summing to `total`.

    Raises
    ------
    Invalid
        If `total` is not enough for the minimum.

    Examples
    --------
    >>> allot(10, [1, 1, 2], minimum=1).tolist()
    [3, 3, 4]
    """
    shares = np.asarray(weights, dtype=np.float64)
    rest = total - minimum * len(shares)
    if rest < 0 or (rest > 0 and len(shares) == 0):
        raise Invalid(
            f"{total} cannot be shared out over {len(shares)} with at least {minimum} for each",
            zh=f"总数 {total} 不足以分给 {len(shares)} 个单元(每个至少 {minimum})",
        )
    if len(shares) == 0:
        return np.zeros(0, dtype=np.int64)
    if shares.sum() <= 0:
        shares = np.ones(len(shares))
    exact = shares / shares.sum() * rest
    parts = np.floor(exact).astype(np.int64)
    missing = rest - int(parts.sum())
    # Stable, so that equal remainders always fall to the same parts.
    first = np.argsort(parts - exact, kind="stable")[:missing]
    parts[first] += 1
    shared: Ints = parts + minimum
    return shared


def spread(total: int, load: ArrayLike) -> Ints:
    """Spread people over places evenly; the busiest get what is left over.

    Parameters
    ----------
    total
        How many people there are.
    load
        Shape (n,): how busy each place is.

    Returns
    -------
    ndarray
        Shape (n,), int64: people at each place, differing by at most one.

    Examples
    --------
    >>> spread(5, [1.0, 9.0, 2.0]).tolist()
    [1, 2, 2]
    """
    busy = np.asarray(load, dtype=np.float64)
    parts = np.full(len(busy), total // max(len(busy), 1), dtype=np.int64)
    left = total - int(parts.sum())
    parts[np.argsort(-busy, kind="stable")[:left]] += 1
    return parts


def draw_within(total: int, ceiling: Ints, rng: np.random.Generator) -> Ints:
    """Give out `total` things one by one at random, none over its ceiling.

    Parameters
    ----------
    total
        How many there are.
    ceiling
        Shape (n,), int64: what each part can take.
    rng
        Source of all chance.

    Returns
    -------
    ndarray
        Shape (n,), int64, summing to `total`.

    Raises
    ------
    Invalid
        If the ceilings together are less than `total`.
    """
    if total > int(ceiling.sum()):
        raise Invalid(f"{total} do not fit under ceilings that add up to {int(ceiling.sum())}")
    drawn: Ints = rng.multivariate_hypergeometric(ceiling, total, method="marginals")
    return drawn
