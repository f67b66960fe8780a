"""Where the demo's events happen: at homes, at hot spots, in the fields."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.core.lattice import canonical
from gis.demo.people.event_mix import CLASSES
from gis.demo.people.scatter import degrees_per_metre

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HOT_SHARE = 0.42
"""Share of the street events that happen at a hot spot."""
HOME_M, FIELD_M, PLACE_M, TOWN_M = 30.0, 420.0, 90.0, 320.0
"""How far events lie from the household or hot spot that they are drawn at (sigma, m)."""
RESTLESS = 0.75
"""Spread (of the logarithm) of how much happens in a village."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where events can happen.

    Attributes
    ----------
    homes
        Shape (n, 2), degrees: households.
    grid_of_home
        Shape (n,): position of each household's grid in the frame of grids.
    village_of_grid
        Shape (grids,), object: division code of each grid.
    is_urban
        Shape (grids,): community grids.
    hot_spots
        Shape (k, 2), degrees.
    hot_sigma_m
        Shape (k,).
    hot_weight
        Shape (k,), adding up to 1.
    hot_names
        Shape (k,), object: address of each hot spot.
    addresses
        Shape (grids,), object: address of each grid's village.
    outline
        Everything happens inside it.
    """

    homes: Floats
    grid_of_home: Ints
    village_of_grid: NDArray[np.object_]
    is_urban: Bools
    hot_spots: Floats
    hot_sigma_m: Floats
    hot_weight: Floats
    hot_names: NDArray[np.object_]
    addresses: NDArray[np.object_]
    outline: shapely.Polygon


def set_scene(
    divisions: pd.DataFrame,
    grids: gpd.GeoDataFrame,
    *,
    households: pd.DataFrame,
    counts: Ints,
    centres: Floats,
    outline: shapely.Polygon,
) -> Scene:
    """Prepare the scene of the events.

    Parameters
    ----------
    divisions
        Columns code, name, parent_code.
    grids
        Columns name, kind, division_code, geometry; basic grids first, exclusive ones after.
    households
        Columns lon, lat, in the order of the grids.
    counts
        Shape (len(grids),): households of each grid.
    centres
        Shape (len(grids), 2), degrees: village centre of each basic grid (not read for others).
    outline
        SRID 4490.

    Returns
    -------
    Scene
        Hot spots are the exclusive grids, and the centre of the first village of each division
        above the villages: the seat of a township.
    """
    names = dict(zip(divisions["code"], divisions["name"], strict=True))
    parents = dict(zip(divisions["code"], divisions["parent_code"], strict=True))
    village = grids["division_code"].to_numpy(dtype=object)
    kind = grids["kind"].to_numpy(dtype=object)
    upper = np.array([parents[code] for code in village], dtype=object)
    addresses = [
        f"{names.get(above, '')}{names[code]}" for above, code in zip(upper, village, strict=True)
    ]
    basic = np.flatnonzero(kind != "exclusive")
    _, first = np.unique(upper[basic].astype(str), return_index=True)
    seats, places = basic[np.sort(first)], np.flatnonzero(kind == "exclusive")
    inside = shapely.get_coordinates(shapely.point_on_surface(grids.geometry.to_numpy()[places]))
    seat_names = [f"{names[above]}驻地" for above in upper[seats]]
    weight = np.concatenate([np.full(len(seats), 6.0), 3.0 / np.sqrt(1 + np.arange(len(places)))])
    return Scene(
        homes=households[["lon", "lat"]].to_numpy(),
        grid_of_home=np.repeat(np.arange(len(grids)), counts),
        village_of_grid=village,
        is_urban=kind == "community",
        hot_spots=np.vstack([centres[seats], inside]),
        hot_sigma_m=np.repeat([TOWN_M, PLACE_M], [len(seats), len(places)]),
        hot_weight=weight / weight.sum(),
        hot_names=np.array([*seat_names, *grids["name"].to_numpy()[places]], dtype=object),
        addresses=np.array(addresses, dtype=object),
        outline=outline,
    )


def place_events(
    scene: Scene, codes: NDArray[np.str_], rng: np.random.Generator
) -> tuple[Floats, NDArray[np.object_]]:
    """Give each event its place.

    Parameters
    ----------
    scene
        Where events can happen.
    codes
        Shape (n,): category codes.
    rng
        Source of all chance.

    Returns
    -------
    points : ndarray
        Shape (n, 2), degrees, canonical, inside the outline.
    addresses : ndarray
        Shape (n,), object.
    """
    base = np.empty((len(codes), 2))
    sigma = np.full(len(codes), HOME_M)
    addresses = np.empty(len(codes), dtype=object)
    restless = _restlessness(scene, rng)
    class_of = codes.astype("<U2")
    for key in np.unique(class_of).tolist():
        mix, chosen = CLASSES[key], np.flatnonzero(class_of == key)
        urban = np.where(scene.is_urban, mix.urban, 1.0)
        home = _draw(restless * urban[scene.grid_of_home], len(chosen), rng)
        base[chosen], addresses[chosen] = scene.homes[home], _address(scene, home)
        if mix.place == "field":
            sigma[chosen] = FIELD_M
        if mix.place == "street":
            hot = chosen[rng.random(len(chosen)) < HOT_SHARE]
            spot = _draw(scene.hot_weight, len(hot), rng)
            base[hot], sigma[hot] = scene.hot_spots[spot], scene.hot_sigma_m[spot]
            addresses[hot] = scene.hot_names[spot] + "附近"
    return _scatter_inside(scene, base, sigma, rng), addresses


def place_at_homes(
    scene: Scene, villages: tuple[str, ...], count: int, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.object_]]:
    """Choose different households in some villages.

    Parameters
    ----------
    scene
        Where events can happen.
    villages
        Division codes.
    count
        How many households.
    rng
        Source of all chance.

    Returns
    -------
    points : ndarray
        Shape (count, 2), degrees: the households' own points.
    addresses : ndarray
        Shape (count,), object.
    """
    groups = [
        rng.permutation(np.flatnonzero(scene.village_of_grid[scene.grid_of_home] == code))
        for code in villages
    ]
    # Round by round, so that every village has its share.
    rounds = [group[n] for n in range(max(map(len, groups))) for group in groups if n < len(group)]
    home = np.array(rounds[:count], dtype=np.int64)
    return scene.homes[home], _address(scene, home)


def _restlessness(scene: Scene, rng: np.random.Generator) -> Floats:
    """Weigh the households: more happens in some villages, and in some grids of them."""
    _, village = np.unique(scene.village_of_grid.astype(str), return_inverse=True)
    of_village = np.exp(rng.normal(0, RESTLESS, int(village.max()) + 1))
    of_grid = np.exp(rng.normal(0, RESTLESS / 2, len(village)))
    weight: Floats = (of_village[village] * of_grid)[scene.grid_of_home]
    return weight


def _draw(weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    cumulated = np.cumsum(weights)
    found: Ints = np.searchsorted(cumulated, rng.random(count) * cumulated[-1], side="right")
    return found


def _address(scene: Scene, home: Ints) -> NDArray[np.object_]:
    found: NDArray[np.object_] = scene.addresses[scene.grid_of_home[home]]
    return found


def _scatter_inside(scene: Scene, base: Floats, sigma: Floats, rng: np.random.Generator) -> Floats:
    """Move each event a little from its base; those that would leave the outline stay."""
    scale = degrees_per_metre(float(base[:, 1].mean()) if len(base) else 0.0)
    shapely.prepare(scene.outline)
    points = canonical(base)
    moved = canonical(base + rng.normal(size=base.shape) * sigma[:, None] * scale)
    inside = shapely.contains_xy(scene.outline, *moved.T)
    points[inside] = moved[inside]
    return points
