"""What the report says about how a file was read."""

from __future__ import annotations

from gis.tabular.report import Note
from gis.tabular.table import Table

_SHOWN = 20


def reading_notes(table: Table) -> list[Note]:
    """Say in which encoding the file is, which columns are used, and what was left out.

    Parameters
    ----------
    table
        As read.

    Returns
    -------
    list of Note
    """
    used = ", ".join(f"{header}→{name}" for name, header in table.header.headers.items())
    notes = [
        Note(f"编码 {table.encoding}；列：{used}", f"encoding {table.encoding}; columns: {used}")
    ]
    ignored = [header for header in table.header.ignored if header]
    if ignored:
        shown = ", ".join(ignored[:_SHOWN])
        notes.append(Note(f"未使用的列：{shown}", f"columns that are not used: {shown}"))
    if table.blank:
        notes.append(
            Note(f"跳过空行 {table.blank} 行", f"blank rows between others skipped: {table.blank}")
        )
    return notes
