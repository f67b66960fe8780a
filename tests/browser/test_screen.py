"""The wall screen: what it shows is what the API says, at every shape of wall."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.xdist_group("minquan"), pytest.mark.timeout(600)]

#: Panels that leave the picture, spill over their edge or lie on another one; asked of every
#: picture until there are none, since a wall that changes its shape needs a few to settle.
OUT_OF_PLACE = """async () => {
  const wrong = () => {
    const parts = [...document.querySelectorAll(".panel:not([hidden]), .headline, .stage, .foot")];
    const boxes = parts.map((part) => [part.className, part.getBoundingClientRect()]);
    const out = boxes.filter(([, b]) => b.right > innerWidth + 1 || b.bottom > innerHeight + 1);
    const spills = [...document.querySelectorAll(".panel:not([hidden])")].filter((panel) => {
      const last = panel.querySelector(".panel__body").lastElementChild;
      return last.getBoundingClientRect().bottom > panel.getBoundingClientRect().bottom + 1;
    });
    const meet = boxes.flatMap(([one, a], n) => boxes.slice(n + 1)
      .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1
        && a.top < b.bottom - 1 && b.top < a.bottom - 1)
      .map(([two]) => `${one} over ${two}`));
    return [...out.map(([name]) => name), ...spills.map((panel) => panel.className), ...meet];
  };
  const until = performance.now() + 10_000;
  while (wrong().length > 0 && performance.now() < until) {
    await new Promise((next) => requestAnimationFrame(next));
  }
  return wrong();
}"""
OVERFLOW = """async () => {
  const until = performance.now() + 10_000;
  while (document.documentElement.scrollWidth > innerWidth && performance.now() < until) {
    await new Promise((next) => requestAnimationFrame(next));
  }
  return document.documentElement.scrollWidth;
}"""


def board_of(page: Page, code: str) -> dict[str, Any]:
    """Ask the server for what the page should show."""
    return page.request.get(urljoin(page.url, f"/api/v1/divisions/{code}/board")).json()


def shows(page: Page, board: dict[str, Any]) -> None:
    """Hold the page to an answer of the API."""
    told = {
        ".figure__value--hero": f"{board['grids']['total']:,}",
        ".figure--households .figure__value": f"{board['people']['households']:,}",
        ".figure--staff .figure__value": f"{sum(board['staff'].values()):,}",
        ".figure--open .figure__value": f"{board['events']['open']:,}",
        ".figure--overdue .figure__value": f"{board['events']['overdue']:,}",
        ".figure--reported .figure__value": f"{board['today']['reported']:,}",
    }
    for name, rate in board["rates"].items():
        told[f".rate--{name} .rate__value"] = f"{rate['value']:.2f}%"
        expect(page.locator(f".rate--{name} .rate__parts")).to_have_text(
            f"{rate['numerator']:,} / {rate['denominator']:,}"
        )
    for place, words in told.items():
        expect(page.locator(f"{place} .visually-hidden")).to_have_text(words)


def test_a_wall_shows_what_the_api_says_down_to_a_township(visit) -> None:
    page = visit("/screen?rotate=0", width=1920, height=1080)
    county = board_of(page, "411421000000")
    shows(page, county)
    assert page.evaluate(OUT_OF_PLACE) == []
    assert page.locator("[data-failure]:not([data-failure=''])").count() == 0
    expect(page.locator(".foot")).to_contain_text("第 1 版边界")
    expect(page.locator(".schematic")).to_be_visible()

    best = max(county["children"], key=lambda row: row["closing_rate"]["fraction"])
    first = page.locator(".panel--ranking .bar-row").first
    expect(first).to_contain_text(best["name"])
    first.focus()
    page.keyboard.press("Enter")
    shows(page, board_of(page, best["code"]))

    page.locator("#language").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    shows(page, board_of(page, best["code"]))
    page.keyboard.press("Backspace")
    shows(page, county)


def test_every_shape_of_wall_has_its_own_layout(visit) -> None:
    page = visit("/screen?rotate=0&lang=zh", width=3840, height=1080)
    body = page.locator("body")
    expect(body).to_have_attribute("data-layout", "wide")
    for name in (
        "总体概况",
        "网格架构",
        "办理成效",
        "事件趋势",
        "事件分类",
        "重点网格",
        "最新事件",
    ):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    assert page.evaluate(OUT_OF_PLACE) == []
    for width, height, layout in ((2560, 1080, "cinema"), (1280, 720, "hall")):
        page.set_viewport_size({"width": width, "height": height})
        expect(body).to_have_attribute("data-layout", layout)
        assert page.evaluate(OUT_OF_PLACE) == []
    page.set_viewport_size({"width": 390, "height": 844})
    expect(body).to_have_attribute("data-layout", "phone")
    assert page.evaluate(OVERFLOW) <= 390
