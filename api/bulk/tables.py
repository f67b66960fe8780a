"""Points as columns: CSV, and streams of Arrow record batches."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from api.bulk.body import Spooled
from api.bulk.points import CHUNK, MAX_POINTS, Points, too_many
from gis.core.errors import Invalid
from gis.tabular import POSITION_FIELDS, Field, map_headers

FIELDS = (*POSITION_FIELDS, Field("id", ("编号", "序号")), Field("crs", ("坐标系",)))
CHARSETS = ("utf-8", "gb18030", "gbk", "gb2312")

_CSV_BLOCK = 4 << 20
_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
_ID_TYPES = (pa.types.is_integer, pa.types.is_string, pa.types.is_large_string, pa.types.is_null)


def read_csv(body: Spooled, charset: str) -> Iterator[Points]:
    """Read CSV with a header: longitude and latitude, and perhaps ``id`` and ``crs``.

    Raises
    ------
    Invalid
        The charset is none of ours, a column is missing, or it is not well-formed; says why.
    """
    if charset not in CHARSETS:
        raise Invalid(
            f"The charset {charset[:40]} is not read; send one of: {', '.join(CHARSETS)}.",
            zh=f"不支持字符编码 {charset[:40]}；可用：{'、'.join(CHARSETS)}。",
        )
    try:
        header = body.file.readline().decode("utf-8-sig" if charset == "utf-8" else charset)
        names = next(csv.reader([header]), [])
        body.file.seek(0)
        reader = pacsv.open_csv(
            body.file,
            read_options=pacsv.ReadOptions(block_size=_CSV_BLOCK, encoding=charset),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                null_values=[""],
            ),
        )
        columns = map_headers(reader.schema.names, FIELDS, {}).columns
        for batch in reader:
            yield from _pieces(_from_text(batch, columns))
    except (pa.ArrowException, csv.Error, UnicodeDecodeError) as error:
        raise Invalid(
            f"The body is not CSV: {error}.", zh=f"请求体不是有效的 CSV：{error}。"
        ) from error


def _from_text(batch: pa.RecordBatch, columns: dict[str, int]) -> Points:
    names = _column(batch, columns, "crs")
    return Points(
        _column(batch, columns, "id"),
        to_numbers(batch.column(columns["x"])),
        to_numbers(batch.column(columns["y"])),
        None if names is None else names.to_numpy(zero_copy_only=False),
    )


def _column(batch: pa.RecordBatch, columns: dict[str, int], name: str) -> pa.Array | None:
    return batch.column(columns[name]) if name in columns else None


def to_numbers(texts: pa.Array) -> NDArray[np.float64]:
    """Return texts as numbers, NaN where one is none."""
    trimmed = pc.utf8_trim_whitespace(texts)
    try:
        found = pc.cast(trimmed, pa.float64())
    except pa.ArrowInvalid:
        cells = pd.Series(trimmed.to_numpy(zero_copy_only=False))
        return np.asarray(pd.to_numeric(cells, errors="coerce"), dtype=np.float64)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.float64)


def read_arrow(body: Spooled) -> Iterator[Points]:
    """Read an Arrow IPC stream: ``lon``, ``lat``, and perhaps ``id`` and ``crs``.

    Raises
    ------
    Invalid
        It is no such stream, cut off, or a column is missing or of a type that is none of ours.
    """
    _require_end(body)
    try:
        schema = pa.ipc.open_stream(body.file).schema
        columns = map_headers(schema.names, FIELDS, {}).columns
        _check_types(schema, columns)
        body.file.seek(0)
        # Columns that mean nothing to us are not even decompressed.
        options = pa.ipc.IpcReadOptions(included_fields=sorted(columns.values()))
        for batch in pa.ipc.open_stream(body.file, options=options):
            if batch.num_rows > MAX_POINTS:
                raise too_many()
            batch.validate(full=True)
            yield from _pieces(_from_batch(batch, {n: schema.names[i] for n, i in columns.items()}))
    except (pa.ArrowException, OSError) as error:
        raise Invalid(
            f"The body is not an Arrow stream: {error}.",
            zh=f"请求体不是有效的 Arrow 流：{error}。",
        ) from error


def _require_end(body: Spooled) -> None:
    # Without its mark a stream that was cut between two batches looks whole.
    end = len(_END_OF_STREAM)
    body.file.seek(max(body.size - end, 0))
    if body.file.read(end) != _END_OF_STREAM:
        raise body.cut_off()
    body.file.seek(0)


def _check_types(schema: pa.Schema, columns: dict[str, int]) -> None:
    for name, index in columns.items():
        kind = schema.field(index).type
        good = {
            "id": any(is_type(kind) for is_type in _ID_TYPES),
            "crs": _is_text(kind),
        }.get(name, pa.types.is_floating(kind) or pa.types.is_integer(kind))
        if not good:
            said = f"{schema.field(index).name} ({name}) is of type {kind}"
            raise Invalid(
                f"The column {said}; coordinates are numbers, an id is text or a whole number,"
                " a crs is text.",
                zh=f"列 {said} 类型不符；坐标须为数字，id 须为文本或整数，crs 须为文本。",
            )


def _is_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value))


def _from_batch(batch: pa.RecordBatch, names: dict[str, str]) -> Points:
    def numbers(name: str) -> Any:
        column = batch.column(names[name])
        # Halves and huge integers lose nothing that matters on earth.
        return pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)

    crs = batch.column(names["crs"]) if "crs" in names else None
    return Points(
        batch.column(names["id"]) if "id" in names else None,
        numbers("x"),
        numbers("y"),
        None if crs is None else crs.to_numpy(zero_copy_only=False),
    )


def _pieces(points: Points) -> Iterator[Points]:
    for start in range(0, len(points), CHUNK):
        span = slice(start, start + CHUNK)
        yield Points(
            None if points.ids is None else points.ids[span],
            points.x[span],
            points.y[span],
            None if points.crs is None else points.crs[span],
        )
