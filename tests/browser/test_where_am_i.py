"""A grid worker with a phone: where am I, which grid is this, what is open here."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from api.app import create_app
from tests import factories
from tests.api.server import settings_for

#: Degrees; well inside a grid, in no grid at all, and in a school over two grids.
INSIDE = {"longitude": 115.003, "latitude": 34.505, "accuracy": 9}
OUTSIDE = {"longitude": 114.99, "latitude": 34.505, "accuracy": 9}
SCHOOL = {"longitude": 115.009, "latitude": 34.505, "accuracy": 9}


def ask(site: str, path: str) -> dict[str, Any]:
    return httpx.get(site + path, trust_env=False, timeout=60).json()


def located(site: str, place: dict[str, float]) -> dict[str, Any]:
    lon, lat = place["longitude"], place["latitude"]
    return ask(site, f"/api/v1/locate?lon={lon}&lat={lat}&crs=EPSG:4490&accuracy_m=15")


def stand(page: Page, place: dict[str, float], phase: str) -> None:
    page.context.set_geolocation(place)
    page.locator("#where-again").tap()
    expect(page.locator("#where")).to_have_attribute("data-phase", phase)
    here = f"{place['longitude']:.7f},{place['latitude']:.7f}"
    expect(page.locator(".map")).to_have_attribute("data-here", here)


def holds_to(page: Page, site: str, code: str) -> int:
    """Hold the card of a grid to the API; return how many events are open in it."""
    expect(page.locator("#card .card__code")).to_have_text(code)
    events = ask(site, f"/api/v1/events?grid={code}&open=true")["features"]
    rows = page.locator(".open__event")
    expect(rows).to_have_count(len(events))
    late = [e["properties"]["event_no"] for e in events if e["properties"]["is_overdue"]]
    shown = page.locator(".open__event[data-overdue]")
    assert {row.get_attribute("data-event") for row in shown.all()} == set(late)
    assert shown.locator(".open__late").count() == len(late)
    return len(events)


def test_a_grid_worker_asks_where_am_i(watched, world_url: str, tmp_path) -> None:
    with watched.hosting(create_app(settings_for(world_url, state_dir=tmp_path))) as site:
        page = watched.open(
            site + "/",
            width=390,
            height=844,
            has_touch=True,
            permissions=["geolocation"],
            geolocation=INSIDE,
        )
        here = page.locator("#where")
        expect(here).to_be_hidden()
        found = located(site, INSIDE)
        page.locator("#where-am-i").tap()
        expect(here).to_have_attribute("data-phase", "found")
        expect(here).to_contain_text(found["responsible"]["name"])
        expect(here).to_contain_text("±9 米")
        expect(page.locator(".where__grid")).to_have_count(0)
        expect(page.locator(".here--dot")).to_be_visible()
        expect(page.locator(".here--ring")).to_be_visible()
        open_before = holds_to(page, site, found["responsible"]["code"])
        dot, card = (page.locator(of).bounding_box() for of in (".here--dot", "#card"))
        assert dot["y"] + dot["height"] < card["y"]
        assert page.evaluate("document.documentElement.scrollWidth") == 390

        # What is reported here while one looks: a pulse on the map, a line on the card.
        total = page.locator("#time-total")
        events = ask(site, "/api/v1/statistics/timeline")["counts"]
        expect(total).to_have_text(f"{sum(events)} 件")
        report = {"source": "hotline_12345", "source_id": "1", "title": "<b>路灯不亮</b>"}
        place = {"x": INSIDE["longitude"], "y": INSIDE["latitude"], "crs": "EPSG:4490"}
        report |= {"category_code": "0502", "position": place}
        expect(page.locator("html")).to_have_attribute("data-live", "live")
        answer = httpx.post(site + "/api/v1/events", json=report, trust_env=False, timeout=60)
        assert answer.status_code == 201
        expect(page.locator(".map")).to_have_attribute("data-pulses", "1")
        expect(page.locator(".open__event")).to_have_count(open_before + 1)
        expect(page.locator(".open__list")).to_contain_text("<b>路灯不亮</b>")
        expect(total).to_have_text(f"{sum(events) + 1} 件")

        place, neighbour = beside_a_border(site)
        stand(page, place, "found")
        near = page.locator(".where__grid").first
        expect(near).to_contain_text(neighbour["name"])
        near.tap()
        holds_to(page, site, neighbour["code"])

        # A school is a grid of its own, over a basic one.
        school = located(site, SCHOOL)
        stand(page, SCHOOL, "found")
        expect(here).to_contain_text(school["exclusive"]["name"])
        expect(here).to_contain_text(school["basic"]["name"])
        holds_to(page, site, school["exclusive"]["code"])

        stand(page, OUTSIDE, "outside")
        expect(here).to_contain_text("您不在任何网格内")
        expect(page.locator("#card")).to_be_hidden()
        page.locator("#language").click()
        expect(here).to_contain_text("You are outside every grid")
        page.context.clear_permissions()
        page.locator("#where-again").tap()
        expect(here).to_have_attribute("data-phase", "trouble")
        expect(here).to_contain_text("not allowed to tell your position")
        expect(page.locator(".here--dot")).to_have_count(0)
        page.locator("#where-close").tap()
        expect(here).to_be_hidden()
        layers(page, site)
    # The browser reports every 404, and "outside" is one.
    watched.faults[:] = [fault for fault in watched.faults if "404" not in fault]


def beside_a_border(site: str) -> tuple[dict[str, float], dict[str, Any]]:
    """Return a place near enough to a border, and the neighbour there."""
    for step in range(400):
        place = {"longitude": 115.003 + step * 5e-5, "latitude": 34.503, "accuracy": 9}
        near = located(site, place)["near"]
        if near:
            return place, near[0]
    raise AssertionError("no border to the east")


def layers(page: Page, site: str) -> None:
    """Walk through the layers that the wall screen has too."""
    page.locator("[data-sheet-open=layers]").tap()
    page.locator("label:has(#layer-assets)").tap()
    assets = ask(site, f"/api/v1/assets?division={factories.COUNTY}&limit=1000")["features"]
    assert assets
    expect(page.locator("#legend-assets .legend__row").first).to_be_visible()
    assert "assets=1" in page.url
    shown = page.locator("#legend-assets .legend__count").all_text_contents()
    assert sum(map(int, shown)) == len(assets)
    figures = ask(site, "/api/v1/statistics/grids")
    basic = [code for code in figures["codes"] if not re.fullmatch(r".{12}9..", code)]
    for mode, words in (("density", "100 households"), ("overdue", "Overdue events")):
        page.locator(f"#modes input[value={mode}]").check(force=True)
        expect(page.locator("#legend-area")).to_contain_text(words)
        counts = page.locator("#legend-area .legend__count").all_text_contents()
        assert sum(int(re.sub(r"\D", "", count)) for count in counts) == len(basic)
    page.locator("[data-sheet-open=figures]").tap()
    overdue = sum(
        n for code, n in zip(figures["codes"], figures["overdue"], strict=True) if code in basic
    )
    assert overdue > 0
    expect(page.locator(".tile--open")).to_contain_text(f"{overdue} overdue")
