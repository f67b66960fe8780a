"""What maps draw: grids as shared arcs, and the heat of events as bins."""

from gis.tiles.heat import HEAT_CELLS_M, HeatBins, HeatLattice, heat_bins
from gis.tiles.overview import CategoryClassName, MapOverview, map_overview
from gis.tiles.topology import Topology, TopologyStore, topology_version

__all__ = [
    "HEAT_CELLS_M",
    "CategoryClassName",
    "HeatBins",
    "HeatLattice",
    "MapOverview",
    "Topology",
    "TopologyStore",
    "heat_bins",
    "map_overview",
    "topology_version",
]
