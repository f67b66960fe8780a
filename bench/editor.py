"""Frames per second while a shared vertex is dragged on /edit (``./run bench editor``).

A real browser without a graphics card, on a real server with a copy of a profile's demo: as many
grids in view as are asked for, one chosen, one of its vertices dragged to and fro by the mouse,
with the trials (`dry_run`) that the page sends meanwhile. What counts is the times between the
pictures of the screen.
"""

from __future__ import annotations

import os
import secrets
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import text

from api.app import create_app
from gis import accounts
from gis.accounts import Author
from gis.core.access import Role
from gis.db import migrate
from gis.db.engine import make_engine
from gis.db.session import gate_session
from gis.settings import Settings
from tests.api.server import serving

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
#: Another one each time: nobody knows the password of the last one any more.
LOGIN = f"bench-editor-{secrets.token_hex(4)}"
PASSWORD = secrets.token_urlsafe(18)
WANTED_FPS = 50
#: Zooms to try, from near to far, until enough grids are in view.
ZOOMS = [15 - n / 4 for n in range(20)]

#: Set the zoom, and count the grids whose boxes meet the screen.
COUNT = """async (zoom) => {{
  {map}.setZoom(zoom, {{ animate: false }});
  const b = {map}.getBounds();
  const bbox = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].join();
  const answer = await fetch(`/api/v1/grids?limit=2000&geometry=false&bbox=${{bbox}}`);
  return (await answer.json()).numberReturned;
}}"""

#: A basic grid near the middle: where its name stands, and its vertex that is farthest from others.
CHOICE = """async () => {{
  const c = {map}.getCenter();
  const d = 0.02;
  const bbox = [c.lng - d, c.lat - d, c.lng + d, c.lat + d].join();
  const answer = await fetch(`/api/v1/grids?limit=50&kind=basic&bbox=${{bbox}}`);
  const {{ features: [one] }} = await answer.json();
  const box = {map}.getContainer().getBoundingClientRect();
  const place = ([lon, lat]) => {{
    const at = {map}.latLngToContainerPoint([lat, lon]);
    return [at.x + box.left, at.y + box.top];
  }};
  const ring = one.geometry.coordinates.flat(Infinity);
  return {{
    code: one.id, inside: place(one.properties.label), vertex: place([ring[0], ring[1]]),
  }};
}}"""

#: Keep the times between pictures, ms.
WATCH = """() => {
  window.gaps = [];
  let last = performance.now();
  const own = window.gaps;
  const tick = (now) => {
    own.push(now - last);
    last = now;
    if (own === window.gaps) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""


@dataclass(frozen=True)
class Drag:
    """One run: grids in view, and the times between pictures with and without a drag, ms."""

    grids: int
    gaps: list[float]
    idle: list[float]


def rate(gaps: list[float]) -> float:
    """Return pictures per second."""
    return 1000 * len(gaps) / sum(gaps)


def watch(page: Page, x: float, y: float, seconds: float) -> list[float]:
    """Move the mouse about a place, and return the times between pictures."""
    page.evaluate(WATCH)
    moves, spent = 0, 0.0
    while spent < seconds * 1000:
        for _ in range(10):
            moves += 1
            page.mouse.move(x + moves % 9, y + moves % 7)
        spent = page.evaluate("window.gaps.reduce((sum, gap) => sum + gap, 0)")
    return page.evaluate("window.gaps")[2:]


def drag(page: Page, grids: int, seconds: float) -> Drag:
    """Drag a vertex with so many grids in view."""
    name = page.locator(".map").get_attribute("id")
    count = COUNT.format(map=name)
    in_view = next((n for zoom in ZOOMS if (n := page.evaluate(count, zoom)) >= grids), 0)
    page.wait_for_load_state("networkidle")
    choice = page.evaluate(CHOICE.format(map=name))
    page.mouse.click(*choice["inside"])
    page.locator(f"#grid-card[data-grid='{choice['code']}']").wait_for()
    x, y = choice["vertex"]
    # The same moves over the bar, where nothing is to be painted: what the machine can do.
    idle = watch(page, 900, 20, seconds)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 6)
    gaps = watch(page, x, y, seconds)
    page.keyboard.press("Escape")
    page.mouse.up()
    return Drag(in_view, gaps, idle)


def enter(page: Page, base: str) -> None:
    """Log in and begin a draft."""
    page.goto(f"{base}/login?next=/edit")
    page.locator("#login-name").fill(LOGIN)
    page.locator("#login-password").fill(PASSWORD)
    page.locator("#login-submit").click()
    page.locator("#new-draft").click()
    page.locator("#draft-title").fill("bench")
    for box in page.locator("#draft-scope input").all():
        box.check()
    page.locator("#dialog button[type=submit]").click()
    page.locator("#back").wait_for()


def give_account(url: str) -> None:
    """Let somebody draft anywhere."""
    migrate.upgrade(url)
    engine = make_engine(url, statement_timeout_s=60)
    with gate_session(engine) as session:
        root = session.scalar(text("SELECT code FROM division WHERE parent_code IS NULL"))
        author = Author("command:bench")
        accounts.open_account(
            session, author, LOGIN, LOGIN, password=PASSWORD, role=Role.PLANNER, division=root
        )
    engine.dispose()


@click.command()
@click.option("--url", required=True, help="A copy of a demo: it is written to.")
@click.option("--grids", default=400, show_default=True)
@click.option("--seconds", default=5.0, show_default=True)
def main(url: str, grids: int, seconds: float) -> None:
    """Measure and print; exit 1 when the target is missed."""
    give_account(url)
    path = os.environ.get("GRIDMAP_CHROMIUM", "/usr/bin/chromium")
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        settings = Settings(
            DATABASE_URL=url, state_dir=Path(state), anonymous="none", rate_per_minute=0
        )
        with serving(create_app(settings)) as client:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            enter(page, str(client.base_url))
            found = drag(page, grids, seconds)
            browser.close()
    print(f"grids in view: {found.grids}; load {os.getloadavg()[0]:.1f}")
    for name, gaps in (("mouse over the bar", found.idle), ("vertex dragged", found.gaps)):
        ordered = sorted(gaps)
        late = ordered[int(0.95 * len(ordered))]
        print(
            f"{name}: {rate(gaps):.1f} pictures/s; between two: median"
            f" {statistics.median(ordered):.1f} ms, 95 % {late:.1f} ms, worst {ordered[-1]:.1f} ms"
        )
    print(f"wanted while dragging: {WANTED_FPS}")
    if rate(found.gaps) < WANTED_FPS:
        sys.exit(1)


if __name__ == "__main__":
    main()
