"""The pages from their modules, one by one, as they are served where nothing was bundled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from tests.api.server import settings_for
from web import bundles
from web.bundles import bundled

PAGES = {"/": "index", "/screen?rotate=0": "screen", "/login": "login"}


@pytest.fixture
def unbundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bundles, "BUNDLE", tmp_path)
    bundled.cache_clear()
    yield
    bundled.cache_clear()


def loaded(watched, url: str) -> set[str]:
    page = watched.open(url)
    names = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    return {name.partition("/static/")[2].partition("/")[2] for name in names}


def test_pages_work_bundled_and_from_their_modules(
    watched, world_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    app = create_app(settings_for(world_url, state_dir=tmp_path / "state", anonymous="demo"))
    with watched.hosting(app) as base:
        for path, name in PAGES.items():
            files = loaded(watched, base + path)
            assert any(file.startswith(f"bundle/{name}-") for file in files), path
            assert not any(file.startswith("js/") for file in files), path
        request.getfixturevalue("unbundled")
        for path, name in PAGES.items():
            files = loaded(watched, base + path)
            assert f"js/pages/{name}.js" in files
            assert not any(file.startswith("bundle/") for file in files), path
