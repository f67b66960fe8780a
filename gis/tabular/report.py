"""What an import did: rows read, accepted, refused, and each refusal; on screen and as a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gis.core.errors import RowsRefused, Unavailable
from gis.tabular.verdicts import Verdicts

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FILE_HEADER = ("行号 row", "列 column", "值 value", "原因", "reason")


@dataclass(frozen=True, slots=True)
class Note:
    """What an import did by itself, or left out, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file.

    Attributes
    ----------
    source
        Name of the file.
    read, accepted, refused
        Numbers of rows; read = accepted + refused.
    loaded
        Rows written; 0 where nothing was loaded because some were refused.
    refusals
        Columns ``row``, ``field``, ``value``, ``reason_zh``, ``reason_en``; by row.
    notes
        What was done by itself.
    """

    source: str
    read: int
    accepted: int
    refused: int
    loaded: int
    refusals: pd.DataFrame
    notes: tuple[Note, ...]


def make_report(
    source: str, verdicts: Verdicts, notes: Sequence[Note], *, loaded: int = 0
) -> ImportReport:
    """Sum up the verdicts on a file."""
    refused = int(verdicts.refused.sum())
    return ImportReport(
        source=source,
        read=len(verdicts.numbers),
        accepted=len(verdicts.numbers) - refused,
        refused=refused,
        loaded=loaded,
        refusals=verdicts.refusals(),
        notes=tuple(notes),
    )


def require_clean(report: ImportReport, *, keep_going: bool) -> None:
    """Stop an import that has refused rows, unless the others are to be loaded.

    Raises
    ------
    RowsRefused
        With the report in ``extra["report"]``; also when no row is left.
    """
    if not report.refused or (keep_going and report.accepted):
        return
    hint = "" if keep_going else "; mend them, or load the others with --keep-going"
    hint_zh = "" if keep_going else "；请修正，或加 --keep-going 只导入其余行"
    raise RowsRefused(
        f"{report.source}: {report.refused} of {report.read} rows are refused, nothing was loaded"
        f"{hint}",
        zh=f"{report.source}：{report.read} 行中有 {report.refused} 行被拒绝，"
        f"未导入任何数据{hint_zh}",
        report=report,
    )


def totals_by_reason(report: ImportReport) -> pd.DataFrame:
    """Count the refused rows by column and reason, the most frequent first."""
    keys = ["field", "reason_zh", "reason_en"]
    counted = report.refusals.groupby(keys, sort=False)["row"].nunique().reset_index(name="rows")
    return counted.sort_values("rows", ascending=False, kind="stable", ignore_index=True)


def write_refusals(report: ImportReport, path: Path) -> None:
    """Write every refusal to a CSV file that a spreadsheet opens (UTF-8 with mark).

    A value that a spreadsheet would run as a formula is written behind an apostrophe.

    Raises
    ------
    Unavailable
        The file cannot be written.
    """
    inert = np.column_stack(
        [
            report.refusals["row"].astype(str).to_numpy(dtype=object),
            *(
                np.array([_inert(str(v)) for v in report.refusals[name].tolist()], dtype=object)
                for name in ("field", "value", "reason_zh", "reason_en")
            ),
        ]
    )
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(FILE_HEADER)
            writer.writerows(inert.tolist())
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> Unavailable:
    """Return the error of a report that cannot be written."""
    return Unavailable(
        f"the report {path} cannot be written: {error.strerror}; name another place with --report",
        zh=f"无法写入报告 {path}：{error.strerror}；请用 --report 指定其他位置",
    )


def _inert(value: str) -> str:
    """Return a cell that no spreadsheet runs.

    >>> _inert("=HYPERLINK(1)"), _inert("张庄")
    ("'=HYPERLINK(1)", '张庄')
    """
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
