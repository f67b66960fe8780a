"""Hostile texts in files that people import: refused with a reason, or kept and never run."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from gis.tabular.report import FILE_HEADER, FORMULA_STARTS
from tests.api import hostile
from tests.imports import (
    GRID_HEADERS,
    Gridmap,
    Ran,
    chinese_grids,
    event_rows,
    household_rows,
    write_csv,
)

FIELDS = ("code", "name", "kind", "division")
#: As a cell, a name or a title; shorter than the longest of them.
TEXTS = [*hostile.HOSTILE, *hostile.CONTROLS]


@pytest.fixture
def gridmap(world_url: str) -> Gridmap:
    return Gridmap(world_url)


def write_sheet(path: Path, frame: pd.DataFrame) -> Path:
    """Write a workbook as a stranger would: whatever begins with = is a formula."""
    book = openpyxl.Workbook()
    book.active.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        book.active.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row])
    book.save(path)
    return path


def write(path: Path, frame: pd.DataFrame) -> Path:
    return write_sheet(path, frame) if path.suffix == ".xlsx" else write_csv(path, frame)


def assert_civil(ran: Ran) -> None:
    """A command ends in order: with success, or with words for what is wrong."""
    assert ran.code in (0, 1), ran.said
    assert "Traceback" not in ran.said
    # What a terminal would obey.
    assert "\x1b" not in ran.said.replace("\x1b[0m", "")
    assert "\x07" not in ran.said


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_events_with_hostile_texts_are_kept_as_they_are(gridmap, tmp_path, ending):
    texts = [one for one in hostile.HOSTILE if one.strip() == one and one not in hostile.FORMULAS]
    rows = event_rows(len(texts)).assign(标题=texts, 描述=texts)
    ran = gridmap.run(
        "import-events", write(tmp_path / f"e.{ending}", rows), "--crs", "CGCS2000", "--source", "x"
    )
    assert_civil(ran)
    assert ran.code == 0, ran.said
    stored = {title for (title,) in gridmap.query("SELECT title FROM event WHERE source = 'x'")}
    assert stored == set(texts)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("field", ["户号", "户籍人口", "经度"])
def test_a_hostile_cell_in_any_column_is_refused_in_words_that_are_inert(
    gridmap, tmp_path, ending, field
):
    # A file with NUL is refused as a whole.
    texts = [one for one in TEXTS if "\x00" not in one]
    rows = household_rows(len(texts))
    rows[field] = texts
    report = tmp_path / "refused.csv"
    ran = gridmap.run(
        "import-households",
        write(tmp_path / f"h.{ending}", rows),
        "--crs",
        "CGCS2000",
        "--report",
        report,
    )
    assert_civil(ran)
    assert ran.code == 1
    with report.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert len(cells) > 2 * len(FILE_HEADER)
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]


def test_a_hostile_header_is_refused_or_left_out(gridmap, tmp_path):
    for number, name in enumerate(TEXTS):
        rows = household_rows(3, prefix=f"X{number}-").assign(**{name: "1"})
        ran = gridmap.run(
            "import-households", write_csv(tmp_path / "h.csv", rows), "--crs", "CGCS2000"
        )
        assert_civil(ran)


@pytest.mark.parametrize("driver", ["GeoJSON", "GPKG", "ESRI Shapefile"])
def test_hostile_names_of_grids_are_refused_or_kept_as_they_are(gridmap, tmp_path, driver):
    ending = {"GeoJSON": "geojson", "GPKG": "gpkg", "ESRI Shapefile": "shp"}[driver]
    for start in range(0, len(TEXTS), 15):
        grids = chinese_grids()
        names = (TEXTS[start:] + TEXTS)[: len(grids)]
        if driver == "ESRI Shapefile":  # 254 bytes, and no NUL
            names = [name.replace("\x00", "")[:60] for name in names]
        path = tmp_path / f"grids{start}.{ending}"
        named = grids.assign(网格名称=names)
        if driver == "ESRI Shapefile":  # whose names of fields hold ten bytes
            named = named.rename(columns=dict(zip(GRID_HEADERS.values(), FIELDS, strict=True)))
        named.to_file(path, driver=driver, encoding="UTF-8")
        day = f"2026-02-{1 + start // 15:02}"
        ran = gridmap.run("import-boundaries", path, "--effective-from", day)
        assert_civil(ran)
        if ran.code == 0:
            stored = gridmap.query("SELECT name FROM grid_version")
            assert {name.strip() for name in names} <= {name for (name,) in stored}


def test_located_files_hold_no_formula_of_ours_and_no_cell_that_runs(gridmap, tmp_path):
    # Names that came in before, whatever let them in.
    gridmap.query("UPDATE grid_version SET name = '=' || name RETURNING name")
    texts = [one for one in TEXTS if not set(one) & set("\x00\r")]
    rows = household_rows(len(texts)).assign(备注=texts)
    source = write_csv(tmp_path / "in.csv", rows)
    ran = gridmap.run("locate", source, tmp_path / "out.xlsx", "--crs", "CGCS2000")
    assert_civil(ran)
    assert ran.code == 0, ran.said
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    shown = {row[7] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(hostile.FORMULAS) - {"\t=1+1"} <= shown

    ran = gridmap.run("locate", source, tmp_path / "out.csv", "--crs", "CGCS2000")
    assert ran.code == 0, ran.said
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *body = csv.reader(file)
    # One's own cells stay as they were written (docs/locating.md); what we add is inert.
    assert [row[7] for row in body] == texts
    added = [cell for row in body for cell in row[len(rows.columns) :]]
    assert not [cell for cell in added if cell.startswith(FORMULA_STARTS)]
    assert [cell for cell in added if cell.startswith("'=")]


@pytest.mark.parametrize(
    "name", ["../../evil.shp", "/evil.shp", "a/../../evil.dbf", "..\\evil.shp"]
)
def test_an_archive_cannot_write_elsewhere(gridmap, tmp_path, name):
    with zipfile.ZipFile(tmp_path / "grids.zip", "w") as archive:
        archive.writestr(name, b"x" * 100)
        archive.writestr("grids.shp", b"x" * 100)
    before = set(tmp_path.parent.iterdir())
    ran = gridmap.run("import-boundaries", tmp_path / "grids.zip")
    assert_civil(ran)
    assert ran.code == 1
    assert set(tmp_path.parent.iterdir()) == before
