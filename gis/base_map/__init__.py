"""A base map (底图) under the grids: tiles of another server, fetched, aligned, kept."""

from gis.base_map.align import Aligner
from gis.base_map.source import BaseMapSource, tile_box
from gis.base_map.store import BaseMap

__all__ = ["Aligner", "BaseMap", "BaseMapSource", "tile_box"]
