"""The page on importing and its example files say what the code does."""

from __future__ import annotations

import shlex

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


def page_commands() -> list[list[str]]:
    """Return the commands at the top of the page, as words."""
    block = PAGE.split("```sh\n")[1].split("```")[0]
    return [shlex.split(line, comments=True)[2:] for line in block.splitlines()]


def test_the_commands_of_the_page_load_the_examples(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gridmap = Gridmap(empty_url)
    monkeypatch.chdir(EXAMPLES)
    commands = page_commands()
    assert [words[0] for words in commands][-1] == "check"
    for words in commands:
        ran = gridmap.run(*("testcounty" if word == "minquan" else word for word in words))
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
