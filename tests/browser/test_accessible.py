"""What axe-core finds on the pages, in both languages; the keyboard, and unwanted motion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from gis.db.engine import make_engine
from tests.api.might import HEADERS, give_might
from tests.api.server import serving, settings_for
from tests.browser import axe
from tests.factories import VILLAGES

pytestmark = pytest.mark.timeout(600)

GRID = VILLAGES[0] + "001"
#: What browsers say of axe itself, which measures with inline styles: the policy stops them.
OF_AXE = "Applying inline style violates"
#: What is focused now: whether it can be seen, and what it is called.
FOCUSED = """() => {
  const element = document.activeElement;
  const { width, height } = element.getBoundingClientRect();
  const { outlineStyle, visibility } = getComputedStyle(element);
  const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label");
  return {
    tag: element.tagName,
    name: (label ?? element.textContent ?? "").trim(),
    seen: width > 0 && height > 0 && visibility === "visible" && outlineStyle !== "none",
  };
}"""
#: Keeps the zoom of the map in every picture from now on.
WATCH_ZOOM = """() => {{
  window.zooms = new Set();
  const look = () => {{
    window.zooms.add({map}.getZoom());
    requestAnimationFrame(look);
  }};
  look();
}}"""
ROLLS = """() => {
  const strip = document.querySelector(".ticker__strip");
  return parseFloat(getComputedStyle(strip).transitionDuration) > 0.001;
}"""


@pytest.fixture(scope="module")
def site(cluster, small_world: str, tmp_path_factory) -> Iterator[str]:
    """Address of a server on the small county, where a key may do everything."""
    cluster.create_database("gridmap_test_accessible", template=small_world)
    url = cluster.url("gridmap_test_accessible")
    engine = make_engine(url, statement_timeout_s=30)
    give_might(engine)
    engine.dispose()
    settings = settings_for(url, anonymous="none", state_dir=tmp_path_factory.mktemp("state"))
    with serving(create_app(settings)) as client:
        yield str(client.base_url).rstrip("/")


def look(watched, page: Page) -> list[str]:
    """Let axe look at a page; what the policy says of axe itself is no fault of the page."""
    found = axe.serious(page)
    watched.faults[:] = [fault for fault in watched.faults if OF_AXE not in fault]
    return found


def anew(page: Page) -> None:
    """Load a page again: what axe was shown of it has left its marks."""
    page.reload()
    page.locator("html[data-ready=true]").wait_for(state="attached")


def open_grid(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type(GRID)
    expect(page.locator("#search-list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_visible()


def open_dialog(page: Page) -> None:
    page.get_by_role("button", name="新建账号").click()
    expect(page.get_by_role("dialog")).to_be_visible()


#: What is opened on a page before it is looked at once more.
OPENED = {"/": open_grid, "/admin": open_dialog}


@pytest.mark.parametrize(
    "path", ["/", f"/screen?rotate=0&heat=1&grid={GRID}", "/edit", "/admin", "/login"]
)
def test_axe_finds_nothing_serious_and_every_tab_leads_somewhere(
    watched, site: str, path: str
) -> None:
    headers = {} if path == "/login" else HEADERS
    page = watched.open(site + path, width=1920, height=1080, extra_http_headers=headers)
    for _ in range(12):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        # After the last one the browser itself has the focus.
        assert focused["tag"] == "BODY" or (focused["seen"] and focused["name"]), focused
    found = look(watched, page)
    page.locator("#language").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    anew(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    found += look(watched, page)
    if path in OPENED:
        page.locator("#language").click()
        anew(page)
        OPENED[path](page)
        found += look(watched, page)
    assert found == []
    if path == "/login":
        # What all of this relies on: axe sees what is wrong.
        page.evaluate("document.querySelector('#language').textContent = ''")
        page.evaluate("document.querySelector('#language').removeAttribute('title')")
        page.evaluate("document.querySelector('#login-submit').style.color = '#777'")
        told = " ".join(look(watched, page))
        assert "button-name: #language" in told
        assert "color-contrast: #login-submit" in told


def test_who_wants_no_motion_gets_none(watched, site: str) -> None:
    zooms, rolls = {}, {}
    for motion in ("reduce", "no-preference"):
        page = watched.open(
            site + "/screen?rotate=0",
            width=1920,
            height=1080,
            clock=dt.datetime.now(dt.UTC),
            extra_http_headers=HEADERS,
            reduced_motion=motion,
        )
        expect(page.locator(".panel--overview")).to_have_attribute("data-state", "fresh")
        name = page.locator(".map").get_attribute("id")
        # Pictures follow the page's clock, however busy the machine is.
        page.clock.pause_at(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5))
        page.evaluate(WATCH_ZOOM.format(map=name))
        page.keyboard.press("ArrowDown")
        page.clock.run_for(1000)
        zooms[motion] = page.evaluate("window.zooms.size")
        rolls[motion] = page.evaluate(ROLLS)
        if motion == "reduce":
            # Not even what blinks for ever, as the dot of a lost line.
            page.evaluate("document.querySelector('#live').dataset.status = 'lost'")
            page.wait_for_function("() => document.getAnimations().length === 0")
    assert zooms["reduce"] == 2
    assert zooms["no-preference"] > 10
    assert rolls == {"reduce": False, "no-preference": True}
