"""The operations by which boundaries are edited, as values.

Coordinates are lattice units (`gis.core.lattice`). `gis.core.editing.parsing` makes operations
from JSON documents, `gis.core.editing.documents` makes documents of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

Point = tuple[int, int]
"""Longitude and latitude in lattice units."""

Line = tuple[Point, ...]
Layer = Literal["basic", "exclusive"]
Identity = Literal["new", "keep"]


@dataclass(frozen=True, slots=True)
class MoveVertices:
    """Move vertices, in every grid of the layer that has them; all at once.

    Attributes
    ----------
    moves
        Pairs (from, to).
    layer
        Whose vertices.
    """

    op: ClassVar[str] = "move_vertices"
    moves: tuple[tuple[Point, Point], ...]
    layer: Layer = "basic"


@dataclass(frozen=True, slots=True)
class Insertion:
    """A new vertex between two that follow one another on a border."""

    start: Point
    end: Point
    at: Point


@dataclass(frozen=True, slots=True)
class InsertVertices:
    """Insert vertices, on both sides of the border; `Insertion.at` may lie off the border."""

    op: ClassVar[str] = "insert_vertices"
    inserts: tuple[Insertion, ...]
    layer: Layer = "basic"


@dataclass(frozen=True, slots=True)
class DeleteVertices:
    """Delete vertices at which no more than two border segments meet."""

    op: ClassVar[str] = "delete_vertices"
    vertices: tuple[Point, ...]
    layer: Layer = "basic"


@dataclass(frozen=True, slots=True)
class Reshape:
    """Redraw a stretch of a grid's border, for the grid and its neighbour there.

    Attributes
    ----------
    grid
        Which grid.
    line
        From one place of its border to another.
    stretch
        A vertex of the stretch to be replaced; None for the one nearer to the line in area.
    exact_end
        Put the ends where they were drawn, even on the outline of a township.
    """

    op: ClassVar[str] = "reshape"
    grid: str
    line: Line
    stretch: Point | None = None
    exact_end: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Cut a grid along a line.

    Attributes
    ----------
    grid
        Which grid.
    line
        From outside to outside, or along vertices of the border.
    identity
        ``new``: the grid is retired and every piece is a new grid; ``keep``: one piece keeps it.
    keep
        A place in the piece that keeps the code; None for the largest.
    pieces
        How many pieces are meant.
    codes, names
        Of the new grids, from west to east; codes are free ones where not given.
    exact_end
        Put the ends where they were drawn, even on the outline of a township.
    """

    op: ClassVar[str] = "split"
    grid: str
    line: Line
    identity: Identity = "new"
    keep: Point | None = None
    pieces: int = 2
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    exact_end: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """Unite grids.

    Attributes
    ----------
    grids
        Two or more.
    keep
        The grid whose identity the union keeps; None for a new grid.
    code, name
        Of the new grid; a free code, and the name of the largest, where not given.
    """

    op: ClassVar[str] = "merge"
    grids: tuple[str, ...]
    keep: str | None = None
    code: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Give a piece of one grid, or of several, to another.

    Attributes
    ----------
    sources, target
        From which grids to which (``from`` and ``to`` in documents).
    line
        Cuts the source in pieces; or None.
    polygon
        What lies in it is transferred; or None. Exactly one of both is given.
    take
        With a line: a place in the piece to be transferred; None for the smallest of those that
        border on the target.
    exact_end
        Put the ends where they were drawn, even on the outline of a township.
    """

    op: ClassVar[str] = "transfer"
    sources: tuple[str, ...]
    target: str
    line: Line | None = None
    polygon: Line | None = None
    take: Point | None = None
    exact_end: bool = False


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw a new exclusive grid.

    Attributes
    ----------
    geometry
        Polygon or MultiPolygon, canonical degrees.
    division_code
        The village or township that it belongs to.
    code, name
        A free code where none is given.
    """

    op: ClassVar[str] = "draw"
    geometry: Any
    division_code: str
    name: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Retire:
    """Retire an exclusive grid."""

    op: ClassVar[str] = "retire"
    grid: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """The new geometry of a grid; with kind and division, of a grid that may be new."""

    grid: str
    geometry: Any
    kind: str | None = None
    division_code: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Replace:
    """Put given geometries in the place of grids, as an import does; nothing is guessed.

    Attributes
    ----------
    grids
        The new geometries.
    retired
        Codes of grids that are no more.
    """

    op: ClassVar[str] = "replace"
    grids: tuple[Replacement, ...]
    retired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAttributes:
    """Change what a grid is called, its kind within its layer, or its division.

    Attributes
    ----------
    grid
        Which grid.
    name, kind, division_code
        New values; None to leave as they are.
    attributes
        Further attributes to set; None as a value takes one away.
    """

    op: ClassVar[str] = "set_attributes"
    grid: str
    name: str | None = None
    kind: str | None = None
    division_code: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


Operation = (
    MoveVertices
    | InsertVertices
    | DeleteVertices
    | Reshape
    | Split
    | Merge
    | Transfer
    | Draw
    | Retire
    | Replace
    | SetAttributes
)
"""Any of them."""
