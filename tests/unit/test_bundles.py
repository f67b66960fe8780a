"""The bundles of the pages: whole, fresh, or not served at all."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.pages.static_files import versioned
from web import bundles, hints
from web.bundles import bundled
from web.maps import import_map

WEB = Path(__file__).resolve().parents[2] / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, bundled as ./run bundles them."""
    web = tmp_path_factory.mktemp("web")
    for folder in ("css", "js"):
        shutil.copytree(WEB / "static" / folder, web / "static" / folder)
    (web / "static" / "vendor").mkdir()
    shutil.copy(WEB / "static" / bundles.VENDORED, web / "static" / bundles.VENDORED)
    shutil.copy(WEB / "bundle.mjs", web / "bundle.mjs")
    (web / "node_modules").symlink_to(WEB / "node_modules")
    subprocess.run(["node", str(web / "bundle.mjs")], check=True)
    return web / "static"


@pytest.fixture
def static(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of sources and their bundle that a test may change."""
    shutil.copytree(made, tmp_path / "static")
    monkeypatch.setattr(bundles, "STATIC", tmp_path / "static")
    monkeypatch.setattr(bundles, "BUNDLE", tmp_path / "static" / "bundle")
    bundled.cache_clear()
    yield tmp_path / "static"
    bundled.cache_clear()


def entries() -> set[str]:
    """What the pages name: their style sheet, and their first module."""
    text = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    python = "\n".join(path.read_text("utf-8") for path in (WEB.parent / "api/pages").glob("*.py"))
    sheets = re.findall(r'href="/static/(css/pages/\w+\.css)"', text)
    modules = re.findall(r"gridmap/(pages/\w+\.js)", text + python)
    return {*sheets, *(f"js/{module}" for module in modules)}


def test_every_page_is_bundled(static: Path) -> None:
    assert len(entries()) == 9
    assert set(bundled()) == entries()
    for addresses in bundled().values():
        assert all((static / address.removeprefix("/static/")).is_file() for address in addresses)


def test_a_page_gets_its_bundle_and_nothing_else(static: Path) -> None:
    own, *_ = bundled()["js/pages/index.js"]
    assert json.loads(import_map())["imports"]["gridmap/pages/index.js"] == own
    named = re.findall(r'href="([^"]+)"', hints.hints("js/pages/index.js"))
    assert named == list(bundled()["js/pages/index.js"])
    html = versioned('<link rel="stylesheet" href="/static/css/pages/index.css">')
    assert re.search(r'href="/static/v-[0-9a-f]{12}/bundle/index-\w+\.css"', html)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("js/core/hit.js", "older than their modules"),
        ("css/tokens.css", "older than their modules"),
        ("js/core/new.js", "older than their modules"),
        (bundles.VENDORED, "older than their modules"),
        ("bundle/*.js", "not whole"),
    ],
)
def test_what_is_stale_or_broken_is_not_served(
    static: Path, caplog: pytest.LogCaptureFixture, change: str, says: str
) -> None:
    assert bundled()
    path = next(static.glob(change), static / change)
    path.write_text((path.read_text("utf-8") if path.exists() else "") + "\n", "utf-8")
    bundled.cache_clear()

    assert bundled() == {}
    assert says in caplog.text
    assert list(json.loads(import_map())["imports"]) == ["gridmap/"]
    assert "/static/js/core/hit.js" in hints.hints("js/pages/index.js")
    assert "bundle" not in versioned('"/static/css/pages/index.css"')


@pytest.mark.parametrize("manifest", ["", '{"made_from": "', "[]", "{}"])
def test_half_a_manifest_does_not_keep_the_server_down(
    static: Path, caplog: pytest.LogCaptureFixture, manifest: str
) -> None:
    (static / "bundle" / "manifest.json").write_text(manifest, "utf-8")
    bundled.cache_clear()

    assert bundled() == {}
    assert "not whole" in caplog.text


def test_without_a_bundle_modules_are_served(static: Path) -> None:
    shutil.rmtree(static / "bundle")
    bundled.cache_clear()
    assert bundled() == {}


def test_a_module_that_was_removed_makes_it_stale(static: Path) -> None:
    (static / "css" / "empty.css").unlink()
    bundled.cache_clear()
    assert bundled() == {}


def test_bundles_need_no_eval_and_no_other_host(static: Path) -> None:
    for path in (static / "bundle").glob("*.js"):
        text = path.read_text("utf-8")
        assert not re.search(r"\beval\(|new Function\(", text), path.name
        fetched = re.findall(r"""(?:import|from)\s*\(?["'](https?:)?//""", text)
        assert fetched == []
    for path in (static / "bundle").glob("*.css"):
        assert not re.search(r"url\((?!['\"]?data:)|@import", path.read_text("utf-8")), path.name


def test_charts_come_later_and_are_a_part_of_the_library(static: Path) -> None:
    at_once = {name for addresses in bundled().values() for name in addresses}
    files = {path: path.stat().st_size for path in (static / "bundle").glob("*.js")}
    charts = max(files, key=lambda path: files[path])
    assert f"/static/bundle/{charts.name}" not in at_once
    library = WEB / "static" / "vendor" / "echarts" / "echarts.esm.min.mjs"
    assert 100_000 < files[charts] < 0.6 * library.stat().st_size
