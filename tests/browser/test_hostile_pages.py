"""Hostile names in every place that pages show: text, and nothing but text; the policy is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from api.app import create_app
from gis.db.engine import make_engine
from tests.api import hostile
from tests.api.might import HEADERS, give_might
from tests.api.server import serving, settings_for

pytestmark = pytest.mark.timeout(600)

NAMES = [*hostile.SCRIPTS, *hostile.DIRECTIONS, *hostile.FORMULAS[:3], *hostile.SQL[:2]]
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
for (const name of ["alert", "confirm", "prompt"]) {
  const own = window[name];
  window[name] = (...given) => { window.struck = name; return own(...given); };
}
"""
#: Whether an element keeps the direction of its text to itself.
KEEPS_DIRECTION = """(element) => {
  const style = getComputedStyle(element);
  return style.display !== "inline" || /isolate|plaintext/.test(style.unicodeBidi);
}"""


@pytest.fixture(scope="module")
def strange(cluster, small_world: str, tmp_path_factory) -> Iterator[tuple[str, dict[str, str]]]:
    """A server on a county of hostile names: its address, and the name of each grid."""
    cluster.create_database("gridmap_test_strange", template=small_world)
    url = cluster.url("gridmap_test_strange")
    engine = make_engine(url, statement_timeout_s=30)
    give_might(engine)
    with engine.begin() as owner:
        codes = owner.scalars(text("SELECT code FROM grid_version ORDER BY code")).all()
        named = {code: NAMES[number % len(NAMES)] for number, code in enumerate(codes)}
        for code, name in named.items():
            owner.execute(
                text("UPDATE grid_version SET name = :name WHERE code = :code"),
                {"code": code, "name": name},
            )
        for number, code in enumerate(owner.scalars(text("SELECT code FROM division")).all()):
            owner.execute(
                text("UPDATE division SET name = :name WHERE code = :code"),
                {"code": code, "name": NAMES[-1 - number] + str(number)},
            )
        for table, column in (("staff", "name"), ("event", "title"), ("asset", "name")):
            owner.execute(
                text(f"UPDATE {table} SET {column} = :name"), {"name": hostile.SCRIPTS[1]}
            )
    engine.dispose()
    settings = settings_for(url, state_dir=tmp_path_factory.mktemp("state"))
    with serving(create_app(settings)) as client:
        yield str(client.base_url).rstrip("/"), named


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that may do everything; in the end nothing may have run, and no policy was broken."""
    context = browser.new_context(
        locale="zh-CN", extra_http_headers=HEADERS, reduced_motion="reduce"
    )
    context.add_init_script(WATCH)
    page, faults = context.new_page(), []
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: (
            faults.append(f"{said.text} {said.location['url']}")
            if said.type in ("error", "warning")
            else None
        ),
    )
    yield page
    faults += page.evaluate("window.violations")
    assert page.evaluate("window.struck") is None
    context.close()
    assert faults == []


@pytest.mark.parametrize("path", ["/", "/?lang=en", "/admin", "/docs"])
def test_no_page_breaks_its_policy(page, strange, path):
    url, _ = strange
    answer = page.goto(url + path, wait_until="networkidle")

    assert answer.status == 200
    assert answer.url == url + path
    assert page.evaluate("document.querySelectorAll('[onerror],[onload]').length") == 0
    assert page.locator("body").inner_text() != ""


def test_the_page_to_log_in_keeps_its_policy(browser, strange):
    url, _ = strange
    context = browser.new_context(locale="zh-CN")
    context.add_init_script(WATCH)
    page = context.new_page()
    for after in ("/admin", "//evil.example", "javascript:alert(1)", '/"><script>window.struck=1'):
        page.goto(f"{url}/login?next={after}", wait_until="networkidle")
        assert page.evaluate("window.violations") == []
        assert page.evaluate("window.struck") is None
    context.close()


def test_every_hostile_name_stands_on_its_card_as_text(page, strange):
    url, named = strange
    page.goto(url + "/")
    page.locator("html[data-ready=true]").wait_for(state="attached")
    for code, name in named.items():
        page.locator("#search-input").fill(code)
        option = page.locator("#search-list [role=option]").first
        expect(option.locator(".search__code")).to_have_text(code)
        shown = option.locator(".search__name")
        assert shown.text_content() == name
        assert shown.evaluate(KEEPS_DIRECTION)
        assert option.locator(".search__place").evaluate(KEEPS_DIRECTION)
        option.click()
        card = page.locator("#card")
        expect(card.locator(".card__code")).to_have_text(code)
        assert card.locator(".card__name").text_content() == name
        assert card.locator(".card__name").evaluate(KEEPS_DIRECTION)
        expect(card.locator(".card__fields")).to_contain_text(hostile.SCRIPTS[1])
        page.locator("#card-close").click()
    assert page.evaluate("document.querySelectorAll('img[src=x], a[href^=javascript]').length") == 0


def test_an_injected_script_would_be_stopped(browser, strange):
    """What the tests above rely on: the policy stops, and the watch sees, what should never be."""
    url, _ = strange
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(url + "/")
    with page.expect_event("console", lambda said: "Content Security Policy" in said.text):
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend',"
            " '<img src=data:, onerror=\"window.struck=1\">')"
        )
    assert page.evaluate("window.struck") is None
    assert any("script-src" in said for said in page.evaluate("window.violations"))
    context.close()
