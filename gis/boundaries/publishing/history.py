"""Read the history of boundaries: generations, what differs between them, who went where.

Row-level security decides what is told: a grid that whoever asks does not see has no code here.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import shapely
from sqlalchemy import text

from gis.boundaries.descent import differ_by_nodes
from gis.boundaries.publishing.model import (
    CrosswalkRow,
    GenerationEntry,
    GridDifference,
    LineageEntry,
)
from gis.core.errors import NotFound
from gis.db.session import ReadSession
from gis.db.sql import read_sql


def list_generations(
    session: ReadSession, *, before: int | None = None, limit: int = 100
) -> list[GenerationEntry]:
    """List the generations, newest first.

    Parameters
    ----------
    session
        Reads.
    before
        Only those with a lower number.
    limit
        At most so many.

    Returns
    -------
    list of GenerationEntry
    """
    rows = session.execute(
        text(read_sql(__file__, "generations")),
        {"generation": None, "before": before, "limit": limit},
    )
    return [GenerationEntry(**row._mapping) for row in rows]


def get_generation_entry(session: ReadSession, generation: int) -> GenerationEntry:
    """Return one generation.

    Parameters
    ----------
    session
        Reads.
    generation
        Its number.

    Returns
    -------
    GenerationEntry

    Raises
    ------
    NotFound
        There is none.
    """
    row = session.execute(
        text(read_sql(__file__, "generations")),
        {"generation": generation, "before": None, "limit": 1},
    ).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no generation {generation}.",
            zh=f"没有第 {generation} 版网格。",
            generation=generation,
        )
    return GenerationEntry(**row._mapping)


def diff(
    session: ReadSession, generation: int, against: int, *, with_geometry: bool = True
) -> list[GridDifference]:
    """Compare two generations, as each knows the days to come.

    Parameters
    ----------
    session
        Reads; only grids that it sees are compared.
    generation
        The one that is asked about.
    against
        The other, usually the one before.
    with_geometry
        Whether to return polygons.

    Returns
    -------
    list of GridDifference
        By code. Colours, and the names of neighbours, are not compared.

    Raises
    ------
    NotFound
        One of them does not exist.
    """
    for number in (generation, against):
        get_generation_entry(session, number)
    rows = session.execute(
        text(read_sql(__file__, "diff")),
        {"generation": generation, "against": against, "with_geometry": with_geometry},
    )
    return [
        GridDifference(
            row.code,
            row.name,
            row.kind,
            row.division,
            _action(row),
            row.area_before_m2,
            row.area_after_m2,
            row.geometry,
        )
        for row in rows
    ]


def _action(row: Any) -> str:
    if row.area_before_m2 is None:
        return "created"
    if row.area_after_m2 is None:
        return "retired"
    if not row.is_same_given or row.old_wkb is None:
        return "modified"
    shapes = shapely.from_wkb([bytes(row.old_wkb), bytes(row.new_wkb)])
    return "node_only" if differ_by_nodes(*shapes) else "modified"


def lineage_of_generation(session: ReadSession, generation: int) -> list[LineageEntry]:
    """List which grids became which in a generation.

    Parameters
    ----------
    session
        Reads.
    generation
        Its number.

    Returns
    -------
    list of LineageEntry
        By parent and child.

    Raises
    ------
    NotFound
        There is none.
    """
    get_generation_entry(session, generation)
    return _lineage(session, generation=generation, code=None)


def lineage_of_grid(session: ReadSession, code: str) -> list[LineageEntry]:
    """List where a grid came from, and what became of it, through all generations.

    Parameters
    ----------
    session
        Reads.
    code
        Grid code; also of a grid that is retired.

    Returns
    -------
    list of LineageEntry
        Of its ancestors and descendants, by generation.

    Raises
    ------
    NotFound
        No grid that is seen ever had this code.
    """
    known = session.scalar(
        text("SELECT 1 FROM grid_version WHERE code = :code LIMIT 1"), {"code": code}
    )
    if known is None:
        raise NotFound(f"There never was a grid {code}.", zh=f"从未有过编码为 {code} 的网格。")
    return _lineage(session, generation=None, code=code)


def _lineage(session: ReadSession, **values: Any) -> list[LineageEntry]:
    rows = session.execute(text(read_sql(__file__, "lineage")), values)
    return [LineageEntry(**row._mapping) for row in rows]


def crosswalk(session: ReadSession, generation: int) -> list[CrosswalkRow]:
    """Count who was filed from which grid into which by a generation.

    Parameters
    ----------
    session
        Reads.
    generation
        Its number.

    Returns
    -------
    list of CrosswalkRow
        By layer, source and target.

    Raises
    ------
    NotFound
        There is none.
    """
    get_generation_entry(session, generation)
    rows = session.execute(text(read_sql(__file__, "crosswalk")), {"generation": generation})
    return [CrosswalkRow(**row._mapping) for row in rows]


CROSSWALK_HEADER = (
    "层",
    "原网格编码",
    "原网格名称",
    "新网格编码",
    "新网格名称",
    "户数",
    "人数",
    "事件数",
    "面积占比",
)


def crosswalk_csv(rows: list[CrosswalkRow]) -> str:
    """Write a crosswalk as CSV, with a byte-order mark for spreadsheet programs.

    Parameters
    ----------
    rows
        As `crosswalk` gave them.

    Returns
    -------
    str
        Lines end with CR LF.
    """
    frame = pd.DataFrame(
        [
            (
                "专属网格" if row.layer == "exclusive" else "基础网格",
                row.source,
                row.source_name,
                row.target,
                row.target_name,
                row.households,
                row.people,
                row.events,
                row.area_share,
            )
            for row in rows
        ],
        columns=list(CROSSWALK_HEADER),
    )
    return "\ufeff" + str(frame.to_csv(index=False, lineterminator="\r\n"))
