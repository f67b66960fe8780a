"""From text cells to numbers, truth values and choices; whole columns at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis.tabular.table import Cells, Table
from gis.tabular.verdicts import EMPTY, Reason, Verdicts

NOT_A_NUMBER = Reason("不是数字", "is not a number")
NOT_FINITE = Reason("不是有限数（NaN 或无穷大）", "is not a finite number (NaN or infinite)")
NOT_WHOLE = Reason("不是整数", "is not a whole number")
NOT_TRUTH = Reason("应为 是/否", "is neither yes nor no (是/否)")
TWICE = Reason("在文件中重复出现", "stands in the file more than once")

TRUE = {"是", "有", "y", "yes", "true", "t", "1", "√", "已化解", "满意"}
FALSE = {"否", "无", "n", "no", "false", "f", "0", "×", "未化解", "不满意"}


def numbers(table: Table, field: str, verdicts: Verdicts, *, required: bool) -> NDArray[np.float64]:
    """Read a column of numbers.

    Parameters
    ----------
    table
        The file.
    field
        Name of the field.
    verdicts
        Takes the refusals: text, NaN, infinity, and empty cells where ``required``.
    required
        Whether a cell must be filled.

    Returns
    -------
    ndarray of float64
        Shape (n,); NaN where empty or refused.
    """
    cells, label = table.column(field), table.label(field)
    values = _to_numbers(cells)
    empty = cells == ""
    nameless = np.isnan(values) & ~empty
    said_nan = np.zeros(len(cells), dtype=bool)
    said_nan[nameless] = [cell.casefold().strip("+-") == "nan" for cell in cells[nameless]]
    verdicts.refuse(np.isinf(values) | said_nan, label, cells, NOT_FINITE)
    verdicts.refuse(nameless & ~said_nan, label, cells, NOT_A_NUMBER)
    if required:
        verdicts.refuse(empty, label, cells, EMPTY)
    values[~np.isfinite(values)] = np.nan
    return values


def _to_numbers(cells: Cells) -> NDArray[np.float64]:
    plain = _plain_numbers(cells)
    return _any_numbers(cells) if plain is None else plain


def _plain_numbers(cells: Cells) -> NDArray[np.float64] | None:
    """Return the numbers, exact to the last digit, where all filled cells are plain finite ones."""
    written = pa.array(cells, pa.string())
    try:
        found = pc.cast(pc.if_else(pc.equal(written, ""), None, written), pa.float64())
    except pa.ArrowInvalid:
        return None
    values = np.array(found.to_numpy(zero_copy_only=False), dtype=np.float64)
    filled = len(values) - found.null_count
    return values if int(np.isfinite(values).sum()) == filled else None


def _any_numbers(cells: Cells) -> NDArray[np.float64]:
    # Full-width digits are numbers to whoever typed them.
    ascii_cells = np.array(
        [
            cell if cell.isascii() else unicodedata.normalize("NFKC", cell)
            for cell in cells.tolist()
        ],
        dtype=object,
    )
    found = pd.to_numeric(pd.Series(ascii_cells, dtype=object), errors="coerce")
    values = np.array(found, dtype=np.float64)
    # float() is exact to the last digit, and takes 40 ms for a million.
    plain = np.isfinite(values)
    values[plain] = ascii_cells[plain].astype(np.float64)
    return values


def counts(
    table: Table, field: str, verdicts: Verdicts, *, low: int, high: int, default: int | None
) -> pd.arrays.IntegerArray:
    """Read a column of whole numbers.

    Parameters
    ----------
    table, field, verdicts
        As for `numbers`.
    low, high
        Least and greatest value, both allowed.
    default
        For empty cells; None leaves them missing.

    Returns
    -------
    IntegerArray
        Nullable Int64, shape (n,).
    """
    values = numbers(table, field, verdicts, required=False)
    cells, label = table.column(field), table.label(field)
    known = ~np.isnan(values)
    whole = np.zeros(len(values), dtype=bool)
    whole[known] = values[known] == np.rint(values[known])
    verdicts.refuse(known & ~whole, label, cells, NOT_WHOLE)
    with np.errstate(invalid="ignore"):
        outside = whole & ((values < low) | (values > high))
    verdicts.refuse(
        outside, label, cells, Reason(f"不在 {low} 至 {high} 之间", f"lies outside {low} … {high}")
    )
    good = whole & ~outside
    result = np.where(good, values, 0 if default is None else default).astype(np.int64)
    missing = ~good if default is None else np.zeros(len(good), dtype=bool)
    return pd.arrays.IntegerArray(result, missing)


def truths(table: Table, field: str, verdicts: Verdicts) -> pd.arrays.BooleanArray:
    """Read a column of yes and no (是/否, yes/no, true/false, 1/0, √/×).

    Returns
    -------
    BooleanArray
        Nullable, shape (n,); missing where empty or refused.
    """
    cells = table.column(field)
    codes, unique = pd.factorize(cells)
    meaning = np.array([_truth(str(value)) for value in unique], dtype=np.int8)
    found = meaning[codes] if len(unique) else np.zeros(0, dtype=np.int8)
    verdicts.refuse((found < 0) & (cells != ""), table.label(field), cells, NOT_TRUTH)
    return pd.arrays.BooleanArray(found == 1, found < 0)


def _truth(value: str) -> int:
    folded = unicodedata.normalize("NFKC", value).casefold()
    return 1 if folded in TRUE else 0 if folded in FALSE else -1


def choices(
    table: Table,
    field: str,
    verdicts: Verdicts,
    *,
    meaning: Mapping[str, Any],
    reason: Reason,
    required: bool = False,
) -> Cells:
    """Read a column whose values come from a list.

    Parameters
    ----------
    table, field, verdicts
        As for `numbers`.
    meaning
        Spelling (in lower case) → value.
    reason
        Why any other spelling is refused; names the list.
    required
        Whether a cell must be filled.

    Returns
    -------
    ndarray of object
        Shape (n,); None where empty or refused.
    """
    cells = table.column(field)
    codes, unique = pd.factorize(cells)
    found = np.array([None, *(_choice(str(value), meaning) for value in unique)], dtype=object)
    result: Cells = found[codes + 1]
    label = table.label(field)
    unknown = np.array([value is None for value in found.tolist()], dtype=bool)[codes + 1]
    verdicts.refuse(unknown & (cells != ""), label, cells, reason)
    if required:
        verdicts.refuse(cells == "", label, cells, EMPTY)
    return result


def _choice(value: str, meaning: Mapping[str, Any]) -> Any:
    return meaning.get(unicodedata.normalize("NFKC", value).casefold())
