"""Generate a whole deployment from its profile: the tree, the shapes, and the people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.core.clock import SHANGHAI
from gis.core.crs import STORED_SRID
from gis.demo.land.exclusive import lay_exclusive
from gis.demo.land.outline import make_outline, shrink_bounds
from gis.demo.land.tiling import Tiling, tile
from gis.demo.moving import move_period
from gis.demo.people.assets import make_assets
from gis.demo.people.event_places import set_scene
from gis.demo.people.events import make_events
from gis.demo.people.households import make_households, share_households
from gis.demo.people.party import make_party_organisations
from gis.demo.people.staff import make_staff
from gis.demo.places import KINDS, name_places
from gis.demo.plan import (
    demo_of,
    demo_totals,
    number_grids,
    plan_divisions,
    plan_grids,
    region_tree,
)
from gis.profiles import Demo, Profile

Say = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class DemoData:
    """A generated deployment, as frames; the columns are those of the functions that make them.

    Attributes
    ----------
    divisions
        See `gis.demo.plan.plan_divisions`.
    grids
        Columns code, name, kind, division_code, attributes (dict), geometry (SRID 4490);
        basic grids tile the outline, exclusive ones lie over them.
    staff, postings
        See `gis.demo.people.staff.make_staff`.
    households
        See `gis.demo.people.households.make_households`.
    events
        See `gis.demo.people.events.make_events`.
    assets
        See `gis.demo.people.assets.make_assets`.
    party_organisations
        See `gis.demo.people.party.make_party_organisations`.
    """

    divisions: pd.DataFrame
    grids: gpd.GeoDataFrame
    staff: pd.DataFrame
    postings: pd.DataFrame
    households: pd.DataFrame
    events: pd.DataFrame
    assets: pd.DataFrame
    party_organisations: pd.DataFrame


def generate(
    profile: Profile,
    *,
    seed: int | None = None,
    fraction: float | None = None,
    until: dt.datetime | None = None,
    say: Say = lambda _zh, _en: None,
) -> DemoData:
    """Generate the demo data of a deployment; the same seed gives the same data.

    Parameters
    ----------
    profile
        The deployment; its totals come out exactly.
    seed
        Another seed than the profile's gives another county with the same totals.
    fraction
        Share of the totals; only for a profile without real divisions (henan).
    until
        With a zone: the events lead up to this moment, over as many days as the profile says.
        By default they fill the profile's own days. Known incidents stay where they are.
    say
        Told, in Chinese and in English, which step begins.

    Returns
    -------
    DemoData
        Everything that the loaders load.

    Raises
    ------
    BadProfile
        If the list of divisions does not fit the profile.
    Invalid
        If the fraction is not possible, the totals are too small for the tree, or a known
        incident happened after `until`.
    """
    if seed is not None:
        demo = demo_of(profile).model_copy(update={"seed": seed})
        profile = profile.model_copy(update={"demo": demo})
    totals = demo_totals(profile, fraction)
    if until is not None:
        totals = move_period(totals, until.astimezone(SHANGHAI).date())
    say("生成示意边界…", "Drawing schematic boundaries…")
    divisions = plan_divisions(profile, fraction)
    basic, tiling = _draw_basic(profile, divisions, totals)
    grids = _with_exclusive(basic, tiling, divisions, totals)
    centres = np.zeros((len(grids), 2))
    centres[: len(basic)] = tiling.centres[tiling.village_of_leaf]
    say("生成住户…", "Making households…")
    kinds = grids["kind"].to_numpy(dtype=object)
    counts = share_households(totals.households, kinds, _chance(totals, 5))
    households = make_households(totals.households, grids, centres, counts, _chance(totals, 6))
    say("生成事件…", "Making events…")
    scene = set_scene(
        divisions,
        grids,
        households=households,
        counts=counts,
        centres=centres,
        outline=tiling.outline,
    )
    events = make_events(profile, totals, scene, _chance(totals, 7), until=until)
    say("生成网格力量…", "Making staff…")
    load = counts.astype(np.float64)
    staff, postings = make_staff(
        profile, totals, divisions=divisions, grids=grids, load=load, rng=_chance(totals, 8)
    )
    return DemoData(
        divisions=divisions,
        grids=grids,
        staff=staff,
        postings=postings,
        households=households,
        events=events,
        assets=make_assets(totals, grids, load, _chance(totals, 9)),
        party_organisations=make_party_organisations(totals, divisions, grids, load),
    )


def _chance(totals: Demo, stream: int) -> np.random.Generator:
    """Give each step its own stream, so that a change in one leaves the others as they were."""
    return np.random.default_rng([totals.seed, stream])


def _draw_basic(
    profile: Profile, divisions: pd.DataFrame, totals: Demo
) -> tuple[gpd.GeoDataFrame, Tiling]:
    planned = plan_grids(profile, divisions, totals.fraction)
    rng = _chance(totals, 3)
    bounds = shrink_bounds(profile.bounds, totals.fraction)
    outline = make_outline(bounds, profile.area_km2 * 1e6 * totals.fraction, rng)
    tiling = tile(region_tree(divisions, planned), outline, rng)
    series = gpd.GeoSeries(tiling.polygons, crs=STORED_SRID)
    points = series.representative_point()
    numbered = number_grids(
        profile, divisions, planned, np.column_stack([points.x.to_numpy(), points.y.to_numpy()])
    )
    numbered = numbered.assign(attributes=[{"is_schematic": True} for _ in range(len(numbered))])
    columns = ["code", "name", "kind", "division_code", "attributes"]
    return gpd.GeoDataFrame(numbered[columns], geometry=series), tiling


def _with_exclusive(
    basic: gpd.GeoDataFrame, tiling: Tiling, divisions: pd.DataFrame, totals: Demo
) -> gpd.GeoDataFrame:
    """Lay the exclusive grids over the basic ones."""
    count = totals.grids.get("exclusive", 0)
    if not count:
        return basic
    position = pd.Series(np.arange(len(divisions)), index=divisions["code"])
    village = basic["division_code"].map(position).to_numpy()
    township = divisions["parent_code"].map(position).to_numpy()[village].astype(np.int64)
    rng = _chance(totals, 4)
    laid = lay_exclusive(tiling, township, village, count=count, rng=rng, kinds=KINDS)
    places = name_places(laid, divisions, rng)
    exclusive = gpd.GeoDataFrame(
        {
            "code": places["code"],
            "name": places["name"],
            "kind": "exclusive",
            "division_code": places["division_code"],
            "attributes": [{"is_schematic": True, "place": place} for place in places["place"]],
        },
        geometry=gpd.GeoSeries(laid.polygons, crs=STORED_SRID),
    )
    both = pd.concat([basic, exclusive], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=STORED_SRID)
