"""Grids: what they are, and which one lies over a point."""

from gis.grids.bulk import Answers, locate_many
from gis.grids.generations import (
    current_generation,
    find_generation,
    get_generation,
    resolve_snapshot,
)
from gis.grids.locate_frame import locate_frame
from gis.grids.locating import Filing, file_positions, load_locator
from gis.grids.model import Box, Found, Generation, Grid, GridRef
from gis.grids.positions import Position, place_in_deployment, place_on_earth
from gis.grids.queries import get_grid, get_references, list_grids, search
from gis.grids.whereabouts import NearGrid, Whereabouts, box_around, find_whereabouts

__all__ = [
    "Answers",
    "Box",
    "Filing",
    "Found",
    "Generation",
    "Grid",
    "GridRef",
    "NearGrid",
    "Position",
    "Whereabouts",
    "box_around",
    "current_generation",
    "file_positions",
    "find_generation",
    "find_whereabouts",
    "get_generation",
    "get_grid",
    "get_references",
    "list_grids",
    "load_locator",
    "locate_frame",
    "locate_many",
    "place_in_deployment",
    "place_on_earth",
    "resolve_snapshot",
    "search",
]
