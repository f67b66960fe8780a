"""Files of rows that people bring: reading, headers, verdicts on rows, and the report."""

from gis.tabular.cells import TWICE, choices, counts, numbers, truths
from gis.tabular.describing import reading_notes
from gis.tabular.headers import Field, map_headers, parse_mapping, plain
from gis.tabular.positions import (
    POSITION_FIELDS,
    Positions,
    read_accuracy_m,
    read_positions,
    require_crs,
)
from gis.tabular.progress import Progress, silent
from gis.tabular.reading import read_bytes, read_table
from gis.tabular.report import (
    ImportReport,
    Note,
    make_report,
    require_clean,
    totals_by_reason,
    unwritable,
    write_refusals,
)
from gis.tabular.table import Table
from gis.tabular.times import times
from gis.tabular.verdicts import EMPTY, Reason, Verdicts

__all__ = [
    "EMPTY",
    "POSITION_FIELDS",
    "TWICE",
    "Field",
    "ImportReport",
    "Note",
    "Positions",
    "Progress",
    "Reason",
    "Table",
    "Verdicts",
    "choices",
    "counts",
    "make_report",
    "map_headers",
    "numbers",
    "parse_mapping",
    "plain",
    "read_accuracy_m",
    "read_bytes",
    "read_positions",
    "read_table",
    "reading_notes",
    "require_clean",
    "require_crs",
    "silent",
    "times",
    "totals_by_reason",
    "truths",
    "unwritable",
    "write_refusals",
]
