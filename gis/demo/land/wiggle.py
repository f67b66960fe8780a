"""How straight lines become borders: a smooth bend of the whole plane, and jogs of each border.

Two means, both unable to make borders cross:

* :class:`Bend` is a chain of shears. Each moves points along one direction by an amount that
  depends only on the position across it, so each is one-to-one and keeps every area, and so
  does the chain, whatever the amplitudes.
* :func:`jog` moves a border sideways inside the room that it has: a border between two convex
  faces has the two triangles to the centres of the faces to itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FINEST_M = 900.0
"""Shortest wave of the bend; what is finer is left to the jogs."""
OCTAVE = 2.3
STEEPNESS = (0.26, 0.22, 0.18)
"""Root mean square slope of one shear, octave by octave, the last for all further ones."""
WAVES = 3
STEP_M = 9.0


@dataclass(frozen=True, slots=True)
class Bend:
    """A one-to-one map of the plane that keeps areas.

    Attributes
    ----------
    directions
        Shape (n, 2), unit vectors: the direction along which shear *k* moves points.
    rates
        Shape (n, waves), rad/m.
    phases
        Shape (n, waves), rad.
    heights
        Shape (n, waves), m.
    """

    directions: Floats
    rates: Floats
    phases: Floats
    heights: Floats

    def apply(self, points: Floats) -> Floats:
        """Bend points.

        Parameters
        ----------
        points
            Shape (n, 2), float64, m.

        Returns
        -------
        ndarray
            Shape (n, 2), float64, m.
        """
        x, y = points[:, 0].copy(), points[:, 1].copy()
        for (dx, dy), rates, phases, heights in zip(
            self.directions, self.rates, self.phases, self.heights, strict=True
        ):
            across = x * -dy + y * dx
            move = np.zeros_like(across)
            for rate, phase, height in zip(rates, phases, heights, strict=True):
                move += height * np.sin(rate * across + phase)
            x += dx * move
            y += dy * move
        return np.column_stack([x, y])


def make_bend(size_m: float, rng: np.random.Generator) -> Bend:
    """Draw a bend whose waves go from the size of the whole down to :data:`FINEST_M`.

    Parameters
    ----------
    size_m
        How large the bent thing is.
    rng
        Source of chance.

    Returns
    -------
    Bend
        Three shears for each octave, the long waves first.
    """
    octaves = max(2, 1 + round(math.log(size_m / FINEST_M) / math.log(OCTAVE)))
    lengths = np.repeat(size_m / OCTAVE ** np.arange(octaves), 3)
    start = rng.uniform(0.0, math.pi, octaves)
    angles = np.repeat(start, 3) + np.tile([0.0, 1.0, 2.0], octaves) * math.pi / 3
    waves = lengths[:, None] * rng.uniform(0.7, 1.4, (len(lengths), WAVES))
    rates = 2 * math.pi / waves
    steepness = [STEEPNESS[min(octave, len(STEEPNESS) - 1)] for octave in range(octaves)]
    each = np.repeat(steepness, 3)[:, None] * math.sqrt(2 / WAVES)
    slopes = each * rng.uniform(0.7, 1.3, rates.shape)
    return Bend(
        directions=np.column_stack([np.cos(angles), np.sin(angles)]),
        rates=rates,
        phases=rng.uniform(0.0, 2 * math.pi, rates.shape),
        heights=slopes / rates,
    )


@dataclass(frozen=True, slots=True)
class Chords:
    """Straight borders that are to be jogged.

    Attributes
    ----------
    start, end
        Shape (n, 2), float64, m.
    room
        Shape (n, 2, 2), float64, tangents: ``room[k, s, e]`` says how steeply border *k* may leave
        its start (*e* = 0) or its end (1) towards its right (*s* = 0) or its left (1).
    rough
        Shape (n,), float64: 0 straight (a road) … 1 rough (edges of fields).
    """

    start: Floats
    end: Floats
    room: Floats
    rough: Floats


def jog(
    chords: Chords, counts: Ints, rng: np.random.Generator, *, step_m: float = STEP_M
) -> Floats:
    """Give each border its inner vertices, beside its chord.

    Parameters
    ----------
    chords
        The straight borders.
    counts
        Shape (n,), int64: inner vertices of each.
    rng
        Source of chance.
    step_m
        Typical jog between the edges of two fields.

    Returns
    -------
    ndarray
        Shape (sum of counts, 2), float64, m: border after border, each from start to end.
    """
    which = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    place = np.arange(len(which)) - first[which] + 1.0
    t = (place + rng.uniform(-0.32, 0.32, len(which))) / (counts[which] + 1)
    along = chords.end - chords.start
    length = np.hypot(along[:, 0], along[:, 1])
    steps = step_m * _steps(length, which, t, rng)
    offset = (_rolling(length, which, t, rng) + steps) * chords.rough[which]
    room = chords.room[which]
    allowed = length[which][:, None] * np.minimum(
        t[:, None] * room[:, :, 0], (1 - t)[:, None] * room[:, :, 1]
    )
    offset = np.clip(offset, -allowed[:, 0], allowed[:, 1])
    unit = along / length[:, None]
    sideways = np.column_stack([-unit[:, 1], unit[:, 0]])
    on_chord = chords.start[which] + t[:, None] * along[which]
    moved: Floats = on_chord + offset[:, None] * sideways[which]
    return moved


def _rolling(length: Floats, which: Ints, t: Floats, rng: np.random.Generator) -> Floats:
    """Value noise in four octaves along each border, in m; 0 at both ends."""
    total = np.zeros(len(t))
    for octave, cells in enumerate((2, 4, 8, 16)):
        knots = rng.normal(0.0, 1.0, (len(length), cells + 1))
        knots[:, 0] = knots[:, -1] = 0.0
        at = t * cells
        low = np.minimum(at.astype(np.int64), cells - 1)
        share = at - low
        share = share * share * (3 - 2 * share)
        value = knots[which, low] * (1 - share) + knots[which, low + 1] * share
        total += value * length[which] * 0.05 / 1.75**octave
    return total


def _steps(length: Floats, which: Ints, t: Floats, rng: np.random.Generator) -> Floats:
    """Plateaus of height about 1 with sudden jogs between, as where fields end."""
    most = 12
    cells = np.clip(np.round(length / 140.0), 1, most)[which]
    heights = rng.uniform(-1.7, 1.7, (len(length), most + 1))
    at = np.clip((t * cells + rng.uniform(0.0, 1.0, len(length))[which]).astype(np.int64), 0, most)
    return heights[which, at] * np.minimum(length[which] / 400.0, 1.0)
