"""Households: where they are and how many live there."""

from gis.households.load import load_households

__all__ = ["load_households"]
