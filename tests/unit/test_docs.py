"""What the documents say is so."""

import re
from pathlib import Path

import pytest

from gis.cli.main import COMMANDS
from gis.db.tables import Base
from gis.settings import ROOT, Settings

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


def test_every_table_has_a_word() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for name in Base.metadata.tables:
        assert f"`{name}`" in glossary, name


def test_every_setting_is_described() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]*[^| ])", page, flags=re.MULTILINE))
    expected = {
        str(field.validation_alias or f"GRIDMAP_{name.upper()}"): field.description
        for name, field in Settings.model_fields.items()
    }
    assert rows == expected


def test_every_decision_says_when_and_why() -> None:
    numbers = []
    for page in sorted((ROOT / "docs" / "adr").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        numbers.append(int(page.name[:4]))
        for heading in ("Status", "## Context", "## Decision", "## Consequences"):
            assert heading in text, f"{page.name}: {heading}"
    assert numbers == list(range(1, len(numbers) + 1))


def test_named_tests_exist() -> None:
    """What a page calls its proof is there."""
    named = 0
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for path, name in re.findall(r"`(tests/[\w/.*]+)(?:::(\w+))?`", text):
            found = list(ROOT.glob(path.rstrip("/")))
            assert found, f"{page.name}: {path}"
            assert not name or f"def {name}(" in found[0].read_text(encoding="utf-8"), name
            named += 1
    assert named > 20


def test_commands_of_the_readme_exist() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        named = set(re.findall(r"\./run gridmap ([a-z-]+)", text))
        assert named
        assert named <= set(COMMANDS), name


def test_no_page_names_a_path_of_somebodys_machine() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"/(home|work|Users)/[a-z]", text), page.name
