"""Read one sheet of a workbook (.xlsx) as text."""

from __future__ import annotations

import datetime as dt
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from gis.core.errors import BadFile, Invalid
from gis.tabular.archives import MIB, ZipLimits, open_zip
from gis.tabular.table import MAX_COLUMNS

LIMITS = ZipLimits(members=5_000, unpacked_bytes=4096 * MIB, ratio=400)
MAX_ROWS = 1 << 20
"""As many as a sheet can have; a row that numbers itself higher would be padded up to there."""

#: What openpyxl raises on workbooks that break their own rules.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    BadZipFile,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    zlib.error,
)


def read_sheet(path: Path, data: bytes, sheet: str | None) -> pd.DataFrame:
    """Read a sheet.

    Parameters
    ----------
    path
        The workbook, for messages and for a look at the archive.
    data
        Its bytes.
    sheet
        Name of the sheet; by default the first one that holds anything.

    Returns
    -------
    DataFrame
        Object columns of str, one row for each row of the sheet from row 1 on. Whole numbers are
        written without a point, times in ISO 8601; formulas stand with their stored results.

    Raises
    ------
    BadFile
        Not a workbook, or a damaged one.
    Invalid
        There is no such sheet.
    """
    if not data.startswith(b"PK"):
        raise BadFile(
            f"{path.name} is called {path.suffix} but is no workbook (an old .xls, or text?)",
            zh=f"{path.name} 的扩展名为 {path.suffix}，实际不是 xlsx 工作簿（旧版 .xls 或文本？）",
        )
    open_zip(path, LIMITS).close()
    try:
        with warnings.catch_warnings():
            # About styles, printing and validation lists that openpyxl leaves out.
            warnings.filterwarnings("ignore", module="openpyxl")
            book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
            rows = _rows_of(book, path, sheet)
    except _DAMAGE as error:
        raise BadFile(
            f"{path.name} cannot be read as a workbook: {error}",
            zh=f"{path.name} 无法作为 Excel 工作簿读取：{error}",
        ) from error
    width = max((len(row) for row in rows), default=0)
    if width > MAX_COLUMNS:
        raise BadFile(
            f"{path.name}: the sheet has {width} columns, at most {MAX_COLUMNS} are read",
            zh=f"{path.name}：工作表有 {width} 列，最多读取 {MAX_COLUMNS} 列",
        )
    if width == 0:
        raise BadFile(f"{path.name} has no filled cell", zh=f"{path.name} 中没有任何内容")
    return pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=object)


def _rows_of(book: Any, path: Path, sheet: str | None) -> list[list[str]]:
    names = book.sheetnames
    if sheet is not None:
        if sheet not in names:
            raise Invalid(
                f"{path.name} has no sheet {sheet!r}; it has: {', '.join(names)}",
                zh=f"{path.name} 中没有工作表“{sheet}”；已有：{'、'.join(names)}",
            )
        names = [sheet]
    for name in names:
        rows = _read_rows(book[name])
        if rows:
            return rows
    return []


def _read_rows(worksheet: Any) -> list[list[str]]:
    if not hasattr(worksheet, "iter_rows"):  # a sheet that is a chart
        return []
    # Some programs write a wrong extent, and openpyxl would stop there.
    worksheet.reset_dimensions()
    rows: list[list[str]] = []
    filled = 0
    for row in worksheet.iter_rows(values_only=True):
        texts = [cell_text(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        if len(rows) == MAX_ROWS:
            raise ValueError(f"a sheet has at most {MAX_ROWS} rows")
        rows.append(texts)
        filled = len(rows) if texts else filled
    return rows[:filled]


def cell_text(value: Any) -> str:
    """Return what a person sees in a cell; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)
