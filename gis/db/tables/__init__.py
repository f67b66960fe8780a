"""Every table of gridmap, by subject."""

from gis.db.tables.access import Account, ApiKey, Audit, Delivery, Grant, Subscription
from gis.db.tables.base import Base
from gis.db.tables.boundaries import (
    Changeset,
    ChangesetGrid,
    ChangesetOp,
    Deployment,
    Division,
    DivisionOutline,
    Generation,
    Grid,
    GridVersion,
    Lineage,
    Review,
)
from gis.db.tables.filed import Asset, Event, EventStep, Household
from gis.db.tables.people import PartyOrganisation, PersonPrivate, Posting, Staff

__all__ = [
    "Account",
    "ApiKey",
    "Asset",
    "Audit",
    "Base",
    "Changeset",
    "ChangesetGrid",
    "ChangesetOp",
    "Delivery",
    "Deployment",
    "Division",
    "DivisionOutline",
    "Event",
    "EventStep",
    "Generation",
    "Grant",
    "Grid",
    "GridVersion",
    "Household",
    "Lineage",
    "PartyOrganisation",
    "PersonPrivate",
    "Posting",
    "Review",
    "Staff",
    "Subscription",
]
