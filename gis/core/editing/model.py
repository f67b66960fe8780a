"""What boundary editing works on, and what comes out of it.

Geometries are canonical degrees (multiples of 1e-7, see `gis.core.lattice`), as they are stored;
operations hold lattice units. No database, no clock: the same input gives the same plan.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.editing.borders import Borders, multi
from gis.core.editing.faults import Fault
from gis.core.editing.operations import Layer, Operation

Action = Literal["create", "modify", "retire", "node_only"]
FreeCodes = Callable[[str, str], Iterable[str]]
Box = tuple[float, float, float, float]

TOWNSHIP_DIGITS = 9


@dataclass(frozen=True, slots=True)
class GridState:
    """What a grid is: one version of it, before or after an edit.

    Attributes
    ----------
    code
        Grid code, 15 digits.
    kind
        ``rural``, ``community`` or ``exclusive``.
    division_code
        Code of the division that it belongs to, 12 digits (a village, or for an exclusive grid
        a township).
    geometry
        MultiPolygon, lon/lat in degrees, canonical, shells counter-clockwise and holes
        clockwise; Polygons and other orientations are turned into that.
    name
        For messages.
    attributes
        Whatever else is known of it; new grids made of it take them over.
    """

    code: str
    kind: str
    division_code: str
    geometry: Any = field(repr=False)
    name: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        # The chain presumes that the inside is on the left: here it is made so, once for all.
        object.__setattr__(self, "geometry", multi(self.geometry))

    @property
    def township(self) -> str:
        """The township's nine digits."""
        return self.division_code[:TOWNSHIP_DIGITS]

    @property
    def layer(self) -> Layer:
        """``exclusive`` or ``basic``."""
        return "exclusive" if self.kind == "exclusive" else "basic"

    @property
    def label(self) -> str:
        """Name and code, for messages."""
        return f"{self.name} ({self.code})" if self.name else self.code

    @property
    def label_zh(self) -> str:
        """Name and code, for Chinese messages."""
        return f"“{self.name}”({self.code})" if self.name else self.code


class Reach(NamedTuple):
    """What an operation needs to see.

    Attributes
    ----------
    codes
        Grids that it names.
    boxes
        Boxes of its coordinates: west, south, east, north in degrees.

    The caller fetches the named grids and the exclusive grids whose boxes touch one of the
    boxes, and every grid whose box touches one of theirs or one of the boxes.
    """

    codes: tuple[str, ...]
    boxes: tuple[Box, ...]


class Neighbourhood:
    """The grids near an edit, of both layers; never changed.

    Parameters
    ----------
    grids
        Grids with codes of their own: all that `gis.core.editing.reach` asks for, or more.
    taken
        Codes that are given already, besides those of the grids.
    """

    def __init__(self, grids: Iterable[GridState], taken: Container[str] = ()) -> None:
        self._grids = {grid.code: grid for grid in grids}
        self._taken = taken
        self._borders: dict[Layer, Borders] = {}

    def __iter__(self) -> Iterator[GridState]:
        return iter(self._grids.values())

    def __len__(self) -> int:
        return len(self._grids)

    def __contains__(self, code: object) -> bool:
        return code in self._grids

    def __getitem__(self, code: str) -> GridState:
        return self._grids[code]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Neighbourhood) and self._grids == other._grids

    __hash__ = None  # type: ignore[assignment]  # holds geometries, which compare by value

    def is_taken(self, code: str) -> bool:
        """Tell whether a code belongs to a grid already."""
        return code in self._grids or code in self._taken

    def get(self, code: str) -> GridState | None:
        """Return a grid, or None."""
        return self._grids.get(code)

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """Boxes of the grids, float64 (n, 4), degrees, in their order."""
        shapes = np.empty(len(self), dtype=object)
        shapes[:] = [grid.geometry for grid in self]
        return np.asarray(shapely.bounds(shapes))

    def borders(self, layer: Layer) -> Borders:
        """Return the borders of the grids of a layer."""
        if layer not in self._borders:
            grids = [grid for grid in self if grid.layer == layer]
            self._borders[layer] = Borders.of({grid.code: grid.geometry for grid in grids})
        return self._borders[layer]

    def near(self, reach: Reach) -> Neighbourhood:
        """Return the part that an operation needs to see.

        Parameters
        ----------
        reach
            As told by `gis.core.editing.reach`.

        Returns
        -------
        Neighbourhood
            See `Reach`.
        """
        if not len(self):
            return self
        is_named = [grid.code in reach.codes for grid in self]
        is_exclusive = [grid.layer == "exclusive" for grid in self]
        boxes = np.array(reach.boxes).reshape(-1, 4)
        named = np.array(is_named) | (np.array(is_exclusive) & _touch(self.bounds, boxes))
        seen = named | _touch(self.bounds, np.concatenate([self.bounds[named], boxes]))
        if seen.all():
            return self
        grids = (grid for grid, is_seen in zip(self, seen.tolist(), strict=True) if is_seen)
        return Neighbourhood(grids, self._grids.keys())

    def after(self, changes: Iterable[GridChange]) -> Neighbourhood:
        """Return the neighbourhood in which changes have been made."""
        grids = dict(self._grids)
        for change in changes:
            if change.after is None:
                del grids[change.code]
            else:
                grids[change.code] = change.after
        return Neighbourhood(grids.values())


@dataclass(frozen=True, slots=True)
class GridChange:
    """What becomes of one grid.

    Attributes
    ----------
    action
        ``create``, ``modify``, ``retire``, or ``node_only``: vertices were added to its border
        because a neighbour needs them there, and it is moved by a centimetre at most.
    code
        Which grid.
    before, after
        None for a grid that is created or retired.
    """

    action: Action
    code: str
    before: GridState | None
    after: GridState | None


@dataclass(frozen=True, slots=True)
class Descent:
    """Which grid became (part of) which, and by which operation; for the lineage."""

    parent: str
    child: str
    operation: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan has to fulfil besides exact tiling.

    Attributes
    ----------
    free_codes
        Division code and kind → codes that were never given, in the order in which to give them.
    scope
        Townships (nine digits) whose outlines may change; a change between townships needs all
        of them.
    min_area_m2, min_exclusive_area_m2
        Least area of a basic and of an exclusive grid, m².
    min_width_m
        Least diameter of the largest circle in a grid, m.
    warn_compactness
        Polsby-Popper measure below which a grid is warned about.
    names
        Township (nine digits) → its name, for messages.
    """

    free_codes: FreeCodes
    scope: frozenset[str] = frozenset()
    min_area_m2: float = 2000.0
    min_exclusive_area_m2: float = 100.0
    min_width_m: float = 5.0
    warn_compactness: float = 0.1
    names: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, township: str) -> str:
        """Return what to call a township: its name where it is known, else its digits."""
        return self.names.get(township, township)

    def min_area_of(self, layer: Layer) -> float:
        """Return the least area of a grid of a layer, m²."""
        return self.min_exclusive_area_m2 if layer == "exclusive" else self.min_area_m2


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operation does.

    Attributes
    ----------
    operation
        The operation with everything settled that it left open, such as the codes of new grids:
        this is what to keep, for replaying it gives the same plan.
    changes
        One for each grid concerned, by code.
    auto_fixes
        What was settled for the planner, each to be shown (``severity`` is ``fixed``).
    warnings
        What does not forbid the operation.
    lineage
        Which grid came from which.
    after
        The neighbourhood with the changes made.
    """

    operation: Operation
    changes: tuple[GridChange, ...]
    auto_fixes: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    lineage: tuple[Descent, ...]
    after: Neighbourhood = field(repr=False)


def _touch(bounds: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which bounds (n, 4) touch one of the boxes (m, 4)."""
    east_north = (bounds[:, None, :2] <= boxes[None, :, 2:]).all(axis=2)
    west_south = (bounds[:, None, 2:] >= boxes[None, :, :2]).all(axis=2)
    return np.asarray(np.any(east_north & west_south, axis=1))


def states_of(changes: Iterable[GridChange]) -> tuple[list[GridState], list[GridState]]:
    """Return the grids before and after changes, as `gis.core.editing.moved` takes them."""
    known = list(changes)
    before = [change.before for change in known if change.before is not None]
    return before, [change.after for change in known if change.after is not None]
