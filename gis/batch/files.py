"""Locate every row of a file into another one, which appears when it is complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from gis.batch.ahead import read_ahead
from gis.batch.kit import Kit
from gis.batch.opening import open_source
from gis.batch.parts import Parts
from gis.batch.rows import Plan, Read, locate_rows, make_plan
from gis.batch.sinks import ENDINGS, write_rows
from gis.batch.sources import Wanted
from gis.batch.tally import Tally
from gis.core.errors import Invalid, Unavailable
from gis.tabular import Progress, silent

#: Batches in a part: some million rows.
PART_BATCHES = 32
#: A shorter file is written in one go: there is nothing worth keeping.
PARTS_FROM_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class LocateFile:
    """What to do with a file.

    Attributes
    ----------
    wanted
        How to read it.
    resume
        Whether to go on where an earlier run was broken off.
    threads
        How many threads may locate.
    parts_from_bytes, part_batches
        From which size on a run keeps its finished parts, and how long one is.
    """

    wanted: Wanted = field(default_factory=Wanted)
    resume: bool = False
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    parts_from_bytes: int = PARTS_FROM_BYTES
    part_batches: int = PART_BATCHES


def locate_file(
    kit: Kit, source: Path, target: Path, options: LocateFile, *, progress: Progress = silent
) -> Tally:
    """Write a file's rows with their grids to another file.

    Memory is bounded by the pieces in which rows are read, not by the file. The target is put in
    its place by renaming, so that it is never half a file. A long run keeps its finished parts in
    ``TARGET.parts`` until then.

    Parameters
    ----------
    kit
        Locates the rows.
    source, target
        The files; their endings say what they are.
    options
        Coordinate system, columns, and whether to go on with a broken run.
    progress
        Told how far it is.

    Returns
    -------
    Tally

    Raises
    ------
    BadFile, Invalid, UnknownCrs
        A file, a column or the coordinate system cannot be used.
    Conflict
        There are parts of an earlier run, and ``resume`` is off or it was another run.
    """
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise Invalid(
            f"{target.name}: the ending is not known; there are: {', '.join(ENDINGS)}",
            zh=f"{target.name}：不支持该文件类型；可用：{'、'.join(ENDINGS)}",
        )
    if target.exists() and target.samefile(source):
        raise Invalid("IN and OUT are the same file", zh="输入与输出为同一文件")
    plan = make_plan(kit, open_source(source, options.wanted), ending)
    parts = Parts(target, _about(kit, source, target, options))
    try:
        if source.stat().st_size < options.parts_from_bytes and not parts.folder.exists():
            tally = _in_one_go(plan, target, options, progress)
        else:
            tally = _in_parts(plan, target, options, parts, progress)
    except (OSError, pa.ArrowException) as error:
        raise Unavailable(
            f"{target} cannot be written: {error}", zh=f"无法写入 {target}：{error}"
        ) from error
    # Every run reads the whole file, so this is complete also for one that went on.
    tally.refused = plan.source.refused()
    return tally


def _about(kit: Kit, source: Path, target: Path, options: LocateFile) -> dict[str, Any]:
    """Say what a run is about: its parts are good for the same run only."""
    stat = source.stat()
    wanted = options.wanted
    return {
        "source": [str(source.resolve()), stat.st_size, stat.st_mtime_ns],
        "ending": target.suffix.lower(),
        "generation": kit.snapshot.generation,
        "day": kit.snapshot.day,
        "grids": [kit.basic.num_rows, kit.exclusive.num_rows],
        "columns": kit.columns,
        "crs": wanted.crs,
        "mapping": dict(wanted.mapping),
        "sheet": wanted.sheet,
        "layer": wanted.layer,
        "part": [options.part_batches, wanted.batch_rows],
    }


def _in_one_go(plan: Plan, target: Path, options: LocateFile, progress: Progress) -> Tally:
    tally = Tally()
    rows = locate_rows(plan, read_ahead(plan.source.batches()), tally, threads=options.threads)
    # Under another name first: under its own it is always whole.
    partial = target.with_name(f".partial-{os.getpid()}-{target.name}")
    try:
        _put_in_place(partial, target, plan, read_ahead(_told(rows, progress)))
    finally:
        partial.unlink(missing_ok=True)
    return tally


def _in_parts(
    plan: Plan, target: Path, options: LocateFile, parts: Parts, progress: Progress
) -> Tally:
    with parts.opened(resume=options.resume):
        total = Tally()
        for tally in parts.finished():
            total.merge(tally)
        count = _write_parts(plan, parts, options, total, progress)
        progress("合并各部分", "putting the parts together")
        _put_in_place(parts.place_for(target), target, plan, read_ahead(parts.read(count)))
        parts.remove()
    return total


def _write_parts(
    plan: Plan, parts: Parts, options: LocateFile, total: Tally, progress: Progress
) -> int:
    """Write the parts that are missing, and return how many there are then."""
    count = len(parts.finished())
    ahead = read_ahead(_after(plan.source.batches(), total.read))
    while (first := next(ahead, None)) is not None:
        tally = Tally()
        piece = chain([first], islice(ahead, options.part_batches - 1))
        rows = _told(locate_rows(plan, piece, tally, threads=options.threads), progress)
        parts.write(count, plan.made, rows, tally)
        total.merge(tally)
        count += 1
    return count


def _after(batches: Iterator[Read], rows: int) -> Iterator[Read]:
    """Leave out the first rows: they are done."""
    for batch, share in batches:
        skipped = min(rows, batch.num_rows)
        rows -= skipped
        if skipped < batch.num_rows:
            yield batch.slice(skipped), share


def _told(rows: Iterator[Read], progress: Progress) -> Iterator[pa.RecordBatch]:
    for batch, share in rows:
        progress("定位", "locating", share)
        yield batch


def _put_in_place(partial: Path, target: Path, plan: Plan, rows: Iterator[pa.RecordBatch]) -> None:
    write_rows(partial, target.suffix.lower(), plan.schema, rows, plan.made)
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(target)
