"""Profiles: what differs between deployments, as data."""

from gis.profiles.calendar import Calendar
from gis.profiles.catalogue import Catalogue, Category, CategoryClass, Channel, EventLevel, Sla
from gis.profiles.load import list_profiles, load_profile
from gis.profiles.model import (
    Exclusive,
    Heads,
    Kpi,
    Label,
    Level,
    Phase,
    Profile,
    Role,
    Root,
    Step,
    Workflow,
)
from gis.profiles.totals import (
    Demo,
    EventTotals,
    HouseholdTotals,
    Incident,
    PlacedTotal,
    StaffTotal,
)

__all__ = [
    "Calendar",
    "Catalogue",
    "Category",
    "CategoryClass",
    "Channel",
    "Demo",
    "EventLevel",
    "EventTotals",
    "Exclusive",
    "Heads",
    "HouseholdTotals",
    "Incident",
    "Kpi",
    "Label",
    "Level",
    "Phase",
    "PlacedTotal",
    "Profile",
    "Role",
    "Root",
    "Sla",
    "StaffTotal",
    "Step",
    "Workflow",
    "list_profiles",
    "load_profile",
]
