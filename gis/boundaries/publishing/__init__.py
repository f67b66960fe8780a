"""From an approved changeset to a generation, back again, and the history of it."""

from gis.boundaries.publishing.changeset import publish_changeset
from gis.boundaries.publishing.draft import Draft, Working, read_working
from gis.boundaries.publishing.gates import stale_codes
from gis.boundaries.publishing.history import (
    crosswalk,
    crosswalk_csv,
    diff,
    get_generation_entry,
    lineage_of_generation,
    lineage_of_grid,
    list_generations,
)
from gis.boundaries.publishing.model import (
    CrosswalkRow,
    GenerationEntry,
    GridDifference,
    LineageEntry,
)
from gis.boundaries.publishing.nearby import load_code
from gis.boundaries.publishing.rollback import draft_rollback

__all__ = [
    "CrosswalkRow",
    "Draft",
    "GenerationEntry",
    "GridDifference",
    "LineageEntry",
    "Working",
    "crosswalk",
    "crosswalk_csv",
    "diff",
    "draft_rollback",
    "get_generation_entry",
    "lineage_of_generation",
    "lineage_of_grid",
    "list_generations",
    "load_code",
    "publish_changeset",
    "read_working",
    "stale_codes",
]
