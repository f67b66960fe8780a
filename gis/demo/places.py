"""The exclusive grids' (专属网格) names, codes and owners, once they have been laid."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import shapely

from gis.core.errors import Invalid
from gis.demo.land.exclusive import Exclusives
from gis.demo.people.names import COMMON_PLACES, PLACES, SEAT_PLACES, VILLAGE_PLACES, chinese_number

FIRST_SERIAL = 901
"""Exclusive grids are numbered 901 to 999 in their owner (docs/sources.md)."""
KINDS = (
    "school", "school", "school", "hospital", "hospital", "market", "market", "park", "park",
    "industry", "station", "care",
)  # fmt: skip
"""What exclusive grids may be; a kind that stands twice is laid twice as often."""
VILLAGES_OWN = 0.4
"""Share of those inside one village that belong to the village and not to the township."""


class _Names:
    """Gives out names, each once in its township."""

    def __init__(self, divisions: pd.DataFrame) -> None:
        self.codes = divisions["code"].tolist()
        self.names = dict(zip(self.codes, divisions["name"].tolist(), strict=True))
        self.parents = dict(zip(self.codes, divisions["parent_code"].tolist(), strict=True))
        firsts: dict[str, str] = {}
        for code, parent in self.parents.items():
            if isinstance(parent, str):
                firsts.setdefault(parent, code)
        self.first_child = firsts
        self.used: set[tuple[str, str]] = set()
        self.numbers: Counter[tuple[str, str]] = Counter()

    def take(self, kind: str, township: str, village: str | None) -> tuple[str, str]:
        """Name a place; returns (code of its owner, name)."""
        county = self.parents[township]
        options = []
        if isinstance(county, str) and self.first_child[county] == township:
            options += [(county, word) for word in SEAT_PLACES.get(kind, ())]
        if village is not None:
            options += [(village, word) for word in VILLAGE_PLACES[kind]]
        options += [(township, word) for word in PLACES[kind]]
        for owner, word in options:
            name = self.names[owner] + word
            if (township, name) not in self.used:
                self.used.add((township, name))
                return owner, name
        self.numbers[township, kind] += 1
        ordinal = chinese_number(self.numbers[township, kind])
        return township, f"{self.names[township]}第{ordinal}{COMMON_PLACES[kind]}"


def name_places(
    laid: Exclusives, divisions: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Name the exclusive grids and say who owns them.

    Parameters
    ----------
    laid
        Exclusive grids; `township` and `village` are positions in `divisions`.
    divisions
        Columns code, name, parent_code; the first township of a county is its seat.
    rng
        Source of all chance.

    Returns
    -------
    DataFrame
        In the order of `laid`, columns code (15 digits: the owner's 12 and a serial from 901,
        W→E), name (unique in its township), division_code (the owner: county, township or
        village) and place (what it is).

    Raises
    ------
    Invalid
        If a division would own more than 99.

    Notes
    -----
    Source: ``docs/sources.md``. One that lies in several villages belongs to their township.
    """
    names = _Names(divisions)
    own = rng.random(len(laid.village)) < VILLAGES_OWN
    rows = [
        names.take(
            str(kind),
            names.codes[township],
            names.codes[village] if village >= 0 and villages_own else None,
        )
        for kind, township, village, villages_own in zip(
            laid.kinds, laid.township.tolist(), laid.village.tolist(), own.tolist(), strict=True
        )
    ]
    places = pd.DataFrame(rows, columns=["division_code", "name"])
    west = shapely.get_coordinates(shapely.centroid(laid.polygons))[:, 0]
    rank = pd.Series(west).groupby(places["division_code"]).rank(method="first").astype(int)
    if len(rank) and int(rank.max()) > 1000 - FIRST_SERIAL:
        raise Invalid("a division owns more than 99 exclusive grids; they cannot be numbered")
    serial = (FIRST_SERIAL - 1 + rank).astype(str)
    return places.assign(code=places["division_code"] + serial, place=laid.kinds)
