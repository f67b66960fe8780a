"""The staff of the demo: invented people, in postings whose numbers are exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.demo.allot import spread
from gis.demo.people.names import make_people, mask_phones
from gis.profiles import Demo, Profile, StaffTotal

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Places that people or organisations can be given to, and how busy each is.

    Attributes
    ----------
    division_code
        Shape (n,), object: 12 digits.
    grid_code
        Shape (n,), object: 15 digits, or None for a division.
    name
        Shape (n,), object.
    load
        Shape (n,), float64: households, as a measure of how busy the place is.
    """

    division_code: NDArray[np.object_]
    grid_code: NDArray[np.object_]
    name: NDArray[np.object_]
    load: Floats


def nodes_over(over: str, divisions: pd.DataFrame, grids: pd.DataFrame, load: Floats) -> Nodes:
    """List the places that a total of the profile is spread over.

    Parameters
    ----------
    over
        `grid` (all), `basic`, a kind of grid, or the slug of a division level.
    divisions
        Columns code, name, level, parent_code; parents before children.
    grids
        Columns code, name, kind, division_code.
    load
        Shape (len(grids),): how busy each grid is.

    Returns
    -------
    Nodes
        In the order of the frames.
    """
    if over in ("grid", "basic", "rural", "community", "exclusive"):
        kind = grids["kind"].to_numpy(dtype=object)
        keep = np.ones(len(grids), dtype=bool)
        if over == "basic":
            keep = kind != "exclusive"
        elif over != "grid":
            keep = kind == over
        columns = (grids[c].to_numpy(dtype=object)[keep] for c in ("division_code", "code", "name"))
        division, code, name = columns
        return Nodes(division, code, name, load[keep])
    busy = _division_load(divisions, grids, load)
    chosen = divisions[divisions["level"] == over]
    codes = chosen["code"].to_numpy(dtype=object)
    none = np.full(len(codes), None, dtype=object)
    loads = np.array([busy[code] for code in codes], dtype=np.float64)
    return Nodes(codes, none, chosen["name"].to_numpy(dtype=object), loads)


def _division_load(divisions: pd.DataFrame, grids: pd.DataFrame, load: Floats) -> dict[str, float]:
    busy = dict.fromkeys(divisions["code"].tolist(), 0.0)
    for code, value in zip(grids["division_code"].tolist(), load.tolist(), strict=True):
        busy[code] += value
    pairs = zip(divisions["code"].tolist(), divisions["parent_code"].tolist(), strict=True)
    for code, parent in reversed(list(pairs)):
        if isinstance(parent, str):
            busy[parent] += busy[code]
    return busy


def make_staff(
    profile: Profile,
    totals: Demo,
    *,
    divisions: pd.DataFrame,
    grids: pd.DataFrame,
    load: Floats,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invent the staff and post each person.

    Heads follow the profile's head rules; other roles are spread evenly, the busiest places
    getting those left over. Each posting has a person of its own.

    Parameters
    ----------
    profile
        Gives the head rules.
    totals
        Gives the number of people in each role.
    divisions, grids
        The tree; columns as in `nodes_over`.
    load
        Shape (len(grids),): how busy each grid is.
    rng
        Source of all chance.

    Returns
    -------
    staff : DataFrame
        Columns staff_no, name, phone_masked.
    postings : DataFrame
        Columns staff_no, role, division_code, grid_code (None for a posting in a division),
        valid_from (first day of the year of the first events).
    """
    parts = [
        pd.DataFrame(
            {
                "role": total.role,
                "division_code": nodes.division_code.repeat(counts),
                "grid_code": nodes.grid_code.repeat(counts),
            }
        )
        for total in totals.staff
        for nodes, counts in _places(profile, total, divisions, grids, load)
    ]
    postings = pd.concat(parts, ignore_index=True)
    numbers = _staff_numbers(profile, len(postings))
    staff = pd.DataFrame(
        {
            "staff_no": numbers,
            "name": make_people(len(postings), rng),
            "phone_masked": mask_phones(len(postings), rng),
        }
    )
    postings.insert(0, "staff_no", numbers)
    postings["grid_code"] = postings["grid_code"].astype(object)
    postings["valid_from"] = np.datetime64(f"{totals.events.first_day.year}-01-01", "s")
    return staff, postings


def _places(
    profile: Profile,
    total: StaffTotal,
    divisions: pd.DataFrame,
    grids: pd.DataFrame,
    load: Floats,
) -> Iterator[tuple[Nodes, Ints]]:
    """Yield the places of one role, and how many people each gets."""
    if total.over != "rule":
        nodes = nodes_over(total.over, divisions, grids, load)
        yield nodes, spread(total.count, nodes.load)
        return
    for key, number in (*profile.heads.levels.items(), *profile.heads.kinds.items()):
        nodes = nodes_over(key, divisions, grids, load)
        yield nodes, np.full(len(nodes.load), number, dtype=np.int64)


def _staff_numbers(profile: Profile, count: int) -> list[str]:
    prefix = profile.root.code.rstrip("0").ljust(6, "0")[:6]
    return [f"{prefix}{n:07}" for n in range(1, count + 1)]
