"""What a playlist is: where the tour of a wall screen stops, and what it shows there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

#: What the map of a wall screen can be coloured by (``SCREEN_MODES`` of the page).
Mode = Literal["colour", "kind", "density", "closing_rate", "overdue"]

#: The one that screens take whose address names none.
DEFAULT_NAME = "default"
#: Letters, digits and what may stand between them: an address names it, so no comma, ``@`` or /.
NAME_PATTERN = r"^\w([\w .·-]{0,38}\w)?$"
#: A stop lasts so long, seconds.
SHORTEST_S, LONGEST_S = 5, 600
MOST_STOPS = 200
#: Playlists of one division.
MOST_PLAYLISTS = 50


@dataclass(frozen=True, slots=True)
class Stop:
    """One place of a tour.

    Attributes
    ----------
    division
        Twelve-digit code.
    mode
        What the grids are coloured by.
    heat
        Whether the heat of events lies over them.
    seconds
        How long the screen stays.
    division_name
        As the division is called now; None where nobody knows it any more, and on the way in.
    """

    division: str
    mode: Mode
    heat: bool
    seconds: int
    division_name: str | None = None


@dataclass(frozen=True, slots=True)
class Playlist:
    """The stops of a tour, in their order.

    Attributes
    ----------
    division
        Whose it is: screens that begin with this division find it, and those who administer the
        division change it. Twelve-digit code.
    division_name
        As it is called now.
    name
        Unique in its division.
    stops
        At least one; all in the division or below it.
    changed_at
        When it was made or changed last.
    etag
        Of its version, with its quotes.
    """

    division: str
    division_name: str
    name: str
    stops: tuple[Stop, ...]
    changed_at: dt.datetime
    etag: str


def etag_of(playlist_id: int, version: int) -> str:
    """Return the ETag of a version of a playlist, with its quotes.

    Examples
    --------
    >>> etag_of(4, 2)
    '"pl-4-v2"'
    """
    return f'"pl-{playlist_id}-v{version}"'
