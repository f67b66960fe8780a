"""What happens where, when and how often: the character of the demo's events.

All of it is invented (示意); totals come from the profile.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Place = Literal["home", "street", "field"]


class Mix(NamedTuple):
    """How events of one class behave.

    Attributes
    ----------
    weight
        Share among events that are no disputes.
    urban
        How much likelier at a household of a town.
    place
        At homes, in the street (hot spots) or in the fields.
    hours
        Median time until it is closed, where its category has no time limit.
    pace
        Else, the share of the time limit that half of them take at most.
    """

    weight: float
    urban: float
    place: Place
    hours: float
    pace: float


CLASSES = {
    "01": Mix(0.0, 1.2, "home", 80.0, 0.34),
    "02": Mix(0.06, 2.0, "street", 14.0, 0.36),
    "03": Mix(0.15, 1.5, "home", 36.0, 0.36),
    "04": Mix(0.23, 3.0, "street", 20.0, 0.34),
    "05": Mix(0.14, 2.2, "street", 44.0, 0.38),
    "06": Mix(0.13, 0.1, "field", 40.0, 0.38),
    "07": Mix(0.03, 1.0, "home", 3.0, 0.3),
    "08": Mix(0.22, 0.9, "home", 50.0, 0.36),
    "09": Mix(0.04, 1.0, "home", 60.0, 0.42),
}

ITEMS = {
    "0101": 1.5, "0102": 2.6, "0103": 1.6, "0104": 1.4, "0106": 0.9, "0110": 0.2, "0112": 0.4,
    "0203": 0.4, "0204": 2.2, "0207": 0.2, "0309": 0.4, "0307": 1.4, "0401": 0.6, "0402": 2.6,
    "0406": 1.8, "0409": 1.8, "0502": 2.0, "0503": 1.6, "0504": 1.8, "0506": 0.5, "0601": 2.4,
    "0602": 2.2, "0603": 0.6, "0604": 0.7, "0701": 2.0, "0703": 0.3, "0705": 0.2, "0706": 2.2,
    "0801": 1.8, "0804": 1.6, "0806": 2.4, "0807": 1.8, "0808": 0.7,
}  # fmt: skip
"""Weight of a category within its class, where it is not 1 (or `REST` for those ending in 99)."""
REST = 0.25

SEASONS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "0601": ((160, 7, 9.0), (285, 8, 7.0)),
    "0701": ((207, 16, 12.0),),
    "0704": ((15, 22, 8.0), (350, 18, 6.0)),
    "0706": ((330, 22, 3.5), (20, 25, 3.0), (205, 22, 3.0)),
    "0307": ((195, 28, 6.0),),
    "0404": ((205, 25, 3.0),),
    "0607": ((95, 22, 4.0),),
    "0606": ((100, 18, 4.0),),
    "0808": ((238, 12, 9.0),),
    "0106": ((18, 16, 5.0), (352, 14, 4.0)),
    "0806": ((320, 24, 3.0),),
    "0702": ((30, 25, 2.0),),
}
"""Peaks of a category: day of the year, width in days, height over the plain level of 1."""

STRONGLY_SEASONAL = {"0601", "0701", "0704"}
"""Outside their season these hardly happen: their plain level is low."""
LOW_LEVEL = 0.03

WEEK = np.array([1.12, 1.08, 1.04, 1.02, 1.06, 0.82, 0.74])
"""Monday to Sunday."""

HOURS = {
    "home": [2, 1, 1, 1, 1, 2, 6, 18, 40, 52, 48, 34, 18, 20, 40, 48, 44, 34, 26, 24, 20, 12, 6, 3],
    "street": [
        4, 2, 2, 1, 1, 4, 14, 34, 44, 46, 42, 36, 24, 24, 36, 42, 44, 42, 36, 34, 30, 22, 14, 8,
    ],
    "field": [1, 1, 1, 1, 1, 3, 8, 16, 26, 34, 34, 26, 18, 22, 30, 36, 40, 44, 40, 24, 14, 8, 4, 2],
}  # fmt: skip
"""How events of a place are spread over the 24 hours."""

CHANNELS = {
    "*": {
        "grid_staff": 50, "hotline_12345": 18, "patrol": 12, "resident": 8, "online": 4,
        "superior": 3, "department": 2, "joint": 1, "xueliang": 2,
    },
    "02": {"grid_staff": 40, "xueliang": 30, "resident": 12, "hotline_12345": 8, "patrol": 10},
    "04": {
        "grid_staff": 36, "hotline_12345": 26, "patrol": 18, "resident": 8, "property": 6,
        "online": 6,
    },
    "0601": {"blue_sky": 62, "grid_staff": 22, "patrol": 14, "hotline_12345": 2},
}  # fmt: skip
"""Weights of the channels, by category, else by class, else for all (`*`)."""

SOURCES = {
    "hotline_12345": "hotline_12345",
    "xueliang": "xueliang",
    "blue_sky": "blue_sky",
    "superior": "governance_centre",
    "department": "governance_centre",
    "online": "network_centre",
}
"""System that an event of a channel comes from (S0-34); `grid_platform` for all others."""


def item_weight(code: str) -> float:
    """Weigh a category within its class.

    Parameters
    ----------
    code
        Four digits.

    Returns
    -------
    float
        Relative to the others of its class.
    """
    return ITEMS.get(code, REST if code.endswith("99") else 1.0)


def day_weights(code: str, days: NDArray[np.datetime64]) -> Floats:
    """Weigh the days on which a category happens: its seasons, and the week.

    Parameters
    ----------
    code
        Four digits.
    days
        Shape (n,), datetime64[D].

    Returns
    -------
    ndarray
        Shape (n,), adding up to 1.
    """
    day_of_year = (days - days.astype("datetime64[Y]")).astype(np.int64) + 1
    weight = np.full(len(days), LOW_LEVEL if code in STRONGLY_SEASONAL else 1.0)
    for peak, width, height in SEASONS.get(code, ()):
        # The year is a circle: a peak in January reaches into December.
        away = np.abs(day_of_year - peak)
        away = np.minimum(away, 365 - away)
        weight += height * np.exp(-0.5 * (away / width) ** 2)
    # 1970-01-01 was a Thursday.
    weight *= WEEK[(days.astype(np.int64) + 3) % 7]
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def channel_weights(code: str) -> tuple[list[str], Floats]:
    """Give the channels by which a category arrives.

    Parameters
    ----------
    code
        Four digits.

    Returns
    -------
    slugs : list of str
        The channels.
    weights : ndarray
        Adding up to 1.
    """
    table = CHANNELS.get(code) or CHANNELS.get(code[:2]) or CHANNELS["*"]
    weights = np.array(list(table.values()), dtype=np.float64)
    return list(table), weights / weights.sum()
