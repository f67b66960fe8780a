"""Answers to many points, written in one of four formats as they are found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any, Protocol

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from api.bulk.media import Media
from api.bulk.points import Ids, Points
from gis.core.locator import Locator
from gis.core.snapshot import Snapshot
from gis.grids.bulk import Answers

COLUMNS = ("basic", "exclusive", "responsible", "error", "error_zh")


class Writer(Protocol):
    """Takes the answers to one piece after the other."""

    def write(self, points: Points, answers: Answers) -> None:
        """Write the answers to some points."""

    def finish(self) -> None:
        """Write what comes at the end."""


def open_writer(media: Media, file: IO[bytes], locator: Locator, snapshot: Snapshot) -> Writer:
    """Return the writer of a format."""
    if media is Media.ARROW:
        return _ArrowWriter(file, locator, snapshot)
    if media is Media.CSV:
        return _CsvWriter(file, locator)
    return _ObjectWriter(file, locator, snapshot, lines=media is Media.NDJSON)


class _ObjectWriter:
    """JSON by hand: what differs from point to point is only its id and which answer it has."""

    def __init__(
        self, file: IO[bytes], locator: Locator, snapshot: Snapshot, *, lines: bool
    ) -> None:
        self._file = file
        self._locator = locator
        self._between = b"\n" if lines else b","
        self._end = b"\n" if lines else b"]}"
        self._begun = False
        if not lines:
            head = orjson.dumps({"generation": snapshot.generation, "at": snapshot.day})
            file.write(head[:-1] + b',"results":[')

    def write(self, points: Points, answers: Answers) -> None:
        tails, which = self._distinct(answers)
        if points.ids is None:
            whole = ['{"id":null,' + tail for tail in tails]
            texts = [whole[tail] for tail in which]
        else:
            texts = [
                f'{{"id":{name},{tails[tail]}'
                for name, tail in zip(_id_texts(points.ids), which, strict=True)
            ]
        if self._begun and texts:
            self._file.write(self._between)
        self._begun = self._begun or bool(texts)
        self._file.write(self._between.decode().join(texts).encode())

    def finish(self) -> None:
        if self._begun or self._end != b"\n":
            self._file.write(self._end)

    def _distinct(self, answers: Answers) -> tuple[list[str], list[int]]:
        """Return the answers that occur, as text after the id, and which one each point has."""
        width = np.int64(len(self._locator.exclusive.codes) + 1)
        keys = (answers.basic + np.int64(1)) * width + answers.exclusive + 1
        keys = np.where(answers.fault > 0, -answers.fault.astype(np.int64), keys)
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        basic, exclusive = self._locator.basic.codes, self._locator.exclusive.codes
        tails = []
        for index in first.tolist():
            b, e, f = answers.basic[index], answers.exclusive[index], answers.fault[index]
            codes = (basic[b] if b >= 0 else None, exclusive[e] if e >= 0 else None)
            reason = answers.reasons[f - 1] if f else None
            tail = (*codes, codes[1] or codes[0], *((reason.en, reason.zh) if reason else _NONE))
            tails.append(orjson.dumps(dict(zip(COLUMNS, tail, strict=True))).decode()[1:])
        return tails, which.tolist()


_NONE = (None, None)


def _id_texts(ids: Any) -> Sequence[str | int]:
    plain: list[Any] = ids.to_pylist() if isinstance(ids, pa.Array) else ids
    if set(map(type, plain)) == {int}:
        return plain
    return [orjson.dumps(one).decode() for one in plain]


class _ArrowWriter:
    """A stream of record batches."""

    def __init__(self, file: IO[bytes], locator: Locator, snapshot: Snapshot) -> None:
        self._file = file
        self._codes = codes_of(locator)
        self._about = {"generation": str(snapshot.generation), "at": snapshot.day.isoformat()}
        self._stream: pa.ipc.RecordBatchStreamWriter | None = None

    def write(self, points: Points, answers: Answers) -> None:
        batch = self._codes.batch(points.ids, answers)
        if self._stream is None:
            self._stream = pa.ipc.new_stream(self._file, batch.schema.with_metadata(self._about))
        self._stream.write_batch(batch)

    def finish(self) -> None:
        if self._stream is None:
            no, none = np.zeros(0), np.zeros(0, np.int32)
            empty = Answers(no, no, none, none, none.astype(np.int16), ())
            self.write(Points(None, no, no, None), empty)
        assert self._stream is not None  # noqa: S101 - just opened
        self._stream.close()


class _CsvWriter:
    """CSV in UTF-8 with a header."""

    def __init__(self, file: IO[bytes], locator: Locator) -> None:
        self._file = file
        self._codes = codes_of(locator)
        file.write(b"id," + ",".join(COLUMNS).encode() + b"\n")

    def write(self, points: Points, answers: Answers) -> None:
        options = pacsv.WriteOptions(include_header=False)
        pacsv.write_csv(self._codes.batch(points.ids, answers), self._file, options)

    def finish(self) -> None:
        """Nothing comes at the end."""


class Codes:
    """The codes of a locator's grids as Arrow arrays, to take answers from."""

    def __init__(self, locator: Locator) -> None:
        self._basic = pa.array(list(locator.basic.codes), pa.string())
        self._exclusive = pa.array(list(locator.exclusive.codes), pa.string())
        # Responsible: an exclusive grid is found behind the basic ones.
        self._both = pa.concat_arrays([self._basic, self._exclusive])

    def batch(self, ids: Ids, answers: Answers) -> pa.RecordBatch:
        """Return answers as a record batch: ``id`` and `COLUMNS`."""
        count = len(answers.basic)
        shifted = answers.exclusive + np.int32(len(self._basic))
        responsible = np.where(answers.exclusive >= 0, shifted, answers.basic)
        zh = pa.array([reason.zh for reason in answers.reasons], pa.string())
        en = pa.array([reason.en for reason in answers.reasons], pa.string())
        columns = [
            _taken(self._basic, answers.basic),
            _taken(self._exclusive, answers.exclusive),
            _taken(self._both, responsible),
            _taken(en, answers.fault.astype(np.int32) - 1),
            _taken(zh, answers.fault.astype(np.int32) - 1),
        ]
        arrays = [_id_array(ids, count), *columns]
        return pa.RecordBatch.from_arrays(arrays, names=["id", *COLUMNS])


_latest: tuple[Locator, Codes] | None = None


def codes_of(locator: Locator) -> Codes:
    """Return the codes of a locator; those of the latest one are kept."""
    global _latest  # noqa: PLW0603 - a province's codes take longer than a thousand answers
    latest = _latest
    if latest is not None and latest[0] is locator:
        return latest[1]
    codes = Codes(locator)
    _latest = (locator, codes)
    return codes


def _taken(values: pa.Array, index: NDArray[np.int32]) -> pa.Array:
    """Return values by index, null for -1."""
    none = index < 0
    if none.all():
        return pa.nulls(len(index), pa.string())
    return values.take(pa.array(index, mask=none if none.any() else None))


def _id_array(ids: Ids, count: int) -> pa.Array:
    if ids is None:
        return pa.nulls(count, pa.string())
    if isinstance(ids, pa.Array):
        return ids
    kinds = set(map(type, ids)) - {type(None)}
    if kinds == {int}:
        return pa.array(ids, pa.int64())
    return pa.array([None if one is None else str(one) for one in ids], pa.string())
