"""The pages /login and /admin as people use them, on the small county."""

from __future__ import annotations

import re
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

OPERATOR = Author("command:test")
PASSWORD, WRONG = "correct horse battery", "wrong password"
EVIL = "<img src=x onerror=alert(1)>"
#: Browsers write every refusal of the server on their console.
REFUSED = "console error: Failed to load resource: the server responded with a status of {}"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def site(watched, world_url: str, tmp_path) -> Iterator[str]:
    """Address of a server with an administrator and a planner; cookies as in real operation."""
    engine = make_engine(world_url, statement_timeout_s=30)
    with gate_session(engine) as session:
        for login, name, role, division in (
            ("admin", "管理员", Role.ADMIN, COUNTY),
            ("planner", EVIL, Role.PLANNER, TOWNSHIPS[0]),
        ):
            accounts.open_account(
                session, OPERATOR, login, name, password=PASSWORD, role=role, division=division
            )
    engine.dispose()
    settings = settings_for(world_url, anonymous="none", state_dir=tmp_path)
    with watched.hosting(create_app(settings)) as site:
        yield site


def log_in(page: Page, login: str = "admin", password: str = PASSWORD) -> None:
    page.get_by_label("登录名", exact=True).fill(login)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


@pytest.fixture
def admin(watched, site: str) -> Page:
    """The page /admin, reached by logging in."""
    page = watched.open(site + "/admin")
    assert "/login?next=%2Fadmin" in page.url
    log_in(page)
    page.wait_for_url("**/admin")
    expect(page.locator("[data-login=planner]")).to_be_visible()
    return page


def test_one_logs_in_by_the_keyboard_and_comes_to_where_one_wanted(watched, site):
    page = watched.open(site + "/admin")
    expect(page.get_by_label("登录名", exact=True)).to_be_focused()
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(site + "/admin")
    (cookie,) = page.context.cookies()
    assert cookie["name"] == "__Host-gridmap_session"
    assert cookie["httpOnly"]
    assert cookie["secure"]
    assert cookie["sameSite"] == "Lax"


def test_a_wrong_password_is_told_and_then_a_lock_with_its_time(watched, site):
    page = watched.open(site + "/login")
    for _ in range(4):
        log_in(page, password=WRONG)
        expect(page.get_by_role("alert")).to_have_text("登录名或密码不正确。")
        expect(page.get_by_role("button", name="登录", exact=True)).to_be_enabled()
    expect(page.get_by_label("密码", exact=True)).to_be_focused()
    expect(page.get_by_label("密码", exact=True)).to_have_value("")
    log_in(page, password=WRONG)
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"已锁定，\d+ 秒后可重试"))
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"locked. Try again in \d+ s"))
    expect(page).to_have_title(re.compile("^Log in"))
    assert watched.faults == [
        *[REFUSED.format("401 (Unauthorized)")] * 4,
        REFUSED.format("429 (Too Many Requests)"),
    ]
    watched.faults.clear()


def test_the_password_can_be_looked_at(watched, site):
    page = watched.open(site + "/login?lang=en")
    page.get_by_label("Password", exact=True).fill("x")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#login-password")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide").click()
    expect(page.locator("#login-password")).to_have_attribute("type", "password")


def test_an_account_is_made_and_its_password_shown_once(watched, site, admin):
    admin.get_by_role("button", name="新建账号").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("姓名或岗位").fill("李四")
    dialog.get_by_label("登录名").fill("li")
    dialog.get_by_label("角色").select_option("dispatcher")
    dialog.get_by_label("下级行政区划").select_option(TOWNSHIPS[1])
    expect(dialog.get_by_label("下级行政区划")).to_have_count(2)
    dialog.get_by_role("button", name="新建账号").click()
    expect(dialog.get_by_role("heading")).to_have_text("账号 li 已建立")
    password = dialog.locator("#secret").inner_text()
    dialog.get_by_role("button", name="完成").click()
    row = admin.locator("[data-login=li]")
    expect(row).to_contain_text("调度 · 测试西镇")
    assert password not in admin.content()
    page = watched.open(site + "/login?next=/admin")
    log_in(page, "li", password)
    expect(page.get_by_role("alert")).to_contain_text("没有管理权限")
    watched.faults.remove(REFUSED.format("403 (Forbidden)"))


def test_a_login_that_is_taken_is_told_in_the_dialog(watched, admin):
    admin.get_by_role("button", name="新建账号").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("姓名或岗位").fill("x")
    dialog.get_by_label("登录名").fill("planner")
    dialog.get_by_role("button", name="新建账号").click()
    expect(dialog.get_by_role("alert")).to_contain_text("已被使用")
    admin.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    watched.faults.remove(REFUSED.format("409 (Conflict)"))


def test_what_people_are_called_is_text(admin):
    row = admin.locator("[data-login=planner]")
    expect(row.locator(".list__name")).to_have_text(EVIL)
    expect(row.locator("img")).to_have_count(0)


def test_grants_are_given_and_taken(admin):
    row = admin.locator("[data-login=planner]")
    row.get_by_role("button", name="授权", exact=True).click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("角色").select_option("auditor")
    dialog.get_by_role("button", name="授权").click()
    expect(row).to_contain_text("审计 · 测试县")
    row.get_by_role("button", name="撤销 审计（测试县）").click()
    dialog.get_by_role("button", name="取消").click()
    expect(row).to_contain_text("审计 · 测试县")
    row.get_by_role("button", name="撤销 审计（测试县）").click()
    dialog.get_by_role("button", name="撤销").click()
    expect(row).not_to_contain_text("审计 · 测试县")


def test_an_account_is_disabled_and_enabled_but_never_ones_own(admin):
    row = admin.locator("[data-login=planner]")
    row.get_by_role("button", name="停用").click()
    admin.get_by_role("dialog").get_by_role("button", name="停用").click()
    expect(row).to_contain_text("已停用")
    row.get_by_role("button", name="启用").click()
    expect(row).to_contain_text("正常")
    expect(admin.locator("[data-login=admin]").get_by_role("button")).to_have_count(0)


def test_keys_are_made_copied_and_revoked_by_keyboard(admin):
    admin.context.grant_permissions(["clipboard-read", "clipboard-write"])
    admin.get_by_role("tab", name="账号").focus()
    admin.keyboard.press("ArrowRight")
    expect(admin.get_by_role("tab", name="接口密钥")).to_have_attribute("aria-selected", "true")
    expect(admin.get_by_role("tabpanel")).to_contain_text("还没有接口密钥")
    admin.get_by_role("button", name="新建密钥").click()
    dialog = admin.get_by_role("dialog")
    admin.keyboard.type("12345热线")
    expect(dialog.get_by_label("下级行政区划")).to_be_visible()
    admin.keyboard.press("Enter")
    expect(dialog.locator("#secret")).to_have_text(re.compile(r"^gm_[\w-]{43}$"))
    key = dialog.locator("#secret").inner_text()
    dialog.get_by_role("button", name="复制").click()
    expect(dialog.get_by_role("button", name="已复制")).to_be_visible()
    assert admin.evaluate("navigator.clipboard.readText()") == key
    admin.keyboard.press("Escape")
    expect(admin.get_by_role("row", name="12345热线")).to_contain_text("系统对接 · 测试县")
    admin.get_by_role("button", name="撤销", exact=True).click()
    dialog.get_by_role("button", name="撤销").click()
    expect(admin.get_by_role("row", name="12345热线")).to_contain_text("已撤销")


def test_a_wall_screen_opens_its_link_and_sees_the_map(watched, site, admin):
    admin.get_by_role("tab", name="大屏链接").click()
    admin.get_by_role("button", name="新建大屏链接").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("名称").fill("大厅")
    dialog.get_by_role("button", name="新建大屏链接").click()
    link = dialog.locator("#secret").inner_text()
    assert link.startswith(site + "/kiosk/gm_k")
    screen = watched.open(link)
    assert screen.url.rstrip("/").startswith(site)
    expect(screen.locator(".map")).to_be_visible()


def test_the_list_is_filtered_and_says_when_nothing_fits(admin):
    admin.get_by_role("searchbox").fill("东镇")
    expect(admin.locator("tbody tr")).to_have_count(1)
    admin.get_by_role("searchbox").fill("没有这样的人")
    expect(admin.get_by_role("tabpanel")).to_have_text("没有符合“没有这样的人”的条目")


def test_logging_out_leads_to_the_log_in(admin, site):
    admin.get_by_role("button", name="退出登录").click()
    admin.wait_for_url("**/login")
    admin.goto(site + "/admin")
    assert "/login" in admin.url


def test_a_session_that_has_ended_leads_to_the_log_in(watched, admin, world_engine):
    with world_engine.begin() as connection:
        connection.execute(text("DELETE FROM login_session"))
    admin.get_by_role("tab", name="接口密钥").click()
    admin.wait_for_url("**/login?next=%2Fadmin")
    watched.faults.remove(REFUSED.format("401 (Unauthorized)"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_wider_than_a_phone(watched, site, lang):
    page = watched.open(site + f"/login?next=/admin&lang={lang}", width=360, height=740)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    page.evaluate(f"localStorage.setItem('gridmap.lang', '{lang}')")
    page.locator("#login-name").fill("admin")
    page.locator("#login-password").fill(PASSWORD)
    page.locator("#login-submit").click()
    page.wait_for_url("**/admin")
    expect(page.locator("[data-login=planner]")).to_be_visible()
    assert page.evaluate(wide) == 0
