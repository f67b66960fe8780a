"""From text cells to times; whole columns at once."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gis.core import clock
from gis.core.clock import SHANGHAI
from gis.tabular.table import Table
from gis.tabular.verdicts import EMPTY, Mask, Reason, Verdicts

NOT_A_TIME = Reason(
    "不是有效的日期时间（应如 2026-03-05 14:30）",
    "is not a date and time such as 2026-03-05 14:30",
)
OUT_OF_RANGE = Reason(
    "日期不在 1949-10-01 至 2099-12-31 之间", "lies outside 1949-10-01 … 2099-12-31"
)
LATEST = pd.Timestamp("2100-01-01", tz=SHANGHAI)

_ISO = r"\d{4}-?\d{2}-?\d{2}(?:[T ]\d{2}:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?)?"
_ZONE = r":\d{2}(?:[.,]\d+)?(?:[Zz]|[+-]\d{2}:?\d{2})$"
_LOOSE = (
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]*(\d{1,2})\s*[:：时点]\s*(\d{1,2})?\s*[:：分]?\s*(\d{1,2})?\s*秒?)?"
)


def times(table: Table, field: str, verdicts: Verdicts, *, required: bool) -> pd.Series:
    """Read a column of times; without a zone they are of China (UTC+8).

    ISO 8601, ``2026/3/5 14:30``, ``2026.3.5``, ``2026年3月5日 14时30分`` and ``20260305`` are read.

    Parameters
    ----------
    table, field, verdicts, required
        As for `numbers`.

    Returns
    -------
    Series
        Aware times in UTC+8, shape (n,); NaT where empty or refused.
    """
    cells = table.column(field)
    label = table.label(field)
    codes, unique = pd.factorize(cells)
    parsed = _to_times(unique)
    found = pd.Series(parsed.array.take(codes))
    missing = found.isna().to_numpy()
    verdicts.refuse(missing & (cells != ""), label, cells, NOT_A_TIME)
    strange: Mask = (~missing) & ((found < clock.EARLIEST) | (found >= LATEST)).to_numpy()
    verdicts.refuse(strange, label, cells, OUT_OF_RANGE)
    if required:
        verdicts.refuse(cells == "", label, cells, EMPTY)
    return found.mask(pd.Series(strange))


def _to_times(unique: Any) -> pd.Series:
    text = pd.Series(unique, dtype=object).astype(str)
    zoned = text.str.contains(_ZONE, regex=True)
    plain = ~zoned & text.str.fullmatch(_ISO)
    found = pd.Series(pd.NaT, index=text.index, dtype=pd.DatetimeTZDtype("us", SHANGHAI))
    found[plain] = _local(text[plain])
    found[zoned] = _parsed(text[zoned], utc=True).dt.tz_convert(SHANGHAI)
    loose = found.isna()
    found[loose] = _local(_spelled_out(text[loose]))
    return found


def _local(text: pd.Series) -> pd.Series:
    local: pd.Series = _parsed(text, utc=False).dt.tz_localize(SHANGHAI)
    return local


def _parsed(text: pd.Series, *, utc: bool) -> pd.Series:
    return pd.to_datetime(text, format="ISO8601", errors="coerce", utc=utc).astype(
        "datetime64[us, UTC]" if utc else "datetime64[us]"
    )


def _spelled_out(text: pd.Series) -> pd.Series:
    """Return ISO 8601 for what people write; missing where it is no date."""
    parts = text.str.extract(f"^{_LOOSE}$")
    whole = parts[0].notna()
    padded = parts.fillna("0").apply(lambda column: column.str.zfill(2))
    date = padded[0] + "-" + padded[1] + "-" + padded[2]
    spelled: pd.Series = date + "T" + padded[3] + ":" + padded[4] + ":" + padded[5]
    return spelled.where(whole)
