"""What a file says of each grid, taken as far as it goes: a file need not say everything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from gis.boundaries.reading.columns import FIELDS, KINDS
from gis.boundaries.reading.model import Layer
from gis.boundaries.reading.shapes import canonical_shapes
from gis.core.crs import Crs
from gis.core.datum import Bounds
from gis.core.editing.operations import Layer as GridLayer
from gis.profiles import Profile
from gis.tabular import TWICE, Note, Table, map_headers, plain

#: Columns of a file that goes into a changeset: none has to be there.
LENIENT = tuple(replace(column, required=False) for column in FIELDS)
_CODE = re.compile(r"\d{15}(\d{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Feature:
    """A grid as a file has it.

    Attributes
    ----------
    row
        Its number in the file, from 1.
    code, name, kind, division_code
        Empty where the file does not say, or says nothing that is known here.
    polygon
        Canonical degrees, oriented.
    """

    row: int
    code: str
    name: str
    kind: str
    division_code: str
    polygon: Any = field(repr=False)

    @property
    def label(self) -> str:
        """What to call it in messages."""
        return " ".join(part for part in (self.name, self.code) if part) or f"#{self.row}"

    def layer_or(self, other: GridLayer) -> GridLayer:
        """Return its layer, or another one where the file says no kind."""
        if not self.kind:
            return other
        return "exclusive" if self.kind == "exclusive" else "basic"


def as_table(source: str, layer: Layer, mapping: Mapping[str, str]) -> Table:
    """Return the attributes of a file as a table; features are numbered from 1.

    Parameters
    ----------
    source
        Name of the file.
    layer
        What was read.
    mapping
        Field → header, where the user says so.

    Returns
    -------
    Table

    Raises
    ------
    Invalid
        Two columns mean the same field, or a header is not there.
    """
    return Table(
        source=source,
        encoding=layer.encoding,
        header=map_headers(layer.headers, LENIENT, mapping),
        headers=layer.headers,
        cells=layer.cells,
        numbers=np.arange(1, len(layer.shapes) + 1, dtype=np.int64),
        blank=0,
    )


def read_features(
    table: Table,
    placed: tuple[Any, Crs],
    profile: Profile,
    divisions: pd.DataFrame,
    notes: list[Note],
) -> tuple[list[Feature], pd.DataFrame]:
    """Read the grids of a file.

    Parameters
    ----------
    table
        Attributes.
    placed
        Shapes (n,) in the file's own coordinates, and what these are.
    profile
        Its box, its kinds.
    divisions
        Columns ``code`` and ``name``.
    notes
        Takes what was changed.

    Returns
    -------
    list of Feature
        Those that can be used.
    DataFrame
        The refusals of the others, as `Verdicts.refusals` has them.
    """
    verdicts = table.begin_verdicts()
    codes = table.text("code", verdicts, limit=40)
    names = table.text("name", verdicts, limit=100)
    good = np.array([bool(_CODE.fullmatch(code)) for code in codes.tolist()], dtype=bool)
    odd = int(((codes != "") & ~good).sum())
    if odd:
        notes.append(
            Note(
                f"{odd} 个编码不是 15 位数字，按图形与现有网格对应",
                f"{odd} codes do not have 15 digits; these grids are told by their shapes",
            )
        )
    codes = np.where(good, codes, "")
    twice = pd.Series(codes).duplicated(keep=False).to_numpy() & good
    verdicts.refuse(twice, table.label("code"), codes, TWICE)
    polygons = canonical_shapes(*placed, Bounds(*profile.bounds), verdicts, notes).polygons
    kinds = _kinds(table, profile)
    owners = _owners(table, divisions)
    found = [
        Feature(i + 1, str(codes[i]), str(names[i]), kinds[i], owners[i], polygons[i])
        for i in np.flatnonzero(verdicts.accepted).tolist()
    ]
    return found, verdicts.refusals()


def _kinds(table: Table, profile: Profile) -> list[str]:
    meaning = {
        plain(spelling): kind
        for kind, label in profile.kinds.items()
        for spelling in (*KINDS[kind], label.name_zh, label.name_en)
    }
    return [meaning.get(plain(said), "") for said in table.column("kind").tolist()]


def _owners(table: Table, divisions: pd.DataFrame) -> list[str]:
    """Return the division that each feature names by its code, or by a name that only one has."""
    known: dict[str, str] = {}
    for code, name in zip(divisions["code"], divisions["name"], strict=True):
        known[plain(name)] = "" if plain(name) in known else code
    codes = set(divisions["code"])
    found = []
    for said in table.column("division").tolist():
        padded = said.ljust(12, "0") if said else ""
        found.append(padded if padded in codes else known.get(plain(said), "") if said else "")
    return found


def columns_of(table: Table) -> Mapping[str, str]:
    """Return which header of the file was taken for which field."""
    return dict(table.header.headers)


def verdict_documents(refusals: pd.DataFrame, limit: int = 200) -> Sequence[dict[str, Any]]:
    """Return refusals as documents, the first of them."""
    return [
        {
            "row": int(one.row),
            "field": str(one.field),
            "value": str(one.value),
            "detail": str(one.reason_en),
            "detail_zh": str(one.reason_zh),
        }
        for one in refusals.head(limit).itertuples()
    ]
