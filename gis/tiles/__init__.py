"""What maps draw: grids as shared arcs, and the heat of events as bins."""

from gis.tiles.heat import HEAT_CELLS_M, HeatBins, HeatLattice, heat_bins
from gis.tiles.overview import CategoryClassName, MapOverview, map_overview
from gis.tiles.topology import Topology, TopologyStore, topology_version
from gis.tiles.tracts import build_overview, is_large, overview_version, tract_depth

__all__ = [
    "HEAT_CELLS_M",
    "CategoryClassName",
    "HeatBins",
    "HeatLattice",
    "MapOverview",
    "Topology",
    "TopologyStore",
    "build_overview",
    "heat_bins",
    "is_large",
    "map_overview",
    "overview_version",
    "topology_version",
    "tract_depth",
]
