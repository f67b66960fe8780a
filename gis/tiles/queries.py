"""The statements behind the maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, text

from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.divisions.queries import list_ancestry, list_codes_within


class Part(NamedTuple):
    """A division and all below it, as statements take it.

    Attributes
    ----------
    part
        Their codes; None for all divisions there are.
    above
        Codes of the divisions above it.
    """

    part: list[str] | None
    above: list[str]


EVERYTHING = Part(None, [])


def find_part(session: ReadSession, division: str | None) -> Part:
    """Return a division and all below it.

    Parameters
    ----------
    session
        Reads the divisions.
    division
        Twelve digits; None for everything.

    Returns
    -------
    Part
        See `gis.divisions.queries.list_codes_within`.

    Raises
    ------
    NotFound
        There is no such division, of those that may be seen.
    """
    if division is None:
        return EVERYTHING
    part = list_codes_within(session, division)
    return Part(part, [ref.code for ref in list_ancestry(session, division)])


def list_topology_grids(
    session: ReadSession, generation: int, part: Part = EVERYTHING
) -> Sequence[Row[Any]]:
    """Read the grids of a generation, with their geometry as WKB, by code.

    Parameters
    ----------
    session
        Reads the boundaries.
    generation
        As known in which generation.
    part
        Only of this part.

    Returns
    -------
    sequence of rows
        code, name, kind, division_code, colour_index, label_lon, label_lat (degrees),
        label_radius_m, area_m2, wkb (CGCS2000 degrees).
    """
    statement = text(read_sql(__file__, "topology_grids"))
    return session.execute(statement, {"generation": generation, **part._asdict()}).all()


def list_topology_divisions(
    session: ReadSession, generation: int, part: Part = EVERYTHING
) -> Sequence[Row[Any]]:
    """Read the divisions and their outlines (WKB, or None where nothing is drawn), by code.

    Parameters
    ----------
    session
        Reads the boundaries.
    generation
        As known in which generation.
    part
        Only of this part.

    Returns
    -------
    sequence of rows
        code, name, level, depth, parent_code, wkb (CGCS2000 degrees).
    """
    statement = text(read_sql(__file__, "topology_divisions"))
    return session.execute(statement, {"generation": generation, **part._asdict()}).all()


def find_topology_digest(
    session: ReadSession, generation: int, part: Part = EVERYTHING
) -> str | None:
    """Return a digest of all that the map of a generation shows; None if there is no such one.

    Parameters
    ----------
    session
        Reads the boundaries.
    generation
        As known in which generation.
    part
        Only of this part.

    Returns
    -------
    str or None
        Hexadecimal.
    """
    statement = text(read_sql(__file__, "topology_digest"))
    digest: str | None = session.scalar(statement, {"generation": generation, **part._asdict()})
    return digest


def list_heat_cells(session: ReadSession, values: dict[str, Any]) -> Sequence[Row[Any]]:
    """Count events by cell of an equal-area lattice.

    Parameters
    ----------
    session
        Reads the events.
    values
        What `gis.events.choice.EventChoice.values` gives, and cell_m, radius_m, scale and e
        (see heat.sql).

    Returns
    -------
    sequence of rows
        column, row (cell indices), events; by row, then column.
    """
    return session.execute(text(read_sql(__file__, "heat")), values).all()


def find_map_facts(
    session: ReadSession, home: str | None, tops: list[str] | None, most: int
) -> Row[Any] | None:
    """Read what there is to see: profile, top, extent, newest generation, days of events.

    Parameters
    ----------
    session
        Reads it; sees what whoever asks may see.
    home
        Division at the top; None for the deployment's root.
    tops
        Divisions that are seen with all below, where these are not all; None for `home` alone.
    most
        Grids are counted until there are more than so many.

    Returns
    -------
    row or None
        None where no divisions are loaded.
    """
    statement = text(read_sql(__file__, "map_facts"))
    bound = {"home": home, "tops": tops, "most": most}
    return session.execute(statement, bound).one_or_none()
