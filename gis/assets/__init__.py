"""Assets: things on the ground."""

from gis.assets.load import load_assets

__all__ = ["load_assets"]
