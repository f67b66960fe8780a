"""Small compact plots for exclusive grids: yards, L-shaped campuses, rounded parks."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ACROSS_M = {
    "school": (90.0, 300.0),
    "hospital": (80.0, 250.0),
    "park": (120.0, 600.0),
    "market": (60.0, 220.0),
}
"""Usual least and largest extent, m; other kinds are as large as a market or a school."""
OTHER_ACROSS_M = (60.0, 300.0)
ROUND_KINDS = frozenset({"park"})


def draw_plot(kind: str, across_m: float, rng: np.random.Generator) -> Floats:
    """Draw one plot around (0, 0).

    Parameters
    ----------
    kind
        Parks are mostly rounded, all others mostly rectangular.
    across_m
        The longest extent of the plot, about, m.
    rng
        Source of chance.

    Returns
    -------
    ndarray
        Shape (n, 2), float64, m: an open ring of 4 to 40 vertices, counter-clockwise.
    """
    if rng.random() < (0.7 if kind in ROUND_KINDS else 0.1):
        ring = _blob(rng)
    elif rng.random() < 0.3:
        ring = _l_shape(rng)
    else:
        ring = _rectangle(rng)
    turn = rng.normal(0.0, 0.25)  # fields and streets here run about north to south
    spin = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    extent = float(np.ptp(ring, axis=0).max())
    placed: Floats = ring @ spin * (across_m / extent)
    return placed


def _rectangle(rng: np.random.Generator) -> Floats:
    half = 0.5 * rng.uniform(0.5, 1.0)
    if rng.random() < 0.5:
        corners = np.array([[-0.5, -half], [0.5, -half], [0.5, half], [-0.5, half]])
    else:
        corners = np.array([[-half, -0.5], [half, -0.5], [half, 0.5], [-half, 0.5]])
    corners += rng.normal(0.0, 0.02, corners.shape)
    return _with_points_between(corners, int(rng.integers(0, 4)), rng)


def _l_shape(rng: np.random.Generator) -> Floats:
    x, y = rng.uniform(-0.15, 0.2, 2)
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, y], [x, y], [x, 0.5], [-0.5, 0.5]])
    turned = corners @ np.linalg.matrix_power(np.array([[0, 1], [-1, 0]]), int(rng.integers(4)))
    return _with_points_between(
        turned - turned.mean(axis=0) + rng.normal(0.0, 0.012, turned.shape),
        int(rng.integers(0, 3)),
        rng,
    )


def _blob(rng: np.random.Generator) -> Floats:
    count = int(rng.integers(12, 41))
    angles = (np.arange(count) + rng.uniform(-0.2, 0.2, count)) * 2 * math.pi / count
    radius = np.ones(count)
    for wave in (2, 3, 4, 5):
        radius += rng.normal(0.0, 0.16 / wave) * np.cos(wave * angles + rng.uniform(0, 2 * math.pi))
    radius = np.maximum(radius, 0.55)
    ring: Floats = 0.5 * radius[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    return ring


def _with_points_between(corners: Floats, between: int, rng: np.random.Generator) -> Floats:
    """Put points between the corners, a little off the straight line."""
    after = np.roll(corners, -1, axis=0)
    shares = np.arange(between + 1) / (between + 1)
    ring = corners[:, None, :] * (1 - shares[:, None]) + after[:, None, :] * shares[:, None]
    ring[:, 1:] += rng.normal(0.0, 0.008, ring[:, 1:].shape)
    dense: Floats = ring.reshape(-1, 2)
    return dense
