"""Tell what an import did: on the screen in short, in a file in full."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from gis.boundaries.defects import write_defects
from gis.core.coverage import Defect
from gis.tabular import ImportReport, totals_by_reason, write_refusals

SHOWN = 20
VALUE_SHOWN = 60


def tell_report(report: ImportReport, unit: tuple[str, str] = ("行", "rows")) -> None:
    """Print the numbers, what was done by itself, and the first refusals.

    Parameters
    ----------
    report
        What became of the file.
    unit
        What is counted, in Chinese and in English.
    """
    zh, en = unit
    click.echo(
        f"{report.source}：读取 {report.read} {zh}，接受 {report.accepted}，"
        f"拒绝 {report.refused}，写入 {report.loaded}"
    )
    click.echo(
        f"{report.source}: {report.read} {en} read, {report.accepted} accepted, "
        f"{report.refused} refused, {report.loaded} loaded"
    )
    for note in report.notes:
        click.echo(f"· {_safe(note.zh)}\n  {_safe(note.en)}")
    if report.refused:
        _tell_totals(report)
        _tell_rows(report, zh, en)


def _tell_totals(report: ImportReport) -> None:
    click.echo("按原因统计 refused by reason:")
    for row in totals_by_reason(report).itertuples():
        click.echo(
            f"  {row.rows} × {_safe(str(row.field))}：{row.reason_zh}\n      {row.reason_en}"
        )


def _tell_rows(report: ImportReport, zh: str, en: str) -> None:
    for row in report.refusals.head(SHOWN).itertuples():
        where = f"第 {row.row} {zh} {en[:-1]} {row.row}"
        value = _safe(str(row.value))[:VALUE_SHOWN]
        click.echo(f"  {where} · {_safe(str(row.field))} “{value}”\n    {row.reason_zh}")
        click.echo(f"    {row.reason_en}")
    left = len(report.refusals) - SHOWN
    if left > 0:
        click.echo(f"  …另有 {left} 条，见报告文件  {left} more in the report file")


def save_refusals(report: ImportReport, source: Path, target: Path | None) -> None:
    """Write all refusals to a file, beside the source unless named, and say where.

    Parameters
    ----------
    report
        What became of the file; nothing is written when no row was refused.
    source
        The file that was read.
    target
        Where to write.
    """
    if not report.refused:
        return
    path = target or source.with_suffix(".refused.csv")
    write_refusals(report, path)
    click.echo(f"报告 report: {path}")


def tell_defects(defects: Sequence[Defect]) -> None:
    """Print the first defects, each with its place, size and grids."""
    for defect in defects[:SHOWN]:
        click.echo(f"  {defect.detail_zh}\n    {defect.detail}")
    if len(defects) > SHOWN:
        left = len(defects) - SHOWN
        click.echo(f"  …另有 {left} 处，见报告文件  {left} more in the report file")


def save_defects(defects: Sequence[Defect], target: Path) -> None:
    """Write all defects as GeoJSON, and say where."""
    if defects:
        write_defects(defects, target)
        click.echo(f"报告 report: {target}")


def _safe(text: str) -> str:
    """Return the text without what a terminal would obey."""
    return "".join(char if char.isprintable() else "�" for char in text)
