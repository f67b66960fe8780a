"""Editing the boundaries of grids: pure geometry on the integer lattice.

An operation (`parse_operation`) and the grids near it (`Neighbourhood`, fetched by `reach`) make
a `Plan`, or an `EditRefused` with its faults. The verdict is exact: the changed grids are valid
and have the same signed boundary chain as before. Source: ADR 0002, ADR 0018.
"""

from gis.core.editing.codes import free_serials
from gis.core.editing.documents import as_document
from gis.core.editing.drafts import Folded, Rebased, fold, rebase
from gis.core.editing.faults import Fault, FaultCode
from gis.core.editing.measures import (
    MOVED_MARGIN_DEGREES,
    MovedFace,
    compactness,
    contiguity,
    moved,
)
from gis.core.editing.model import (
    Descent,
    GridChange,
    GridState,
    Neighbourhood,
    Plan,
    Reach,
    Rules,
    states_of,
)
from gis.core.editing.operations import (
    DeleteVertices,
    Draw,
    Insertion,
    InsertVertices,
    Merge,
    MoveVertices,
    Operation,
    Replace,
    Replacement,
    Reshape,
    Retire,
    SetAttributes,
    Split,
    Transfer,
)
from gis.core.editing.outlines import changed_outlines
from gis.core.editing.parsing import parse_operation
from gis.core.editing.planning import plan, reach

__all__ = [
    "MOVED_MARGIN_DEGREES",
    "DeleteVertices",
    "Descent",
    "Draw",
    "Fault",
    "FaultCode",
    "Folded",
    "GridChange",
    "GridState",
    "InsertVertices",
    "Insertion",
    "Merge",
    "MoveVertices",
    "MovedFace",
    "Neighbourhood",
    "Operation",
    "Plan",
    "Reach",
    "Rebased",
    "Replace",
    "Replacement",
    "Reshape",
    "Retire",
    "Rules",
    "SetAttributes",
    "Split",
    "Transfer",
    "as_document",
    "changed_outlines",
    "compactness",
    "contiguity",
    "fold",
    "free_serials",
    "moved",
    "parse_operation",
    "plan",
    "reach",
    "rebase",
    "states_of",
]
