"""Who works in the grids."""

from gis.staff.load import load_party_organisations, load_staff

__all__ = ["load_party_organisations", "load_staff"]
