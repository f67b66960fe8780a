"""A playlist is made by an administrator's hands, and the wall in the hall follows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from api.app import create_app
from gis import accounts
from gis.accounts import Author
from gis.core.access import Role
from gis.db.engine import make_engine
from gis.db.session import gate_session
from tests.api.server import settings_for
from tests.factories import COUNTY, TOWNSHIPS

LOGIN, PASSWORD = "admin", "correct horse battery"
A, B = TOWNSHIPS

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def site(watched, world_url: str, tmp_path) -> Iterator[str]:
    engine = make_engine(world_url, statement_timeout_s=30)
    with gate_session(engine) as session:
        accounts.open_account(
            session,
            Author("command:test"),
            LOGIN,
            "管理员",
            password=PASSWORD,
            role=Role.ADMIN,
            division=COUNTY,
        )
    engine.dispose()
    settings = settings_for(world_url, anonymous="none", state_dir=tmp_path)
    with watched.hosting(create_app(settings)) as site:
        yield site


@pytest.fixture
def desk(watched, site: str) -> Page:
    """The playlists of /admin."""
    page = watched.open(f"{site}/login?next=%2Fadmin%23playlists")
    page.get_by_label("登录名", exact=True).fill(LOGIN)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/admin*")
    page.locator("#tab-playlists").click()
    expect(page.locator("#list")).to_contain_text("还没有轮播清单")
    return page


def rows(page: Page) -> list[str | None]:
    return [row.get_attribute("data-stop") for row in page.locator("[data-stop]").all()]


def button(page: Page, part: str):
    return page.locator(f"[data-part={part}]")


def test_a_wall_follows_the_playlist_that_is_made_for_it(
    watched, desk: Page, site: str, world_engine
) -> None:
    wall = desk.context.new_page()
    wall.goto(f"{site}/screen?rotate=600")
    expect(wall.locator("#live")).to_have_attribute("data-status", "live")
    crumbs, shown = wall.locator(".stage-crumbs__list li"), wall.locator("[data-mode][data-grids]")
    expect(crumbs).to_have_count(1)

    desk.locator("#add").click()
    desk.locator("dialog button[type=submit]").click()
    desk.get_by_role("button", name="添加总览和全部下级").click()
    expect(desk.locator("[data-stop]")).to_have_count(3)
    # The last comes to the front, by keys; the focus goes with it.
    last = desk.locator("[data-stop]").nth(2).locator("select")
    last.select_option("overdue")
    desk.locator("[data-stop]").nth(2).locator("select").focus()
    for _ in range(2):
        desk.keyboard.press("Alt+ArrowUp")
    expect(desk.locator("[data-stop]").first.locator("select")).to_be_focused()
    assert rows(desk) == [B, COUNTY, A]
    # What was taken out by mistake comes back.
    desk.locator("[data-stop]").nth(1).locator("[data-part=take]").click()
    assert rows(desk) == [B, A]
    desk.keyboard.press("Control+z")
    assert rows(desk) == [B, COUNTY, A]
    desk.locator("[data-stop]").nth(1).locator("[data-part=take]").click()
    seconds = desk.locator("[data-stop]").nth(1).locator("input[type=number]")
    seconds.fill("1")
    seconds.press("Enter")
    expect(desk.locator("[data-stop]").nth(1).locator("input[type=number]")).to_have_value("5")
    desk.locator("[data-stop]").first.locator("input[type=checkbox]").check()
    desk.locator("[data-stop]").first.locator("input[type=number]").fill("600")
    desk.locator("[data-stop]").first.locator("input[type=number]").press("Enter")
    button(desk, "save").click()
    expect(desk.locator(".playlist .notice")).to_contain_text("已保存")

    expect(crumbs).to_have_count(2)
    expect(shown).to_have_attribute("data-mode", "overdue")
    expect(shown).not_to_have_attribute("data-heat", "0")
    with world_engine.begin() as owner:
        # Somebody else changes it.
        owner.execute(text("UPDATE playlist SET version = version + 1"))
    desk.locator("[data-stop]").first.locator("input[type=checkbox]").uncheck()
    button(desk, "save").click()
    expect(desk.locator(".playlist .notice--bad")).to_contain_text("已被他人修改")
    watched.faults.remove(
        "console error: Failed to load resource: the server responded with a status of 412"
        " (Precondition Failed)"
    )
    desk.get_by_role("button", name="载入最新").click()
    expect(desk.locator("[data-stop]").first.locator("input[type=checkbox]")).to_be_checked()
    button(desk, "undo").click()
    # Whoever would leave is asked.
    desk.locator("#tab-keys").click()
    desk.locator("dialog").get_by_role("button", name="取消").click()
    button(desk, "save").click()
    expect(desk.locator(".playlist .notice")).to_contain_text("已保存")
    expect(shown).to_have_attribute("data-heat", "0")

    desk.locator("#language").click()
    button(desk, "back").click()
    expect(desk.locator("[data-playlist=default]")).to_contain_text("2 stops")
    expect(desk.get_by_role("link", name="Preview")).to_have_attribute(
        "href", f"/screen?playlist=default%40{COUNTY}"
    )
    desk.locator("[data-playlist=default]").get_by_role("button", name="Remove").click()
    desk.locator("dialog button[type=submit]").click()
    expect(desk.locator("#list")).to_contain_text("No playlist yet")
    expect(shown).to_have_attribute("data-mode", "colour")
    wall.close()
