"""The deployment, and the tree of divisions above its grids."""

from gis.divisions.deployment import (
    Deployment,
    find_deployment,
    found_deployment,
    get_deployment,
)
from gis.divisions.load import load_divisions

__all__ = [
    "Deployment",
    "find_deployment",
    "found_deployment",
    "get_deployment",
    "load_divisions",
]
