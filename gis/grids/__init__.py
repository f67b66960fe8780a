"""Grids: what they are, and which one lies over a point."""

from gis.grids.locating import Filing, current_generation, file_positions, load_locator

__all__ = ["Filing", "current_generation", "file_positions", "load_locator"]
