"""The page on importing and its example files say what the code does."""

from __future__ import annotations

import pytest

from gis.boundaries.reading.columns import FIELDS as GRID_FIELDS
from gis.divisions.importing import FIELDS as DIVISION_FIELDS
from gis.events.import_columns import FIELDS as EVENT_FIELDS
from gis.households.importing import FIELDS as HOUSEHOLD_FIELDS
from gis.tabular import Field
from tests.imports import ROOT, Gridmap

PAGE = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "docs" / "examples"


@pytest.mark.parametrize(
    "field",
    [*DIVISION_FIELDS, *GRID_FIELDS, *HOUSEHOLD_FIELDS, *EVENT_FIELDS],
    ids=lambda field: field.name,
)
def test_every_header_is_on_the_page(field: Field) -> None:
    assert f"| `{field.name}` | {', '.join(field.headers)} |" in PAGE


def test_the_examples_load(empty_url: str) -> None:
    gridmap = Gridmap(empty_url)
    for command in (
        ("import-divisions", EXAMPLES / "divisions.csv", "--profile", "testcounty"),
        ("import-boundaries", EXAMPLES / "grids.geojson"),
        ("import-households", EXAMPLES / "households.csv", "--crs", "EPSG:4490"),
        ("import-events", EXAMPLES / "events.csv", "--crs", "EPSG:4490", "--source", "example"),
        ("check",),
    ):
        ran = gridmap.run(*command)
        assert ran.code == 0, ran.said
    counted = gridmap.query(
        "SELECT (SELECT count(*) FROM division), (SELECT count(*) FROM grid_version),"
        " (SELECT count(*) FROM household), (SELECT count(*) FROM event)"
    )
    lines = [
        len((EXAMPLES / name).read_text(encoding="utf-8").splitlines()) - 1
        for name in ("divisions.csv", "households.csv", "events.csv")
    ]
    assert counted == [(lines[0], 15, lines[1], lines[2])]
