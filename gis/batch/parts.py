"""Finished parts of a long run, kept beside the file to be: after a break they are not redone."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from gis.batch.tally import Tally
from gis.core.errors import Conflict

_MANIFEST = "run.json"


class Parts:
    """The folder ``OUT.parts``: what the run is about, and a file for each finished part.

    A part is finished when its counts stand beside it: they are written last, and by renaming.

    Parameters
    ----------
    target
        The file to be.
    about
        What the run is about; parts of another run are never used.
    """

    def __init__(self, target: Path, about: dict[str, Any]) -> None:
        self.folder = target.with_name(target.name + ".parts")
        self._about = about

    @contextmanager
    def opened(self, *, resume: bool) -> Iterator[None]:
        """Hold the folder; nobody else may work in it meanwhile.

        Raises
        ------
        Conflict
            An earlier run was broken off and ``resume`` is off, or it was another run, or it is
            still at work.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Conflict(
                    f"another run is at work in {self.folder}", zh=f"另一任务正在使用 {self.folder}"
                ) from error
            self._check(resume=resume)
            yield

    def _check(self, *, resume: bool) -> None:
        manifest = self.folder / _MANIFEST
        said = orjson.dumps(self._about, option=orjson.OPT_SORT_KEYS)
        if not manifest.exists():
            _write(manifest, said)
            return
        if not resume:
            raise Conflict(
                f"an earlier run was broken off; go on with --resume, or delete {self.folder}",
                zh=f"上次任务中断；请加 --resume 继续，或删除 {self.folder}",
            )
        if manifest.read_bytes() != said:
            raise Conflict(
                f"{self.folder} belongs to another run (another file, boundaries or options); "
                "delete it to begin anew",
                zh=f"{self.folder} 属于另一任务（文件、边界或选项不同）；请删除后重新开始",
            )

    def finished(self) -> list[Tally]:
        """Return the counts of the finished parts, in order."""
        found: list[Tally] = []
        while (said := self._counts(len(found))).exists():
            found.append(Tally.from_json(orjson.loads(said.read_bytes())))
        return found

    def write(
        self, number: int, schema: pa.Schema, rows: Iterator[pa.RecordBatch], tally: Tally
    ) -> None:
        """Write a part; ``tally`` is complete when the rows have been drawn."""
        path = self._rows(number)
        partial = path.with_suffix(".partial")
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with (
            pa.OSFile(str(partial), "wb") as file,
            pa.ipc.new_file(file, schema, options=options) as out,
        ):
            for batch in rows:
                out.write_batch(batch)
        partial.rename(path)
        _write(self._counts(number), orjson.dumps(tally.as_json()))

    def read(self, count: int) -> Iterator[pa.RecordBatch]:
        """Read the rows of the first parts."""
        for number in range(count):
            with pa.OSFile(str(self._rows(number)), "rb") as file:
                part = pa.ipc.open_file(file)
                for index in range(part.num_record_batches):
                    yield part.get_batch(index)

    def place_for(self, target: Path) -> Path:
        """Return where the whole file is to be written: what a killed run left there is gone."""
        place = self.folder / "whole"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return place / target.name

    def remove(self) -> None:
        """Delete all."""
        shutil.rmtree(self.folder)

    def _rows(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.arrow"

    def _counts(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.json"


def _write(path: Path, data: bytes) -> None:
    partial = path.with_suffix(".partial-json")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
