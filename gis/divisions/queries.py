"""Read the tree of divisions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from gis.core.errors import NotFound
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.divisions.model import Division, DivisionNode, DivisionRef


def list_divisions(
    session: ReadSession,
    snapshot: Snapshot,
    *,
    parent: str | None = None,
    level: str | None = None,
    within: str | None = None,
    with_geometry: bool = True,
    after: str | None = None,
    limit: int = 100,
) -> list[Division]:
    """List divisions in the order of their codes.

    Parameters
    ----------
    session
        Reads.
    snapshot
        Whose outlines.
    parent, within
        Only the children of this division; only it and all that lies below it (12 digits).
    level
        Only this level (a slug of the profile).
    with_geometry
        Whether to return outlines.
    after
        Only codes after this one.
    limit
        At most so many.

    Returns
    -------
    list of Division
    """
    rows = _rows(
        session,
        snapshot,
        code=None,
        parent=parent,
        level=level,
        within=within,
        with_geometry=with_geometry,
        after=after,
        limit=limit,
    )
    return [Division(**row._mapping) for row in rows]


def list_codes_within(session: ReadSession, division: str) -> list[str]:
    """List the codes of a division and of all below it.

    Parameters
    ----------
    session
        Reads.
    division
        Twelve digits.

    Returns
    -------
    list of str
        A list finds its rows by an index; where the statement that asks looked for them itself,
        PostgreSQL would guess their number, and guess wrong.

    Raises
    ------
    NotFound
        There is no such division, of those that may be seen.
    """
    codes = session.scalars(
        text("SELECT code FROM division WHERE path @> CAST(ARRAY[:division] AS varchar(12)[])"),
        {"division": division},
    ).all()
    if not codes:
        raise NotFound(f"division {division} does not exist", zh=f"不存在区划 {division}")
    return list(codes)


def get_division(session: ReadSession, code: str, snapshot: Snapshot) -> Division:
    """Return one division with its outline.

    Parameters
    ----------
    session
        Reads.
    code
        Twelve digits.
    snapshot
        Whose outline.

    Returns
    -------
    Division

    Raises
    ------
    NotFound
        There is no such division.
    """
    rows = _rows(
        session,
        snapshot,
        code=code,
        parent=None,
        level=None,
        within=None,
        with_geometry=True,
        after=None,
        limit=1,
    )
    if not rows:
        raise _unknown(code)
    return Division(**rows[0]._mapping)


def get_reference(session: ReadSession, code: str) -> DivisionRef:
    """Return the name, level and depth of a division.

    Parameters
    ----------
    session
        Reads.
    code
        Twelve digits.

    Returns
    -------
    DivisionRef

    Raises
    ------
    NotFound
        There is no such division.
    """
    row = session.execute(
        text("SELECT code, name, level, depth FROM division WHERE code = :code"), {"code": code}
    ).one_or_none()
    if row is None:
        raise _unknown(code)
    return DivisionRef(**row._mapping)


def list_ancestry(session: ReadSession, code: str) -> list[DivisionRef]:
    """List the divisions from the root down to one, itself included.

    Parameters
    ----------
    session
        Reads.
    code
        Twelve digits.

    Returns
    -------
    list of DivisionRef
        Empty where there is no such division.
    """
    rows = session.execute(
        text(
            "SELECT a.code, a.name, a.level, a.depth FROM division AS d"
            "  JOIN division AS a ON a.code = ANY(d.path)"
            " WHERE d.code = :code ORDER BY a.depth, a.code"
        ),
        {"code": code},
    )
    return [DivisionRef(**row._mapping) for row in rows]


def get_tree(session: ReadSession, code: str, *, levels_below: int) -> DivisionNode:
    """Return a division with what lies below it.

    Parameters
    ----------
    session
        Reads.
    code
        Twelve digits.
    levels_below
        How many levels to list.

    Returns
    -------
    DivisionNode
        Children in the order of their codes.

    Raises
    ------
    NotFound
        There is no such division.
    """
    top = get_reference(session, code)
    rows = session.execute(
        text(
            "SELECT d.code, d.name, d.level, d.depth, d.parent_code, d.is_admin,"
            "       (SELECT count(*) FROM division AS c WHERE c.parent_code = d.code)"
            "           AS children_count"
            "  FROM division AS d"
            " WHERE d.path @> CAST(ARRAY[:code] AS varchar(12)[]) AND d.depth <= :depth"
            " ORDER BY d.depth, d.code"
        ),
        {"code": code, "depth": min(top.depth + levels_below, 2**15 - 1)},
    ).all()
    nodes: dict[str, DivisionNode] = {}
    for row in rows:
        values = dict(row._mapping)
        parent = values.pop("parent_code")
        nodes[row.code] = DivisionNode(**values, children=[])
        if parent in nodes:
            nodes[parent].children.append(nodes[row.code])
    return nodes[code]


def _rows(session: ReadSession, snapshot: Snapshot, **values: Any) -> list[Any]:
    bound = {"generation": snapshot.generation, "day": snapshot.day, **values}
    return list(session.execute(text(read_sql(__file__, "list_divisions")), bound))


def _unknown(code: str) -> NotFound:
    return NotFound(
        f"There is no division {code}.", zh=f"没有编码为 {code} 的行政区划。", code=code
    )
