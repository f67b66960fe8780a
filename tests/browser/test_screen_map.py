"""The map of the wall screen: down to the grid and back, its colours, its tour, its alerts."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, expect

from api.app import create_app
from tests.api.server import settings_for

pytestmark = [pytest.mark.xdist_group("minquan"), pytest.mark.timeout(600)]

#: A point of the eastern township of the small county; degrees.
HERE = {"x": 115.005, "y": 34.515, "crs": "EPSG:4490"}
COUNTY = "民权县"


def map_of(page: Page) -> Locator:
    """Return the element that says what was painted last."""
    return page.locator(".map")


def crumbs(page: Page) -> list[str]:
    """Return where the map is, from the county downwards."""
    return page.locator(".stage-crumbs__list li").all_inner_texts()


def click_land(page: Page) -> None:
    """Click the middle of the map, where there is land at every level."""
    box = map_of(page).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.55)


def test_clicks_and_keys_lead_down_to_a_grid_and_back(visit) -> None:
    page = visit("/screen?rotate=0", width=1920, height=1080)
    places = page.locator(".stage-crumbs__list li")
    card = page.locator(".stage-card")
    land = page.locator("canvas.stage-canvas--fills")
    expect(map_of(page)).to_have_attribute("data-grids", "3463")
    # Every township bears its name.
    expect(map_of(page)).to_have_attribute("data-labels", "19")
    for depth in (2, 3):
        click_land(page)
        expect(places).to_have_count(depth)
    # What was flown to has been painted meanwhile, and has taken the place of what was left.
    expect(map_of(page)).not_to_have_attribute("data-grids", "3463")
    expect(land).to_have_count(1)
    click_land(page)
    expect(card).to_be_visible()
    expect(places).to_have_count(4)
    code = card.get_attribute("data-grid")
    record = page.request.get(urljoin(page.url, f"/api/v1/grids/{code}")).json()["properties"]
    expect(card.locator(".stage-card__name")).to_have_text(record["name"])
    expect(card.locator(".stage-card__code")).to_have_text(str(code))
    expect(card.locator(".stage-card__heads strong")).to_have_text(
        "、".join(head["name"] for head in record["heads"])
    )
    there = crumbs(page)

    page.keyboard.press("ArrowRight")
    expect(card).not_to_have_attribute("data-grid", str(code))
    assert crumbs(page)[:3] == there[:3]
    page.keyboard.press("Backspace")
    expect(card).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(places).to_have_count(3)
    assert crumbs(page)[:2] == there[:2]
    assert crumbs(page)[2] != there[2]
    places.nth(1).get_by_role("button").click()
    expect(places).to_have_count(2)
    page.keyboard.press("Escape")
    expect(places).to_have_text([COUNTY])


def test_every_mode_paints_what_its_legend_says(visit) -> None:
    page = visit("/screen?rotate=0&lang=zh", width=1920, height=1080)
    legend, shown = page.locator(".stage-legend"), map_of(page)
    titles = ["相邻网格异色", "网格类型", "每百户事件", "事件办结率", "超时未办事件"]
    modes = ["colour", "kind", "density", "closing_rate", "overdue"]
    basic = None
    for n, (mode, title) in enumerate(zip(modes, titles, strict=True), start=1):
        page.keyboard.press(str(n))
        expect(shown).to_have_attribute("data-mode", mode)
        expect(legend.locator("h3")).to_contain_text(title)
        if mode in {"colour", "kind"}:
            continue
        counts = legend.locator(".stage-legend__count").all_inner_texts()
        total = sum(int(count.replace(",", "")) for count in counts)
        # Each basic grid is in one class, whatever the figures are.
        assert basic in {None, total}
        basic = total
    assert basic == 3463 - 284

    page.keyboard.press("h")
    expect(shown).to_have_attribute("data-heat", "55455")
    ticks = legend.locator(".stage-legend__tick").all_inner_texts()
    page.keyboard.press("ArrowDown")
    expect(shown).not_to_have_attribute("data-grids", "3463")
    # The scale is the same wherever one looks.
    assert legend.locator(".stage-legend__tick").all_inner_texts() == ticks
    page.keyboard.press("l")
    expect(shown).to_have_attribute("data-labels", "0")


def test_a_tour_rests_when_touched_and_yields_to_an_urgent_event(
    watched, world_url: str, tmp_path
) -> None:
    with watched.hosting(create_app(settings_for(world_url, state_dir=tmp_path))) as site:
        page = watched.open(site + "/screen?rotate=1", width=1920, height=1080)
        tour, alert = page.locator(".stage-bar__tour"), page.locator(".stage-alert")
        expect(page.locator("#live")).to_have_attribute("data-status", "live")
        places = page.locator(".stage-crumbs__list li")
        for depth in (2, 1):
            expect(places).to_have_count(depth, timeout=20_000)
        expect(tour).to_have_attribute("data-phase", "running")
        page.keyboard.press("Home")
        expect(tour).to_have_attribute("data-phase", "paused")
        expect(places).to_have_count(1)

        body = {"source": "hotline_12345", "source_id": "1", "title": "柴垛起火", "level": 1}
        body |= {"category_code": "0502", "position": HERE}
        answer = page.request.post(f"{site}/api/v1/events", data=body)
        assert answer.status == 201
        expect(map_of(page)).to_have_attribute("data-pulses", "1")
        expect(page.locator(".pulse--urgent")).to_have_count(1)
        expect(alert).to_be_visible()
        expect(alert).to_contain_text("柴垛起火")
        grid = answer.json()["properties"]["responsible"]
        expect(page.locator(".stage-card")).to_have_attribute("data-grid", grid)
        page.keyboard.press("Home")
        expect(alert).to_be_hidden()
        expect(tour).to_have_attribute("data-phase", "paused")
