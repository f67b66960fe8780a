"""Households: where they are and how many live there."""

from gis.households.load import load_households
from gis.households.model import HouseholdCounts
from gis.households.queries import list_household_counts

__all__ = ["HouseholdCounts", "list_household_counts", "load_households"]
