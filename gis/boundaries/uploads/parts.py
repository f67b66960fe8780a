"""What grids of a file change together, and what has to be mended in them first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

RepairKind = Literal["gap", "overlap", "beyond", "edge"]


@dataclass(frozen=True, slots=True)
class Repair:
    """A place that not exactly one grid of the file covers.

    Attributes
    ----------
    repair_id
        The same for the same place, however often it is looked at.
    kind
        ``gap``: no grid has it; ``overlap``: several have; ``beyond``: one reaches over area that
        the file leaves to grids that do not change, or beyond the outline; ``edge``: a new vertex
        on the county's outer border, which goes to the next one there.
    place
        Where, in degrees: an area, or a point.
    area_m2, width_m
        Of the area, and its mean width; for a vertex 0, and how far it goes.
    rows
        Numbers of the features concerned.
    owner
        Number of the feature that would have it; None where it is cut off, or goes to nobody.
    """

    repair_id: str
    kind: RepairKind
    place: Any = field(repr=False)
    area_m2: float
    width_m: float
    rows: tuple[int, ...]
    owner: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Grids that change together.

    Attributes
    ----------
    features, stored
        Indices into the comparison's lists.
    polygons
        Feature → its shape in degrees: as in the file, or mended if the group needs repairs.
    repairs
        What has to be accepted before they may be used.
    hairlines
        How many faces below two centimetres were closed.
    """

    features: tuple[int, ...]
    stored: tuple[int, ...]
    polygons: Mapping[int, Any] = field(repr=False)
    repairs: tuple[Repair, ...] = ()
    hairlines: int = 0
