"""Partitioned directories: one part of OUT for each part of IN, on any file system of fsspec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import fsspec
import orjson
import pyarrow.parquet as pq

from gis.batch.geo_sources import ParquetSource
from gis.batch.kit import Kit
from gis.batch.rows import Plan, locate_rows, make_plan
from gis.batch.sinks import parquet_writer
from gis.batch.sources import Wanted
from gis.batch.tally import Tally
from gis.core.errors import BadFile, Conflict, Unavailable

_PATTERN = "**/*.parquet"
#: Readers of partitioned directories pass over names with an underscore or a point.
_MANIFEST = "_gridmap.json"
_PARTIAL = ".gridmap-"
_COUNTS = b"gridmap:counts"


@dataclass(frozen=True, slots=True)
class Part:
    """One file to be located; addresses as fsspec takes them.

    Attributes
    ----------
    name
        Below IN and below OUT.
    source, target
        URLs.
    """

    name: str
    source: str
    target: str


def list_parts(source: str, target: str) -> list[Part]:
    """List the files of a directory, hidden ones left out.

    Parameters
    ----------
    source, target
        Folders or URLs of folders.

    Returns
    -------
    list of Part
        By name.

    Raises
    ------
    BadFile
        There is none.
    """
    files, root = fsspec.core.url_to_fs(source)
    root = root.rstrip("/")
    names = sorted(path[len(root) + 1 :] for path in files.glob(f"{root}/{_PATTERN}"))
    shown = [name for name in names if not any(p[0] in "._" for p in name.split("/"))]
    if not shown:
        raise BadFile(f"{source} holds no .parquet file", zh=f"{source} 中没有 .parquet 文件")
    out = target.rstrip("/")
    return [Part(name, f"{source.rstrip('/')}/{name}", f"{out}/{name}") for name in shown]


def claim_target(target: str, kit: Kit, wanted: Wanted) -> None:
    """Say in OUT what its parts are, or see that they are the same.

    Raises
    ------
    Conflict
        OUT holds parts of other boundaries, or read in another way.
    """
    about = {
        "generation": kit.snapshot.generation,
        "day": kit.snapshot.day,
        "columns": kit.columns,
        "crs": wanted.crs,
        "mapping": dict(wanted.mapping),
    }
    said = orjson.dumps(about, option=orjson.OPT_SORT_KEYS)
    files, root = fsspec.core.url_to_fs(target)
    manifest = f"{root.rstrip('/')}/{_MANIFEST}"
    if not files.exists(manifest):
        files.makedirs(root, exist_ok=True)
        files.pipe_file(manifest, said)
    elif files.cat_file(manifest) != said:
        raise Conflict(
            f"{target} holds parts of other boundaries or of another coordinate system; name an "
            "empty folder",
            zh=f"{target} 中已有其他版本或坐标系的结果；请指定空文件夹",
        )


def clear_partial(target: str) -> None:
    """Delete what killed workers have left half written."""
    files, root = fsspec.core.url_to_fs(target)
    for path in files.find(root):
        if path.rpartition("/")[2].startswith(_PARTIAL):
            files.rm_file(path)


def locate_part(kit: Kit, part: Part, wanted: Wanted, *, threads: int = 1) -> Tally:
    """Locate one file; nothing is done where its part of OUT is there already.

    Parameters
    ----------
    kit
        Locates the rows.
    part
        Which file.
    wanted
        How to read it.
    threads
        How many threads may locate.

    Returns
    -------
    Tally
        Also of a part that was there.

    Raises
    ------
    BadFile, Invalid, UnknownCrs
        The file, a column or the coordinate system cannot be used.
    Unavailable
        A file cannot be reached or written.
    """
    try:
        files, path = fsspec.core.url_to_fs(part.target)
        if files.exists(path):
            return _counts_of(files, path)
        folder, _, name = path.rpartition("/")
        files.makedirs(folder, exist_ok=True)
        partial = f"{folder}/{_PARTIAL}{uuid4().hex}-{name}"
        try:
            with fsspec.open(part.source, "rb") as given, files.open(partial, "wb") as out:
                source = ParquetSource(given, wanted, name=part.name)
                tally = _locate_rows(make_plan(kit, source, ".parquet"), out, threads)
            # The one moment in which the part appears, whole.
            files.mv(partial, path)
        finally:
            if files.exists(partial):
                files.rm_file(partial)
    except OSError as error:
        raise Unavailable(
            f"{part.name} cannot be read or written: {error}",
            zh=f"无法读写 {part.name}：{error}",
        ) from error
    return tally


def _locate_rows(plan: Plan, out: Any, threads: int) -> Tally:
    tally = Tally()
    with parquet_writer(out, plan.schema, plan.made) as writer:
        for batch, _ in locate_rows(plan, plan.source.batches(), tally, threads=threads):
            writer.write_batch(batch)
        writer.add_key_value_metadata({_COUNTS: orjson.dumps(tally.as_json())})
    return tally


def _counts_of(files: Any, path: str) -> Tally:
    with files.open(path, "rb") as file:
        about = pq.read_metadata(file).metadata or {}
    return Tally.from_json(orjson.loads(about[_COUNTS]))
