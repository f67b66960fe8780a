"""Read a CSV file or a workbook into a table, whatever stands above its header."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from gis.core.errors import BadFile, Invalid
from gis.tabular.encodings import sniff_encoding
from gis.tabular.headers import Field, map_headers, recognised, shown_row
from gis.tabular.table import MAX_COLUMNS, Table
from gis.tabular.workbooks import read_sheet

CSV_ENDINGS = (".csv", ".txt", ".tsv")
WORKBOOK_ENDINGS = (".xlsx", ".xlsm")
MAX_BYTES = 2 << 30
HEADER_ROWS = 20
"""How far down the header is looked for, below titles and notes."""

_LONGEST_ROW = 1 << 16

_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive or a workbook (.xlsx)", "ZIP 压缩包或 Excel 工作簿(.xlsx)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", "旧版 Excel 工作簿(.xls)"),
    (b"SQLite format 3\x00", "a SQLite database (GeoPackage?)", "SQLite 数据库(GeoPackage?)"),
    (b"%PDF", "a PDF document", "PDF 文档"),
    (b"\x89PNG", "a picture", "图片"),
    (b"\xff\xd8\xff", "a picture", "图片"),
)


@dataclass(frozen=True, slots=True)
class _Grid:
    """All rows of a file, header included, as text; row i is number i + 1."""

    cells: pd.DataFrame
    encoding: str


def read_table(
    path: Path,
    fields: Sequence[Field],
    mapping: Mapping[str, str],
    *,
    sheet: str | None = None,
) -> Table:
    """Read a file of rows.

    Parameters
    ----------
    path
        ``.csv`` (comma, semicolon or tab; UTF-8, UTF-16 with mark, or GB18030) or ``.xlsx``.
    fields
        What the import takes: the header row is the one that names most of them.
    mapping
        Name of a field → header, as given with ``--map``.
    sheet
        Sheet of a workbook; the first that is not empty by default.

    Returns
    -------
    Table
        Without blank rows; numbers count from 1 at the top of the file.

    Raises
    ------
    BadFile
        Missing, empty, not what its ending says, or damaged.
    Invalid
        A required column is missing or two columns mean the same.
    """
    data = read_bytes(path)
    if path.suffix.lower() in WORKBOOK_ENDINGS:
        grid = _Grid(read_sheet(path, data, sheet), "xlsx")
    elif path.suffix.lower() in CSV_ENDINGS:
        grid = _read_csv(path, data, fields, mapping)
    else:
        raise BadFile(
            f"{path.name}: the ending is not known; CSV (.csv) and workbooks (.xlsx) are read. "
            "Save an old .xls or .et file as .xlsx first",
            zh=f"{path.name}：不支持该文件类型；可读取 CSV(.csv) 和 Excel 工作簿(.xlsx)。"
            "旧版 .xls 或 .et 文件请先另存为 .xlsx",
        )
    return _below_header(path.name, grid, fields, mapping)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    BadFile
        Missing, unreadable, empty or larger than 2 GiB.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if 0 < size <= MAX_BYTES else b""
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read: {error.strerror}", zh=f"无法读取 {path}：{error.strerror}"
        ) from error
    if size == 0:
        raise BadFile(f"{path.name} is empty (0 bytes)", zh=f"{path.name} 是空文件(0 字节)")
    if size > MAX_BYTES:
        raise BadFile(
            f"{path.name} is larger than {MAX_BYTES >> 30} GiB; split it",
            zh=f"{path.name} 超过 {MAX_BYTES >> 30} GiB，请拆分后再导入",
        )
    return data


def _read_csv(
    path: Path, data: bytes, fields: Sequence[Field], mapping: Mapping[str, str]
) -> _Grid:
    encoding = sniff_encoding(data)
    for magic, what, what_zh in _MAGIC:
        if data.startswith(magic):
            raise BadFile(
                f"{path.name} is called {path.suffix} but is {what}",
                zh=f"{path.name} 的扩展名为 {path.suffix}，实际内容是{what_zh}",
            )
    if encoding is None or (encoding != "utf-16" and b"\x00" in data):
        raise BadFile(
            f"{path.name} is not text in UTF-8 or GB18030 (GBK); save it as one of them",
            zh=f"{path.name} 不是 UTF-8 或 GB18030(GBK) 编码的文本，请另存为其中之一",
        )
    separator = _separator(data[: 1 << 20].decode(encoding, errors="ignore"), fields, mapping)
    cells = _parse_plain(data, encoding, separator)
    return _Grid(_parse_csv(path, data, encoding, separator) if cells is None else cells, encoding)


def _separator(text: str, fields: Sequence[Field], mapping: Mapping[str, str]) -> str:
    """Return the separator with which the most headers are understood."""

    def understood(separator: str) -> int:
        rows = islice(csv.reader(StringIO(text, newline=""), delimiter=separator), HEADER_ROWS)
        return max((recognised(row, fields, mapping) for row in rows), default=0)

    try:
        return max((",", "\t", ";"), key=understood)
    except csv.Error:  # a field longer than 128 KiB; pandas says where
        return ","


def _parse_plain(data: bytes, encoding: str, separator: str) -> pd.DataFrame | None:
    """Read what has rows of one length; None for all else.

    About that no two readers differ but at a quotation mark that is not closed, and Arrow is
    several times as quick.
    """
    if encoding not in ("utf-8", "utf-8-sig"):
        return None
    names = [f"f{number}" for number in range(MAX_COLUMNS)]
    try:
        rows = pacsv.read_csv(
            pa.BufferReader(data),
            pacsv.ReadOptions(autogenerate_column_names=True),
            pacsv.ParseOptions(
                delimiter=separator, newlines_in_values=True, ignore_empty_lines=False
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if not 1 < rows.num_columns <= MAX_COLUMNS or not _is_closed(rows, data, separator):
        return None
    columns = {number: column.to_numpy() for number, column in enumerate(rows.columns)}
    return pd.DataFrame(columns, dtype=object)


def _is_closed(rows: pa.Table, data: bytes, separator: str) -> bool:
    """Tell whether the last quotation mark is closed; if not, the last cell runs to the end."""
    last = [str(column[-1]) for column in rows.columns]
    if b'"' not in data:
        return True
    if any("\n" in cell or "\r" in cell for cell in last):
        return False
    end = data[-_LONGEST_ROW:].decode("utf-8", "replace").rstrip("\r\n")
    line = end[max(end.rfind("\n"), end.rfind("\r")) + 1 :]
    try:
        return [*csv.reader([line], delimiter=separator, strict=True)] == [last]
    except csv.Error:
        return False


def _parse_csv(path: Path, data: bytes, encoding: str, separator: str) -> pd.DataFrame:
    names = None
    for _ in range(2):
        try:
            return pd.read_csv(
                BytesIO(data),
                encoding=encoding,
                sep=separator,
                header=None,
                names=names,
                index_col=False,
                dtype=object,
                na_filter=False,
                skip_blank_lines=False,
                low_memory=False,
            ).fillna("")
        except pd.errors.EmptyDataError as error:
            raise BadFile(f"{path.name} has no rows", zh=f"{path.name} 中没有任何行") from error
        except pd.errors.ParserError as error:
            if names is not None or "Expected" not in str(error):
                raise BadFile(
                    f"{path.name} is not a well-formed CSV file: {str(error).strip()} "
                    "(a quotation mark that is not closed?)",
                    zh=f"{path.name} 不是格式正确的 CSV：{str(error).strip()}（引号未闭合？）",
                ) from error
            # Some rows are longer than the first: take all cells, and judge row by row.
            names = range(_widest(path, data, encoding, separator))
    raise AssertionError(path)


def _widest(path: Path, data: bytes, encoding: str, separator: str) -> int:
    text = StringIO(data.decode(encoding), newline="")
    widest = max(len(row) for row in csv.reader(text, delimiter=separator))
    if widest > MAX_COLUMNS:
        raise BadFile(
            f"{path.name}: a row has {widest} cells, at most {MAX_COLUMNS} are read",
            zh=f"{path.name}：有一行含 {widest} 个单元格，最多 {MAX_COLUMNS} 个",
        )
    return widest


def _below_header(
    source: str, grid: _Grid, fields: Sequence[Field], mapping: Mapping[str, str]
) -> Table:
    start, headers = _find_header(source, grid.cells, fields, mapping)
    body = grid.cells.iloc[start:]
    filled = np.zeros(len(body), dtype=bool)
    for name in body.columns:  # mostly one look at the first column is enough
        bare = np.flatnonzero(~filled)
        cells = body[name].to_numpy(dtype=object)[bare].tolist()
        filled[bare] = [bool(cell) and not cell.isspace() for cell in cells]
    if not filled.any():
        raise BadFile(
            f"{source} has a header and no rows below it", zh=f"{source} 只有表头，没有数据行"
        )
    last = int(np.flatnonzero(filled)[-1])
    return Table(
        source=source,
        encoding=grid.encoding,
        header=map_headers(headers, fields, mapping),
        headers=tuple(headers),
        cells=body[filled],
        numbers=np.flatnonzero(filled).astype(np.int64) + start + 1,
        blank=int((~filled[:last]).sum()),
    )


def _find_header(
    source: str, cells: pd.DataFrame, fields: Sequence[Field], mapping: Mapping[str, str]
) -> tuple[int, list[str]]:
    """Return the number of rows down to the header's end, and the headers.

    Titles stand above a header in many forms, and a header may have two rows, of which the upper
    one spans several columns: then the lower one counts where it says anything.
    """
    rows = [[str(cell).strip() for cell in row] for row in cells.head(HEADER_ROWS).to_numpy()]
    best, start, headers = 0, 0, list[str]()
    for index, row in enumerate(rows):
        options = [(index + 1, row)]
        if index + 1 < len(rows):
            joined = [low or up for up, low in zip(row, rows[index + 1], strict=True)]
            options.append((index + 2, joined))
        for end, names in options:
            score = recognised(names, fields, mapping)
            if score > best:
                best, start, headers = score, end, names
    if best == 0:
        known = "; ".join(f"{field.name} ({'/'.join(field.headers)})" for field in fields)
        shown = shown_row(rows[0])
        raise Invalid(
            f"{source}: no header row was found in the first {HEADER_ROWS} rows. "
            f"Row 1 is: {shown}. Columns that are understood: {known}. "
            "Other headers can be named with --map FIELD=HEADER",
            zh=f"{source}：前 {HEADER_ROWS} 行中没有找到表头。第 1 行为：{shown}。"
            f"可识别的列：{known}。其他表头可用 --map 字段=表头 指定",
        )
    while headers and not headers[-1]:
        headers.pop()
    return start, headers
