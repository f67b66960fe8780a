"""What is wrong with an edit, where, by how much, and what would remedy it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import shapely

from gis.core.errors import EditRefused

Severity = Literal["error", "warning", "fixed"]


class FaultCode(StrEnum):
    """What a fault is called by programs. The first group refuses an operation."""

    GEOM_INVALID = "GEOM_INVALID"
    FLIPPED = "FLIPPED"
    OVERLAP = "OVERLAP"
    GAP = "GAP"
    OUTSIDE_TOWN = "OUTSIDE_TOWN"
    MIN_AREA = "MIN_AREA"
    SLIVER = "SLIVER"
    MULTIPART = "MULTIPART"
    CUT_MISSES = "CUT_MISSES"
    CORNER = "CORNER"
    STALE = "STALE"
    # Settled without asking, and reported:
    HAIRLINE = "HAIRLINE"
    SNAPPED = "SNAPPED"
    # Warnings:
    ENCLAVE = "ENCLAVE"
    COMPACTNESS = "COMPACTNESS"
    VILLAGE_LINE = "VILLAGE_LINE"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, was settled, or should be looked at.

    Attributes
    ----------
    code
        What it is.
    severity
        ``error`` refuses the operation; ``warning`` does not; ``fixed`` was settled.
    detail, zh
        A sentence for people, in English and Chinese.
    grids
        Codes of the grids concerned, sorted.
    geometry
        Where, lon/lat in degrees; None where it is no place.
    measure
        How much; its unit is `unit`. None where there is nothing to measure.
    unit
        ``m2``, ``m``, ``ratio`` or ``count``.
    fix
        An operation as a JSON document that does what was meant; None where there is none.
    """

    code: FaultCode
    severity: Severity
    detail: str
    zh: str
    grids: tuple[str, ...] = ()
    geometry: Any = None
    measure: float | None = None
    unit: str | None = None
    fix: dict[str, Any] | None = None

    def as_document(self) -> dict[str, Any]:
        """Return the fault as a JSON document, with its geometry as GeoJSON."""
        return {
            "code": self.code.value,
            "severity": self.severity,
            "detail": self.detail,
            "detail_zh": self.zh,
            "grids": list(self.grids),
            "geometry": None
            if self.geometry is None
            else json.loads(shapely.to_geojson(self.geometry)),
            "measure": self.measure,
            "unit": self.unit,
            "fix": self.fix,
        }


def error(code: FaultCode, detail: str, zh: str, **members: Any) -> Fault:
    """Return a fault that refuses the operation; members are those of `Fault`."""
    return Fault(code, "error", detail, zh, **members)


def refusal(faults: Sequence[Fault]) -> EditRefused:
    """Return the error that refuses an operation.

    Parameters
    ----------
    faults
        At least one; the first is told as the reason.

    Returns
    -------
    EditRefused
        To be raised. ``extra["errors"]`` has the faults as documents, ``faults`` as objects.
    """
    first, more = faults[0], len(faults) - 1
    english = f"{first.detail} (and {more} more)" if more else first.detail
    chinese = f"{first.zh}(另有 {more} 处)" if more else first.zh
    refused = EditRefused(english, zh=chinese, errors=[fault.as_document() for fault in faults])
    refused.faults = tuple(faults)
    return refused
