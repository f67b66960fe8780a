"""CSV of any length, read in pieces; every cell stays as it is written."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from gis.batch.sources import Wanted, find_columns
from gis.core.errors import BadFile, Invalid
from gis.tabular import POSITION_FIELDS, require_crs
from gis.tabular.encodings import decode_cut, decodes_cut
from gis.tabular.headers import recognised

_SNIFFED = 1 << 20
_BLOCK = 8 << 20
_HEADER_ROWS = 20
_SHOWN = 80


class CsvSource:
    """A CSV file: comma, semicolon or tab; UTF-8, UTF-16 with a mark, or GB18030."""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._refused = 0
        with path.open("rb") as file:
            head = file.read(_SNIFFED)
        self._encoding = _encoding(path, head)
        text = decode_cut(head, self._encoding)
        self._separator, self._above, names = _find_header(text, wanted)
        self.crs = require_crs(wanted.crs)
        self.schema = pa.schema([(name, pa.string()) for name in names])
        self.positions: tuple[int, ...] = find_columns(self.schema, wanted)

    def refused(self) -> int:
        """Return how many rows have another number of cells than the header."""
        return self._refused

    def batches(self) -> Iterator[tuple[pa.RecordBatch, float]]:
        """Read the rows.

        Raises
        ------
        BadFile
            The text changes its encoding, or is no CSV.
        """
        done = 0
        try:
            reader = pacsv.open_csv(
                self._path,
                read_options=pacsv.ReadOptions(
                    block_size=_BLOCK,
                    encoding=self._encoding,
                    column_names=self.schema.names,
                    skip_rows=self._above,
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self._separator,
                    newlines_in_values=True,
                    invalid_row_handler=self._refuse,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=self.schema, strings_can_be_null=False, check_utf8=False
                ),
            )
            for batch in reader:
                done += batch.nbytes
                yield _mended(batch), min(done / self._size, 0.99)
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):  # a header and nothing below it
                return
            raise BadFile(
                f"{self._path.name} is not a well-formed CSV file: {error}",
                zh=f"{self._path.name} 不是格式正确的 CSV：{error}",
            ) from error
        except UnicodeDecodeError as error:
            raise BadFile(
                f"{self._path.name} begins in {self._encoding}, but not all of it is: {error}; "
                "save it in one encoding",
                zh=f"{self._path.name} 编码不统一（开头为 {self._encoding}）：{error}；"
                "请统一编码后重试",
            ) from error

    def _refuse(self, _row: Any) -> str:
        self._refused += 1
        return "skip"


def _mended(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch with valid text: a byte that is none becomes the replacement character."""
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        columns = [_mended_column(column) for column in batch.columns]
        return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
    return batch


def _mended_column(column: pa.Array) -> pa.Array:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raw = column.view(pa.binary()).to_pylist()
        return pa.array([cell.decode("utf-8", "replace") for cell in raw], pa.string())
    return column


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for name in ("utf-8", "gb18030"):
        if decodes_cut(head, name) and b"\x00" not in head:
            return name
    raise BadFile(
        f"{path.name} is not text in UTF-8 or GB18030 (GBK); save it as one of them",
        zh=f"{path.name} 不是 UTF-8 或 GB18030(GBK) 编码的文本，请另存为其中之一",
    )


def _find_header(text: str, wanted: Wanted) -> tuple[str, int, list[str]]:
    """Return the separator, how many rows come down to the header's end, and the headers."""
    best: tuple[int, str, int, list[str]] = (0, ",", 0, [])
    for separator in (",", "\t", ";"):
        rows = islice(csv.reader(StringIO(text.removeprefix("﻿")), delimiter=separator), 20)
        for number, row in enumerate(rows, start=1):
            score = recognised(row, POSITION_FIELDS, wanted.mapping)
            if score > best[0]:
                best = (score, separator, number, [name.strip() for name in row])
    if best[0] == 0:
        shown = text.partition("\n")[0][:_SHOWN]
        raise Invalid(
            f"no header row with a position was found in the first {_HEADER_ROWS} rows; row 1 is: "
            f"{shown}. Name the columns with --map x=HEADER --map y=HEADER",
            zh=f"前 {_HEADER_ROWS} 行中没有找到坐标列的表头；第 1 行为：{shown}。"
            "请用 --map x=表头 --map y=表头 指定",
        )
    return best[1], best[2], best[3]
