"""Boundaries: proved, published, kept."""

from gis.boundaries.publish import Publication, publish_import

__all__ = ["Publication", "publish_import"]
