"""Assets: things on the ground."""

from gis.assets.load import load_assets
from gis.assets.model import Asset, AssetFilter
from gis.assets.queries import list_assets

__all__ = ["Asset", "AssetFilter", "list_assets", "load_assets"]
