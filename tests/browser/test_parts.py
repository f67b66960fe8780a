"""Where grids are too many to be sent at once: an overview, and the grids of what is looked into.

The limit is lowered until a small county counts as large: its townships are the parts, and its
villages stand for their grids.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from tests import factories
from tests.api.server import settings_for

pytestmark = pytest.mark.timeout(300)

A, B = factories.TOWNSHIPS
VILLAGE = factories.VILLAGES[0]
GRIDS = factories.grids()
OF_A = GRIDS[GRIDS["division_code"].str.startswith(A[:9])]


def asked(page: Page) -> list[str]:
    """Keep what a page asks the server for."""
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    return addresses


def test_one_drills_down_from_the_overview_to_a_grid(watched, world_url, tmp_path) -> None:
    app = create_app(settings_for(world_url, state_dir=tmp_path, grids_at_once=len(OF_A)))
    with watched.hosting(app) as base:
        page = watched.open(f"{base}/screen?rotate=0&lang=en", width=1280, height=720)
        addresses = asked(page)
        the_map, crumbs = page.locator("#stage .map"), page.locator(".stage-crumbs__here")
        painted = page.locator(f"#stage .map[data-grids='{len(factories.VILLAGES)}']")
        expect(painted).to_be_visible()
        expect(page.locator(".stage-legend")).to_contain_text("One area a")

        # Down into the township: its grids come, and nobody else's.
        page.keyboard.press("ArrowDown")
        expect(the_map).to_have_attribute("data-part", A)
        expect(the_map).to_have_attribute("data-grids", str(len(OF_A)))
        expect(page.locator(".stage-legend")).not_to_contain_text("One area a")
        assert any(f"/tiles/grids/1.topojson?form=packed&division={A}" in one for one in addresses)

        # Down to a village, and to a grid with its card.
        page.keyboard.press("ArrowDown")
        inside = GRIDS[GRIDS["division_code"] == VILLAGE]
        expect(the_map).to_have_attribute("data-grids", str(len(inside)))
        page.keyboard.press("ArrowDown")
        expect(page.locator(".stage-card")).to_have_attribute("data-grid", min(inside["code"]))

        # Along to the neighbour township, then up to the overview again.
        for _ in range(2):
            page.keyboard.press("ArrowUp")
        expect(the_map).to_have_attribute("data-part", A)
        page.keyboard.press("ArrowRight")
        expect(the_map).to_have_attribute("data-part", B)
        page.keyboard.press("Home")
        expect(the_map).to_have_attribute("data-part", "")
        expect(painted).to_be_visible()
        expect(crumbs).to_have_text("测试县")

        # All figures of the map are those of tracts or of a part.
        whole = [one for one in addresses if "/statistics/grids" in one]
        assert whole
        assert all("division=" in one for one in whole)

        # An address may name what only a part has.
        page.goto(f"{base}/screen?rotate=0&division={factories.VILLAGES[2]}")
        expect(the_map).to_have_attribute("data-part", B)
        expect(crumbs).to_have_text("城关社区")

        # On the map page a click on a tract looks into its part, and a search finds any grid.
        page.goto(f"{base}/")
        desk = page.locator(".map[data-grids]")
        expect(desk).to_have_attribute("data-grids", str(len(factories.VILLAGES)))
        page.locator("#search-input").fill(OF_A["code"].max())
        page.locator("#search-option-0").click()
        expect(desk).to_have_attribute("data-part", A)
        expect(page.locator(".card")).to_be_visible()
        page.locator("#zoom-home").click()
        expect(desk).to_have_attribute("data-part", "")
        page.locator("#panel-list button").first.click()
        expect(desk).to_have_attribute("data-part", A)
