"""Workload (工作量): which grids have more events than their households explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outlier:
    """A grid that stands out.

    Attributes
    ----------
    division
        Of the grid, twelve digits.
    expected
        Events that its households would have at the rate of the whole.
    score
        By how many standard deviations `events` is over `expected`; see `scores`.
    """

    code: str
    name: str
    division: str
    households: int
    events: int
    expected: float
    score: float


def scores(events: Longs, households: Longs) -> tuple[Floats, Floats]:
    """Tell how far each grid's events are from what its households explain.

    Parameters
    ----------
    events, households
        Shape (n,), counts; households at least 1.

    Returns
    -------
    expected : ndarray
        Shape (n,): households times events per household of all together.
    score : ndarray
        Shape (n,): (events - expected) / sqrt(expected + a * expected**2), where ``a`` is how much
        the rates of grids differ in truth (variance of the relative rate, by moments).

    Notes
    -----
    Source: Marshall, "Mapping disease and mortality rates using empirical Bayes estimators",
    Applied Statistics 40 (1991), 283–294, for ``a``; the score is the Pearson residual of the
    negative binomial distribution that gamma-distributed rates give. Where the rates differ by
    chance alone ``a`` is 0, and the score is that of the Poisson distribution. A small grid with a
    few events too many does not come first, as it would by events per household. ADR 0024.

    Examples
    --------
    >>> expected, score = scores(np.array([10, 10, 40]), np.array([100, 100, 100]))
    >>> expected.tolist(), [round(value, 2) for value in score.tolist()]
    ([20.0, 20.0, 20.0], [-0.71, -0.71, 1.41])
    """
    total = int(events.sum())
    if total == 0:
        return np.zeros(len(events)), np.zeros(len(events))
    expected: Floats = households.astype(np.float64) * (total / int(households.sum()))
    relative = events / expected
    spread = float((expected * (relative - 1) ** 2).sum() / expected.sum())
    true_variance = max(spread - 1 / float(expected.mean()), 0.0)
    score: Floats = (events - expected) / np.sqrt(expected + true_variance * expected**2)
    return expected, score
