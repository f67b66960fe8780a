"""Households of the demo: dense about village centres, all over the towns, exact in sum."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.demo.allot import allot, draw_within
from gis.demo.people.scatter import anchors, degrees_per_metre, scatter
from gis.profiles import HouseholdTotals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

URBAN_SHARE = 1.6
"""Households of a community grid relative to those of a rural one."""
SIZES = np.array([1, 2, 3, 4, 5, 6, 7])
SIZE_SHARES = np.array([0.20, 0.29, 0.21, 0.16, 0.08, 0.05, 0.01])
TENANTS_IN_TOWN = 6.0
"""How much likelier a household of a community grid is to be floating."""
MOST_MEMBERS = 3
"""Party members in a household, at most."""


def share_households(
    totals: HouseholdTotals, kinds: NDArray[np.object_], rng: np.random.Generator
) -> Ints:
    """Say how many households each grid has.

    Parameters
    ----------
    totals
        Gives the number of households.
    kinds
        Shape (n,): kind of each grid; exclusive grids get none, for theirs are in basic grids.
    rng
        Source of all chance.

    Returns
    -------
    ndarray
        Shape (n,), int64, at least one for each basic grid, adding up exactly.
    """
    weights = np.where(kinds == "community", URBAN_SHARE, 1.0)
    weights = weights * np.exp(rng.normal(0, 0.3, len(kinds)))
    counts = np.zeros(len(kinds), dtype=np.int64)
    basic = kinds != "exclusive"
    counts[basic] = allot(totals.count, weights[basic], minimum=1)
    return counts


def make_households(
    totals: HouseholdTotals,
    grids: gpd.GeoDataFrame,
    centres: Floats,
    counts: Ints,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Make the households, grid by grid.

    Parameters
    ----------
    totals
        What must come out.
    grids
        Columns kind, geometry (SRID 4490).
    centres
        Shape (len(grids), 2), degrees: the village centre of each grid.
    counts
        Shape (len(grids),): households of each grid, as `share_households` gives it.
    rng
        Source of all chance.

    Returns
    -------
    DataFrame
        Columns household_no, lon, lat (degrees, SRID 4490, canonical), registered_count,
        resident_count, floating_count, party_member_count, is_party_household. Rows stand in
        the order of the grids; each point lies strictly inside the basic grid it is meant for.
    """
    which = np.repeat(np.arange(len(grids)), counts)
    polygons = grids.geometry.to_numpy()
    urban = (grids["kind"] == "community").to_numpy()[which]
    points = _place(np.asarray(polygons, dtype=object), which, centres, urban, rng)
    people = _people(totals, which, urban, rng)
    number = np.char.zfill(np.arange(1, len(which) + 1).astype(str), 8)
    return pd.DataFrame(
        {
            "household_no": np.char.add("H", number),
            "lon": points[:, 0],
            "lat": points[:, 1],
            **people,
        }
    )


def _place(
    polygons: NDArray[np.object_],
    which: Ints,
    centres: Floats,
    urban: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Floats:
    """Scatter about two spots of each grid, the first near the village centre."""
    first = anchors(polygons, centres, rng)
    west, south, east, north = _bounds(polygons)
    anywhere = np.column_stack([rng.uniform(west, east), rng.uniform(south, north)])
    second = anchors(polygons, anywhere, rng)
    extent = np.sqrt((east - west) * (north - south))
    share = rng.random(len(which))
    spot = np.where((share < 0.72)[:, None], first[which], second[which])
    # Villages are compact; towns fill their grids; a few farms lie by themselves.
    tight = np.where(urban, 0.30, 0.075) * np.where(share > 0.94, 3.5, 1.0)
    scale = degrees_per_metre(float(south.mean())) * 111_000.0
    sigma = (extent[which] * tight)[:, None] * scale
    return scatter(polygons, which, spot, sigma, rng)


def _bounds(polygons: NDArray[np.object_]) -> tuple[Floats, Floats, Floats, Floats]:
    west, south, east, north = gpd.GeoSeries(polygons).bounds.to_numpy().T
    return west, south, east, north


def _people(
    totals: HouseholdTotals, which: Ints, urban: NDArray[np.bool_], rng: np.random.Generator
) -> dict[str, NDArray[np.generic]]:
    sizes = rng.choice(SIZES, len(which), p=SIZE_SHARES)
    residents = allot(totals.residents, sizes - 0.6, minimum=1)
    floating = _floating(totals.floating, residents, urban, rng)
    # Whoever lives here and is not floating is registered here; the others work elsewhere.
    away = totals.registered - (totals.residents - totals.floating)
    leavers = rng.gamma(0.6, 1.0, len(which)) * (floating == 0)
    registered = residents - floating + allot(away, leavers)
    members = draw_within(totals.party_members, np.minimum(registered, MOST_MEMBERS), rng)
    return {
        "registered_count": registered,
        "resident_count": residents,
        "floating_count": floating,
        "party_member_count": members,
        "is_party_household": _centre_households(totals.party_households, which, members, rng),
    }


def _floating(
    total: int, residents: Ints, urban: NDArray[np.bool_], rng: np.random.Generator
) -> Ints:
    """Choose households whose members all come from elsewhere, and a part of the last one."""
    order = np.argsort(rng.exponential(size=len(urban)) / np.where(urban, TENANTS_IN_TOWN, 1.0))
    left = total - np.concatenate([[0], np.cumsum(residents[order])[:-1]])
    floating = np.zeros(len(residents), dtype=np.int64)
    floating[order] = np.clip(left, 0, residents[order])
    return floating


def _centre_households(
    total: int, which: Ints, members: Ints, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose households with Party members, so that the grids share them evenly."""
    candidates = rng.permutation(np.flatnonzero(members))
    rank = pd.Series(which[candidates]).groupby(which[candidates]).cumcount().to_numpy()
    chosen = candidates[np.argsort(rank, kind="stable")[:total]]
    is_centre = np.zeros(len(which), dtype=bool)
    is_centre[chosen] = True
    return is_centre
