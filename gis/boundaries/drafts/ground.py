"""What an operation stands on: the grids near it as a draft has them, and the rules there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.boundaries.drafts.model import TOWNSHIP_DIGITS, Changeset
from gis.boundaries.drafts.seeing import ALIAS, HIDDEN_TOWNSHIP
from gis.boundaries.drafts.statements import statement
from gis.core.editing import GridState, Neighbourhood, Rules, free_serials
from gis.core.editing.model import Box, Reach


class GivenCodes:
    """Codes that were ever given, in this database and in every draft; asked for when needed.

    Parameters
    ----------
    session
        Sees the whole.
    is_kept
        Whether what is given now is kept: then two drafts are kept from giving the same code.
    """

    def __init__(self, session: Session, *, is_kept: bool) -> None:
        self._session = session
        self._is_kept = is_kept
        self._known: dict[str, set[str]] = {}

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and code in self._of(code[:12])

    def free(self, division_code: str, kind: str) -> Iterator[str]:
        """Yield codes that were never given; for `gis.core.editing.Rules`."""
        return free_serials(division_code, kind, self._of(division_code))

    def _of(self, division_code: str) -> set[str]:
        if division_code not in self._known:
            if self._is_kept:
                self._session.execute(
                    text("SELECT pg_advisory_xact_lock(hashtext('gridmap.code'), hashtext(:d))"),
                    {"d": division_code},
                )
            rows = self._session.scalars(statement("given_codes"), {"division": division_code})
            self._known[division_code] = set(rows)
        return self._known[division_code]


@dataclass(frozen=True, slots=True)
class Ground:
    """The grids near an edit.

    Attributes
    ----------
    neighbourhood
        With codes that stand for those of grids that whoever asks may not see.
    bases
        Code → published version that it stands on.
    stale
        Codes of drafted grids that were published anew meanwhile.
    hidden
        Code in the neighbourhood → code and name of the grid, where whoever asks may not see it.
    townships
        Nine digits → what to call it.
    """

    neighbourhood: Neighbourhood
    bases: Mapping[str, int | None]
    stale: frozenset[str]
    hidden: Mapping[str, tuple[str, str]]
    townships: Mapping[str, str] = field(default_factory=dict)

    def is_seen(self, code: str) -> bool:
        """Tell whether whoever asks may see a grid of the neighbourhood."""
        return code not in self.hidden

    def code_of(self, code: str) -> str:
        """Return the code of a grid of the neighbourhood."""
        return self.hidden[code][0] if code in self.hidden else code


def read_ground(
    session: Session,
    changeset: Changeset,
    reach: Reach,
    taken: GivenCodes,
    tops: list[str] | None,
    *,
    drafted: bool = True,
    aliases: dict[str, str] | None = None,
) -> Ground:
    """Read the grids near an edit.

    Parameters
    ----------
    session
        Sees the whole.
    changeset
        Whose working state.
    reach
        What the operation needs to see.
    taken
        Codes that were given.
    tops
        Divisions that whoever asks sees; None for all.
    drafted
        False for the published grids, without what the draft makes of them.
    aliases
        Code → what stands for it where it may not be seen; those that are missing are added.

    Returns
    -------
    Ground
    """
    west, south, east, north = _columns(reach.boxes)
    rows = session.execute(
        statement("neighbourhood"),
        {
            "county": changeset.county_code,
            "changeset_id": changeset.changeset_id if drafted else 0,
            "codes": list(reach.codes),
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "tops": tops,
        },
    ).all()
    shapes = shapely.from_wkb([bytes(row.wkb) for row in rows])
    known = {} if aliases is None else aliases
    names = {row.code: row.code if row.is_seen else _alias(row.code, known) for row in rows}
    states = [
        GridState(
            names[row.code],
            row.kind,
            row.division_code,
            shape,
            row.name if row.is_seen else "",
            row.attributes,
        )
        for row, shape in zip(rows, shapes, strict=True)
    ]
    return Ground(
        Neighbourhood(states, taken),
        {names[row.code]: row.base_version_id for row in rows},
        frozenset(row.code for row in rows if row.is_stale and row.is_seen),
        {names[row.code]: (row.code, row.name) for row in rows if not row.is_seen},
        {
            row.division_code[:TOWNSHIP_DIGITS]: row.township_name or ""
            if row.is_seen
            else HIDDEN_TOWNSHIP
            for row in rows
        },
    )


def rules_of(changeset: Changeset, ground: Ground, taken: GivenCodes) -> Rules:
    """Return what a plan in a draft has to fulfil."""
    return Rules(
        free_codes=taken.free,
        scope=townships_of(changeset.scope_codes),
        names={code: name for code, name in ground.townships.items() if name},
    )


def townships_of(codes: Iterable[str]) -> frozenset[str]:
    """Return the nine digits of townships."""
    return frozenset(code[:TOWNSHIP_DIGITS] for code in codes)


def joined(reaches: Iterable[Reach]) -> Reach:
    """Return what several operations need to see."""
    known = list(reaches)
    codes = dict.fromkeys(code for one in known for code in one.codes)
    return Reach(tuple(codes), tuple(box for one in known for box in one.boxes))


def _columns(boxes: Iterable[Box]) -> list[list[float]]:
    listed = list(boxes)
    return [[box[n] for box in listed] for n in range(4)]


def _alias(code: str, known: dict[str, str]) -> str:
    return known.setdefault(code, ALIAS.format(len(known) + 1))
