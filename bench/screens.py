"""The pictures of docs/screens, shot anew (``./run bench screens``).

A real server on the whole demo of a profile, in which a day's schematic events come in first, and a
real browser. What the pictures show is the same each time, but for the clock and the day.
"""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import text

from bench.http import database, say, serving
from bench.screen_browser import ARGUMENTS, PATIENCE_MS
from gis import accounts
from gis.accounts import Author
from gis.cli.demo_live import seed_of
from gis.core.access import Role
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import gate_session
from gis.demo.live import LiveEvents
from gis.grids.locator_files import LocatorFiles
from gis.profiles import Profile, load_profile
from gis.settings import ROOT, Settings

FOLDER = ROOT / "docs" / "screens"
MOST_BYTES = 400_000
COLOURS = (256, 192, 128, 96, 64, 48)
#: Pictures are kept no wider than this.
WIDTH = 1600
HD, WIDE, DOUBLE, PHONE = (1920, 1080), (3840, 1080), (5280, 1080), (390, 844)
TODAY = 60
MODES = ("colour", "kind", "density", "closing_rate", "overdue")
#: So long nothing moves any more.
REST_MS = 2_500
#: The generated events end with a year that is over; here their last day was yesterday.
TO_YESTERDAY = """
UPDATE event SET (occurred_at, reported_at, closed_at, due_at)
     = (occurred_at + gone.by, reported_at + gone.by, closed_at + gone.by, due_at + gone.by)
  FROM (SELECT current_date - max(reported_at)::date - 1 AS days FROM event) AS late,
       LATERAL (SELECT make_interval(days => late.days) AS by) AS gone
"""
LOGIN = "shooting"
PASSWORD = secrets.token_urlsafe(16)


class Camera:
    """Opens pages of a server and keeps pictures of them."""

    def __init__(self, browser: Browser, port: int, folder: Path, only: str | None) -> None:
        self.browser = browser
        self.only = only
        self.site = f"http://127.0.0.1:{port}"
        self.folder = folder

    @contextmanager
    def page(self, path: str, size: tuple[int, int], **more: object) -> Iterator[Page]:
        """Open a page, and let it come to rest."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            **more,  # type: ignore[arg-type]  # of playwright's own
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(self.site + path)
        page.locator("html[data-ready=true]").wait_for(state="attached")
        page.wait_for_timeout(REST_MS)
        try:
            yield page
        finally:
            context.close()

    def keep(self, name: str, shot: bytes | Image.Image) -> None:
        """Write a picture, small enough to be in a repository."""
        picture = shot if isinstance(shot, Image.Image) else Image.open(io.BytesIO(shot))
        picture = picture.convert("RGB")
        if picture.width > WIDTH:
            height = round(picture.height * WIDTH / picture.width)
            picture = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
        for colours in COLOURS:
            held = io.BytesIO()
            # This way to choose colours keeps the rare ones: a red figure, a green dot.
            few = picture.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            few.save(held, "PNG", optimize=True)
            if held.tell() <= MOST_BYTES:
                break
        (self.folder / f"{name}.png").write_bytes(held.getvalue())
        say(f"{name}.png  {held.tell() / 1000:.0f} kB, {colours} colours")

    def shoot(
        self,
        name: str,
        path: str,
        size: tuple[int, int] = HD,
        do: Callable[[Page], object] | None = None,
        **more: object,
    ) -> None:
        """Keep a picture of a page, after something was done there."""
        if self.only not in (None, name):
            return
        with self.page(path, size, **more) as page:
            if do:
                do(page)
                page.wait_for_timeout(REST_MS)
            self.keep(name, page.screenshot())

    def shoot_modes(self, path: str) -> None:
        """Keep one sheet of the map in all its colours, and with heat."""
        if self.only not in (None, "screen_modes"):
            return
        with self.page(path, HD) as page:
            stage, shots = page.locator("#stage"), []
            for key in [*(str(n + 1) for n in range(len(MODES))), "h"]:
                page.keyboard.press(key)
                page.wait_for_timeout(REST_MS)
                shots.append(Image.open(io.BytesIO(stage.screenshot())).convert("RGB"))
        width = WIDTH // 3
        height = round(shots[0].height * width / shots[0].width)
        sheet = Image.new("RGB", (3 * width, 2 * height))
        for n, shot in enumerate(shots):
            small = shot.resize((width, height), Image.Resampling.LANCZOS)
            sheet.paste(small, (n % 3 * width, n // 3 * height))
        self.keep("screen_modes", sheet)


def play(page: Page) -> None:
    """Play the last month, and stop in the middle of it."""
    page.locator(".opener").click()
    page.locator(".playback__ranges button").nth(2).click()
    slider = page.locator(".playback__slider")
    slider.wait_for()
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(12):
        page.keyboard.press("ArrowRight")


def report_urgent(site: str) -> Callable[[Page], object]:
    """Return what reports a fire while a screen looks on."""

    def report(_: Page) -> None:
        place = httpx.get(f"{site}/api/v1/events?limit=1", timeout=60).json()["features"][0]
        lon, lat = place["geometry"]["coordinates"]
        body = {
            "source": "shooting",
            "source_id": "1",
            "title": "柴垛起火（示意）",
            "category_code": "0702",
            "level": 1,
            "position": {"x": lon, "y": lat, "crs": "EPSG:4490"},
        }
        httpx.post(f"{site}/api/v1/events", json=body, timeout=60).raise_for_status()

    return report


def make_playlist(page: Page) -> None:
    """Log in, and make the playlist of the county's hall."""
    page.get_by_label("登录名", exact=True).fill(LOGIN)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.locator("#tab-playlists").click()
    page.locator("#add").click()
    page.locator("dialog button[type=submit]").click()
    page.get_by_role("button", name="添加总览和全部下级").click()
    rows = page.locator("[data-stop]")
    rows.nth(0).locator("input[type=checkbox]").check()
    rows.nth(2).locator("select").select_option("overdue")
    page.locator("[data-part=save]").click()


def shoot_all(camera: Camera, profile: Profile) -> None:
    """Keep every picture that needs a server which answers."""
    site, still = camera.site, "/screen?rotate=0"
    tree = httpx.get(f"{site}/api/v1/divisions/{profile.root.code}/tree?depth=3", timeout=60).json()
    town = max(tree["children"], key=lambda one: len(one["children"]))
    village = town["children"][0]["code"]
    asked = {"division": village, "open": "true", "limit": 1}
    busy = httpx.get(f"{site}/api/v1/events", params=asked, timeout=60).json()["features"][0]
    grid = busy["properties"]["responsible"]
    camera.shoot("screen_county", still)
    camera.shoot("screen_township_en", f"{still}&lang=en&division={town['code']}&mode=closing_rate")
    camera.shoot("screen_village", f"{still}&division={village}")
    camera.shoot("screen_grid", f"{still}&grid={grid}")
    camera.shoot("screen_heat", f"{still}&heat=1")
    camera.shoot_modes(still)
    camera.shoot("screen_playback", still, do=play)
    camera.shoot("screen_wide_heat", f"{still}&heat=1", WIDE)
    camera.shoot("screen_double", still, DOUBLE)
    camera.shoot("screen_phone", still, PHONE, device_scale_factor=2)
    camera.shoot("map_page", "/#mode=density", (1600, 900))
    lon, lat = busy["geometry"]["coordinates"]
    camera.shoot(
        "map_where_am_i",
        "/",
        PHONE,
        lambda page: page.locator("#where-am-i").tap(),
        device_scale_factor=2,
        has_touch=True,
        permissions=["geolocation"],
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 9},
    )
    camera.shoot("admin_playlist", "/login?next=/admin%23playlists", (1280, 800), make_playlist)
    camera.shoot("screen_alert", still, do=report_urgent(site))


def prepare(url: str, folder: Path, profile: Profile) -> None:
    """Let a day's events come in, and let somebody administer."""
    seed = seed_of(url, profile)
    assert seed is not None, "the database holds no schematic data"
    owner = make_engine(url, statement_timeout_s=600)
    with owner.begin() as session:
        session.execute(text(TO_YESTERDAY))
    server = make_engine(api_url(url), statement_timeout_s=60, pool_size=1)
    events = LiveEvents(server, profile, seed, LocatorFiles(folder / "locators"))
    for _ in range(TODAY):
        events.report()
    server.dispose()
    with gate_session(owner) as session:
        accounts.open_account(
            session,
            Author("command:screens"),
            LOGIN,
            "王芳",
            password=PASSWORD,
            role=Role.ADMIN,
            division=profile.root.code,
        )
    owner.dispose()


@click.command()
@click.option("--profile", "name", default="minquan", show_default=True)
@click.option("--url", help="A database with the profile's demo, which is changed; else a new one.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=FOLDER)
@click.option("--only", help="Leave the others as they are: screen_county, for one.")
def main(name: str, url: str | None, folder: Path, only: str | None) -> None:
    """Shoot every state of the pages."""
    profile = load_profile(name, Settings().profiles_dir)
    folder.mkdir(parents=True, exist_ok=True)
    path = os.environ.get("GRIDMAP_CHROMIUM", "/usr/bin/chromium")
    with database(profile, url) as (found_at, state), sync_playwright() as playwright:
        prepare(found_at, state, profile)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        stack = ExitStack()
        with serving(found_at, state) as (port, _):
            camera = Camera(browser, port, folder, only)
            shoot_all(camera, profile)
            outage = stack.enter_context(camera.page("/screen?rotate=0", HD))
        if only in (None, "screen_outage"):
            outage.locator("#live[data-status=lost]").wait_for()
            outage.wait_for_timeout(2 * REST_MS)
            camera.keep("screen_outage", outage.screenshot())
        stack.close()
        browser.close()


if __name__ == "__main__":
    main()
