"""Grids: what they are, and which one lies over a point."""

from gis.grids.borders import Measured, measure_point
from gis.grids.bulk import Answers, locate_many, only_seen
from gis.grids.generations import (
    current_generation,
    find_generation,
    get_generation,
    resolve_snapshot,
)
from gis.grids.history import PastVersion, list_versions
from gis.grids.leases import LEASE_S, Lease, PublicationLock, lease_generation, lock_publications
from gis.grids.locate_frame import locate_frame
from gis.grids.locating import Filing, file_positions, load_locator
from gis.grids.model import Box, Found, Generation, Grid, GridRef
from gis.grids.positions import Position, place_in_deployment, place_on_earth
from gis.grids.queries import get_grid, get_references, list_grids, list_seen_ids, search
from gis.grids.whereabouts import (
    NearGrid,
    Whereabouts,
    box_around,
    find_whereabouts,
    name_whereabouts,
    require_inside,
)

__all__ = [
    "LEASE_S",
    "Answers",
    "Box",
    "Filing",
    "Found",
    "Generation",
    "Grid",
    "GridRef",
    "Lease",
    "Measured",
    "NearGrid",
    "PastVersion",
    "Position",
    "PublicationLock",
    "Whereabouts",
    "box_around",
    "current_generation",
    "file_positions",
    "find_generation",
    "find_whereabouts",
    "get_generation",
    "get_grid",
    "get_references",
    "lease_generation",
    "list_grids",
    "list_seen_ids",
    "list_versions",
    "load_locator",
    "locate_frame",
    "locate_many",
    "lock_publications",
    "measure_point",
    "name_whereabouts",
    "only_seen",
    "place_in_deployment",
    "place_on_earth",
    "require_inside",
    "resolve_snapshot",
    "search",
]
