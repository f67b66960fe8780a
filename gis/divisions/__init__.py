"""The deployment, and the tree of divisions above its grids."""

from gis.divisions.deployment import (
    Deployment,
    find_deployment,
    found_deployment,
    get_deployment,
)
from gis.divisions.load import load_divisions
from gis.divisions.model import Division, DivisionNode, DivisionRef
from gis.divisions.queries import (
    get_division,
    get_reference,
    get_tree,
    list_ancestry,
    list_divisions,
)
from gis.divisions.shapes import padded_code

__all__ = [
    "Deployment",
    "Division",
    "DivisionNode",
    "DivisionRef",
    "find_deployment",
    "found_deployment",
    "get_deployment",
    "get_division",
    "get_reference",
    "get_tree",
    "list_ancestry",
    "list_divisions",
    "load_divisions",
    "padded_code",
]
