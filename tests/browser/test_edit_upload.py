"""A file becomes a draft on /edit: dropped, confirmed on the map, mended, applied."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import factories
from tests import uploads as files
from tests.browser.test_editor import REFUSED, open_as, site  # noqa: F401 - a fixture
from tests.uploads import V1

#: A file is read in a process that has to start first.
SLOW = 90_000

pytestmark = pytest.mark.timeout(600)


def test_a_planner_brings_a_file_and_it_becomes_a_draft(site, watched, tmp_path: Path):  # noqa: F811
    grids = files.moved_corner(files.basic(), 1, 2)
    # One grid leaves a corner that the others keep.
    grids = files.moved_vertex(grids, factories.corner(1, 1), -9_000, -9_000, [V1 + "001"])
    survey = files.write_shapefile_zip(tmp_path, grids, with_prj=False)
    (tmp_path / "图纸.dxf").write_bytes(b"AC1027" + bytes(100))
    page = open_as(watched, site, "planner")
    chart = page.locator(".map")
    page.get_by_role("button", name="导入文件").click()

    # What cannot be read is told, and another file can be chosen at once.
    page.locator("#upload-file").set_input_files(tmp_path / "图纸.dxf")
    expect(page.get_by_role("alert")).to_contain_text("实为 DWG 图纸", timeout=SLOW)
    watched.faults.remove(REFUSED.format("422 (Unprocessable Entity)"))

    page.locator("#upload-file").set_input_files(survey)
    crs = page.locator("#upload-crs")
    expect(crs).to_contain_text("EPSG:4490", timeout=SLOW)
    expect(chart).to_have_attribute("data-upload", "12", timeout=SLOW)
    expect(crs.get_by_role("radio").first).to_be_checked()
    for chosen in (crs.get_by_role("radio").nth(1), crs.get_by_role("radio").first):
        with page.expect_response(lambda answer: "/features?crs=" in answer.url):
            chosen.check()
        expect(page.locator("#upload")).to_have_attribute("aria-busy", "false")
    page.get_by_role("button", name="就是这个，开始比对").click()

    repairs = page.locator("#upload-repairs li")
    expect(repairs).to_have_count(1, timeout=SLOW)
    expect(repairs).to_have_attribute("data-repair", "gap")
    before = page.evaluate("location.hash")
    repairs.get_by_role("button").click()
    expect(repairs).to_have_attribute("data-chosen", "true")
    expect(page.locator("#upload-changes .upload__waits")).not_to_have_count(0)
    repairs.get_by_role("checkbox").check()
    expect(page.locator("#upload-changes .upload__waits")).to_have_count(0, timeout=SLOW)
    # The gap went back to who had it, so that one has not changed.
    expect(page.locator("#upload-changes li")).to_have_count(4)

    page.get_by_role("button", name="生成调整方案").click()
    expect(page.locator("#desk .state")).to_have_text("草稿", timeout=SLOW)
    expect(page.locator("#desk .desk-panel__title, #desk h2").first).to_contain_text("shapes.zip")
    expect(chart).not_to_have_attribute("data-upload", "12")
    assert page.evaluate("location.hash") != before
    expect(chart).to_have_attribute("data-changed", "4")
