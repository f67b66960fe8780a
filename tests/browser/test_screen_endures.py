"""The wall screen while nobody looks after it: an hour's outage, nights, new servers, bad answers.

The page's clock is moved on, so that an hour costs as much as its requests; whoever waits for the
page waits for what it shows.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Callable
from urllib.parse import urljoin

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from api.app import create_app
from gis.core import clock
from tests import factories
from tests.api.server import serving, settings_for

pytestmark = pytest.mark.timeout(600)

#: A point of the eastern township; degrees.
HERE = {"x": 115.005, "y": 34.515, "crs": "EPSG:4490"}
#: What a browser says of a server that is away, or that goes while it answers.
AWAY = re.compile("ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY")
#: Longer than the page ever waits before it tries again; it takes a line that says nothing for
#: so long for dead.
PATIENCE_MS = 31_000
#: Longer than the page waits with asking anew after a message, and too short for a line to die.
SOON_MS = 16_000
HOUR_MS = 3_600_000
NIGHT = dt.datetime(2026, 11, 23, 3, 59, 50, tzinfo=clock.SHANGHAI)


def forgive_outage(watched) -> None:
    """Leave out what a browser says of a server that was meant to be away."""
    watched.close()
    watched.faults[:] = [fault for fault in watched.faults if not AWAY.search(fault)]


def mark(page: Page) -> None:
    """Mark the page: a reload takes the mark away."""
    page.evaluate("document.body.dataset.opened = 'once'")


def is_marked(page: Page) -> bool:
    """Tell whether the page was not loaded anew."""
    return bool(page.evaluate("document.body.dataset.opened === 'once'"))


def expect_reloaded(page: Page) -> None:
    """Wait until the page was loaded anew and is whole."""
    page.locator("body:not([data-opened])").wait_for(state="attached")
    page.locator("html[data-ready=true]").wait_for(state="attached")
    expect(page.locator("#live")).to_have_attribute("data-status", "live")


def answering(body: str) -> Callable[[Route], None]:
    """Answer requests with this."""
    return lambda route: route.fulfill(body=body, content_type="application/json")


def test_after_an_hour_without_its_server_a_wall_shows_all_that_happened(
    watched, world_url: str, tmp_path
) -> None:
    settings = settings_for(world_url, state_dir=tmp_path)
    numbers = itertools.count()

    def report(client: httpx.Client, title: str) -> None:
        body = {"source": "hotline_12345", "source_id": str(next(numbers)), "title": title}
        body |= {"category_code": "0502", "position": HERE}
        assert client.post("/api/v1/events", json=body).status_code == 201

    with serving(create_app(settings)) as client:
        url = f"{client.base_url}/screen?rotate=0&heat=1"
        page = watched.open(url, width=1920, height=1080, clock=dt.datetime.now(dt.UTC))
        port = client.base_url.port
        live, feed = page.locator("#live"), page.locator(".feed__item")
        trouble = page.locator(".panel--overview .panel__trouble")
        shown = page.locator(".map")
        expect(live).to_have_attribute("data-status", "live")
        mark(page)
        report(client, "路灯不亮")
        expect(feed.first).to_contain_text("路灯不亮")
        page.clock.fast_forward(SOON_MS)
        board = client.get(f"/api/v1/divisions/{factories.COUNTY}/board").json()
        total = client.get("/api/v1/heat?cell_m=150").json()["total"]
        expect(shown).to_have_attribute("data-heat", str(total))
    page.clock.fast_forward(PATIENCE_MS)
    expect(live).to_have_attribute("data-status", "lost")
    expect(live).to_contain_text("重连中")
    expect(trouble).to_contain_text("获取失败")
    expect(page.locator("#fresh")).to_contain_text("数据停在")
    with serving(create_app(settings)) as elsewhere:
        for title in ("井盖缺失", "占道经营", "水管爆裂"):
            report(elsewhere, title)
            page.clock.fast_forward(HOUR_MS // 3)
    expect(live).to_have_attribute("data-status", "lost")
    # What was known last stays.
    expect(page.locator(".figure__value--hero .visually-hidden")).to_have_text(
        f"{board['grids']['total']:,}"
    )
    with serving(create_app(settings), port) as client:
        page.clock.fast_forward(PATIENCE_MS)
        expect(live).to_have_attribute("data-status", "live")
        expect(feed.first).to_contain_text("水管爆裂")
        for n, title in enumerate(("占道经营", "井盖缺失", "路灯不亮"), start=1):
            expect(feed.nth(n)).to_contain_text(title)
        page.clock.fast_forward(SOON_MS)
        expect(trouble).to_be_hidden()
        after = client.get(f"/api/v1/divisions/{factories.COUNTY}/board").json()
        assert after["today"]["reported"] == board["today"]["reported"] + 3
        expect(page.locator(".figure--reported .figure__value .visually-hidden")).to_have_text(
            str(after["today"]["reported"])
        )
        expect(page.locator(".figure--open .figure__value .visually-hidden")).to_have_text(
            f"{after['events']['open']:,}"
        )
        expect(shown).to_have_attribute("data-heat", str(total + 3))
        expect(page.locator("#fresh")).to_have_attribute("data-state", "fresh")
        assert is_marked(page)
        forgive_outage(watched)


def test_a_wall_whose_clock_is_wrong_loads_anew_once_a_night_when_its_server_answers(
    watched, world_url: str, tmp_path
) -> None:
    app = create_app(settings_for(world_url, state_dir=tmp_path))
    with clock.held_at(NIGHT), serving(app) as client:
        # Days behind: by its own clock it is four o'clock long before, and never again.
        wrong = NIGHT - dt.timedelta(days=3, minutes=7)
        page = watched.open(f"{client.base_url}/screen?rotate=0", clock=wrong)
        live = page.locator("#live")
        expect(live).to_have_attribute("data-status", "live")
        expect(page.locator("#clock")).to_contain_text("03:5")
        mark(page)
        port = client.base_url.port
    page.clock.fast_forward(PATIENCE_MS)
    expect(live).to_have_attribute("data-status", "lost")
    expect(page.locator("#clock")).to_contain_text("04:0")
    page.clock.fast_forward(PATIENCE_MS)
    # A page that cannot be loaded is worse than an old one.
    assert is_marked(page)
    app = create_app(settings_for(world_url, state_dir=tmp_path))
    with clock.held_at(NIGHT + dt.timedelta(minutes=2)), serving(app, port):
        page.clock.fast_forward(PATIENCE_MS)
        expect_reloaded(page)
        mark(page)
        for _ in range(10):
            page.clock.fast_forward(HOUR_MS // 60)
            expect(live).to_have_attribute("data-status", "live")
        assert is_marked(page)
        forgive_outage(watched)


def test_a_wall_loads_the_pages_of_a_server_that_was_replaced(
    watched, world_url: str, tmp_path
) -> None:
    settings = settings_for(world_url, state_dir=tmp_path)
    with serving(create_app(settings)) as client:
        now = dt.datetime.now(dt.UTC)
        page = watched.open(f"{client.base_url}/screen?rotate=0", clock=now)
        expect(page.locator("#live")).to_have_attribute("data-status", "live")
        mark(page)
        port = client.base_url.port
    other = create_app(settings)
    other.version = "another"
    with serving(other, port):
        page.clock.fast_forward(PATIENCE_MS)
        expect_reloaded(page)
        forgive_outage(watched)


@pytest.mark.xdist_group("minquan")
def test_a_panel_without_its_part_says_so_alone_and_recovers(visit) -> None:
    page = visit("/screen?rotate=0&lang=zh", width=1920, height=1080, clock=dt.datetime.now(dt.UTC))
    board = page.request.get(urljoin(page.url, "/api/v1/divisions/411421000000/board")).json()
    rates, overview = page.locator(".panel--rates"), page.locator(".panel--overview")
    expect(rates).to_have_attribute("data-state", "fresh")
    answers = [
        (json.dumps(board | {"rates": None}), ["failed", "fresh"]),
        # Cut off in the middle: nothing of it can be read.
        (json.dumps(board)[:900], ["failed", "failed"]),
        (json.dumps(board), ["fresh", "fresh"]),
    ]
    for body, states in answers:
        page.route("**/board*", answering(body))
        page.clock.fast_forward(2 * PATIENCE_MS)
        for panel, state in zip((rates, overview), states, strict=True):
            expect(panel).to_have_attribute("data-state", state)
            trouble = panel.locator(".panel__trouble")
            expect(trouble).to_be_visible(visible=state == "failed")
        page.unroute("**/board*")
    expect(page.locator(".figure--households .figure__value .visually-hidden")).to_have_text(
        f"{board['people']['households']:,}"
    )
