"""A workbook (.xlsx), read row by row."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from gis.batch.sources import Wanted, find_columns
from gis.core.errors import BadFile, Invalid
from gis.tabular import POSITION_FIELDS, require_crs
from gis.tabular.archives import open_zip
from gis.tabular.headers import recognised
from gis.tabular.workbooks import LIMITS, cell_text

_HEADER_ROWS = 20
_ROWS = 20_000


class SheetSource:
    """A sheet: the first one that has a header with a position, unless one is named."""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self._path, self._wanted = path, wanted
        open_zip(path, LIMITS).close()
        self.crs = require_crs(wanted.crs)
        self._above, names = self._find_header()
        self.schema = pa.schema([(name, pa.string()) for name in names])
        self.positions: tuple[int, ...] = find_columns(self.schema, wanted)

    def refused(self) -> int:
        """Return 0: a sheet has no rows that cannot be read."""
        return 0

    def batches(self) -> Iterator[tuple[pa.RecordBatch, float]]:
        """Read the rows; blank ones are left out."""
        width = len(self.schema)
        rows = islice(self._rows(), self._above, None)
        done = 0
        while piece := list(islice(rows, _ROWS)):
            done += len(piece)
            cells = [[cell_text(cell) for cell in row[:width]] for row in piece]
            filled = [row + [""] * (width - len(row)) for row in cells if any(row)]
            columns = zip(*filled, strict=True) if filled else [[]] * width
            arrays = [pa.array(list(column), pa.string()) for column in columns]
            yield pa.RecordBatch.from_arrays(arrays, schema=self.schema), done / (done + _ROWS)

    def _rows(self) -> Generator[tuple[Any, ...], None, None]:
        try:
            with warnings.catch_warnings():
                # About styles, printing and validation lists that openpyxl leaves out.
                warnings.filterwarnings("ignore", module="openpyxl")
                book = openpyxl.load_workbook(self._path, read_only=True, data_only=True)
                try:
                    sheet = self._sheet(book)
                    # Some programs write a wrong extent, and openpyxl would stop there.
                    sheet.reset_dimensions()
                    yield from sheet.iter_rows(values_only=True)
                finally:
                    book.close()
        except (KeyError, ValueError, ParseError, InvalidFileException, EOFError) as error:
            raise BadFile(
                f"{self._path.name} cannot be read as a workbook: {error}",
                zh=f"{self._path.name} 无法作为 Excel 工作簿读取：{error}",
            ) from error

    def _sheet(self, book: Any) -> Any:
        name = self._wanted.sheet
        if name is None:
            return book.worksheets[0]
        if name not in book.sheetnames:
            raise Invalid(
                f"{self._path.name} has no sheet {name!r}; it has: {', '.join(book.sheetnames)}",
                zh=f"{self._path.name} 中没有工作表“{name}”；已有：{'、'.join(book.sheetnames)}",
            )
        return book[name]

    def _find_header(self) -> tuple[int, list[str]]:
        best, above, names = 0, 0, list[str]()
        rows = self._rows()
        for number, row in enumerate(islice(rows, _HEADER_ROWS), start=1):
            texts = [cell_text(cell) for cell in row]
            score = recognised(texts, POSITION_FIELDS, self._wanted.mapping)
            if score > best:
                best, above, names = score, number, texts
        rows.close()
        if not best:
            raise Invalid(
                f"{self._path.name}: no header row with a position in the first {_HEADER_ROWS} "
                "rows; name the columns with --map x=HEADER --map y=HEADER",
                zh=f"{self._path.name}：前 {_HEADER_ROWS} 行中没有坐标列的表头；"
                "请用 --map x=表头 --map y=表头 指定",
            )
        while names and not names[-1]:
            names.pop()
        return above, names
