"""From rows as they were read to rows with their grids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyproj

from gis.batch.columns import AnswerColumns
from gis.batch.kit import Kit
from gis.batch.points import make_points
from gis.batch.sinks import GEOMETRY, PARQUET, WITH_POINTS, describe_points
from gis.batch.sources import Source, check_order, positions_of
from gis.batch.tally import Tally
from gis.core.crs import STORED_SRID


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of a file become those of another.

    Attributes
    ----------
    kit
        Locates them.
    source
        Reads them.
    kept
        Which columns of the source are written; an earlier run's answers are not.
    adds_points, adds_numbers
        Whether a column of points, or two of numbers, is written that the source does not have.
    answers
        Makes the columns that are appended.
    schema
        Of what is written.
    made
        Of the rows as `locate_rows` gives them: the same, but names may stand in dictionaries.
    """

    kit: Kit
    source: Source
    kept: tuple[int, ...]
    adds_points: bool
    adds_numbers: bool
    answers: AnswerColumns
    schema: pa.Schema
    made: pa.Schema


def make_plan(kit: Kit, source: Source, ending: str) -> Plan:
    """Decide what is written.

    Parameters
    ----------
    kit
        Locates the rows.
    source
        Reads them.
    ending
        Of the file to be written: text holds no points, so their coordinates get columns.

    Returns
    -------
    Plan
    """
    answers = AnswerColumns(kit, encoded=ending in PARQUET, inert=ending == ".csv")
    given = source.schema
    has_points = len(source.positions) == 1
    kept = tuple(i for i, field in enumerate(given) if field.name not in answers.names)
    fields = [given.field(index) for index in kept]
    adds_points = ending in WITH_POINTS and not has_points
    adds_numbers = ending in (".csv", ".xlsx") and has_points
    if adds_numbers:
        fields += [pa.field("x", pa.float64()), pa.field("y", pa.float64())]
    if adds_points:
        fields = [field for field in fields if field.name != GEOMETRY]
        kept = tuple(index for index in kept if given.field(index).name != GEOMETRY)
        fields.append(pa.field(GEOMETRY, pa.binary()))
    metadata = _kept_metadata(given)
    made = pa.schema([*fields, *zip(answers.names, answers.types, strict=True)])
    fields += [pa.field(*column) for column in zip(answers.names, answers.plain_types, strict=True)]
    schema = pa.schema(fields, metadata=metadata)
    if has_points:
        name = given.field(source.positions[0]).name
        crs = source.crs
        system = None if crs.epsg is None else _system(crs.name)
        schema = describe_points(schema, name, system)
    elif adds_points:
        schema = describe_points(schema, GEOMETRY, _system(f"EPSG:{STORED_SRID}"))
    return Plan(kit, source, kept, adds_points, adds_numbers, answers, schema, made)


def _kept_metadata(given: pa.Schema) -> dict[bytes, bytes] | None:
    """Return the file's own notes, without those that described its columns."""
    described = (b"geo", b"pandas", b"ARROW:schema")
    kept = {key: value for key, value in (given.metadata or {}).items() if key not in described}
    return kept or None


def _system(name: str) -> pyproj.CRS:
    return pyproj.CRS.from_user_input("OGC:CRS84" if name == "CRS84" else name)


Read = tuple[pa.RecordBatch, float]


def locate_rows(plan: Plan, rows: Iterator[Read], tally: Tally, *, threads: int) -> Iterator[Read]:
    """Give rows with their grids.

    Parameters
    ----------
    plan
        What to write.
    rows
        Of the plan's source, each piece with the share of the file that is read by then.
    tally
        Takes the counts.
    threads
        How many threads may locate.

    Yields
    ------
    tuple
        Some rows, and the share.
    """
    looked = False
    for batch, share in rows:
        if not batch.num_rows:
            continue
        if not looked:
            looked = True
            _check_order(plan.source, batch)
        yield locate_batch(plan, batch, tally, threads=threads), share


def locate_batch(
    plan: Plan, batch: pa.RecordBatch, tally: Tally, *, threads: int
) -> pa.RecordBatch:
    """Return some rows with their grids; see `locate_rows`."""
    x, y = positions_of(batch, plan.source)
    answers = plan.kit.locate(x, y, plan.source.crs, threads=threads)
    tally.add(answers)
    arrays = [batch.column(index) for index in plan.kept]
    if plan.adds_numbers:
        arrays += [pa.array(values, mask=~np.isfinite(values)) for values in (x, y)]
    if plan.adds_points:
        arrays.append(make_points(answers.lon, answers.lat))
    arrays += plan.answers.arrays(answers)
    return pa.RecordBatch.from_arrays(arrays, schema=plan.made)


def _check_order(source: Source, batch: pa.RecordBatch) -> None:
    if len(source.positions) == 2:
        names = [source.schema.field(index).name for index in source.positions]
        check_order(*positions_of(batch, source), source.crs, (names[0], names[1]))
