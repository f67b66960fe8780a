"""The map that is one file: opened from the disk, without a server."""

from __future__ import annotations

import base64
import gzip
import re
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import Browser, expect

from gis.cli.main import cli
from tests import factories

TOWNSHIP = factories.TOWNSHIPS[0]


def export(url: str, out: Path, *more: str) -> None:
    env = {"DATABASE_URL": url, "GRIDMAP_PROFILES_DIR": str(factories.PROFILES)}
    done = CliRunner().invoke(cli, ["export", "map", "-o", str(out), *more], env=env)
    assert done.exit_code == 0, done.output


def test_a_township_is_taken_away_as_a_file(browser: Browser, world_url: str, tmp_path) -> None:
    out = tmp_path / "map.html"
    export(world_url, out, "--division", TOWNSHIP[:9])
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    faults: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(out.as_uri())
    page.locator("html[data-ready=true]").wait_for(state="attached")

    expect(page.locator("#panel-name")).to_have_text("测试东镇")
    expect(page.locator("#panel-figures")).to_contain_text("6")
    expect(page.locator(".approval")).to_contain_text("内部使用")
    expect(page.locator("#log-in")).to_be_hidden()
    expect(page.locator("[data-grids]")).to_have_attribute("data-grids", "8")
    page.locator("label:has(#layer-heat)").click()
    expect(page.locator("#legend-heat")).to_be_visible()
    page.locator("#search-input").fill("990101101201001")
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_contain_text("990101101201001")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#card")).to_contain_text("Grid code")
    packed = re.search(r'id="answers"[^>]*>([^<]+)<', out.read_text(encoding="utf-8"))[1]
    held = gzip.decompress(base64.b64decode(packed)).decode()
    assert TOWNSHIP in held
    assert factories.TOWNSHIPS[1][:9] not in held
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [out.as_uri()]
    assert faults == []
    context.close()


def test_a_place_that_is_not_there_writes_nothing(world_url: str, tmp_path) -> None:
    out = tmp_path / "map.html"
    env = {"DATABASE_URL": world_url, "GRIDMAP_PROFILES_DIR": str(factories.PROFILES)}
    done = CliRunner().invoke(
        cli, ["export", "map", "-o", str(out), "--division", "990199"], env=env
    )
    assert "990199" in str(done.exception)
    assert not out.exists()
