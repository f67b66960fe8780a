"""Small cells: whoever sees statistics alone is not told counts that point at single people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import asdict
from typing import Any

from gis.core.access import Actor, Power
from gis.households import HouseholdCounts
from gis.privacy import suppressed, suppressed_parts

#: Counts of people and of what only a few have.
OF_PEOPLE = frozenset(
    {
        "households",
        "registered",
        "residents",
        "floating",
        "party_members",
        "party_households",
        "people",
    }
)


def shown(actor: Actor, row: Any) -> dict[str, Any]:
    """Return a row of counts as an actor may see it.

    Parameters
    ----------
    actor
        Whoever asks.
    row
        A dataclass; its fields of `OF_PEOPLE` are counts.

    Returns
    -------
    dict
        Field → value; null for a count of people from 1 to 4 where only statistics may be seen.
    """
    values = asdict(row)
    if actor.may(Power.READ):
        return values
    return {
        name: suppressed(value) if name in OF_PEOPLE else value for name, value in values.items()
    }


def shown_parts(actor: Actor, rows: Sequence[HouseholdCounts]) -> list[dict[str, Any]]:
    """Return counts by grid as an actor may see them, beside the totals of their villages.

    Parameters
    ----------
    actor
        Whoever asks.
    rows
        All grids of each village that is among them: which are left out depends on all.

    Returns
    -------
    list of dict
        Field → value, in the same order; see `gis.privacy.suppressed_parts`.
    """
    told = [asdict(row) for row in rows]
    if actor.may(Power.READ):
        return told
    totals = [(row.division, row.kind == "exclusive") for row in rows]
    for name in OF_PEOPLE.intersection(*told):
        column = shown_column(actor, name, [row[name] for row in told], totals)
        for row, count in zip(told, column, strict=True):
            row[name] = count
    return told


def shown_column(
    actor: Actor, name: str, counts: Sequence[int], totals: Sequence[Hashable]
) -> list[int | None]:
    """Return a column of counts as an actor may see it; see `shown_parts`.

    Parameters
    ----------
    actor
        Whoever asks.
    name
        Of the column.
    counts
        By grid.
    totals
        What each of them is a part of; told elsewhere, so that subtraction could tell a part.
    """
    told: list[int | None] = list(counts)
    if actor.may(Power.READ) or name not in OF_PEOPLE:
        return told
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place, total in enumerate(totals):
        places[total].append(place)
    for parts in places.values():
        for place, count in zip(parts, suppressed_parts([counts[n] for n in parts]), strict=True):
            told[place] = count
    return told
