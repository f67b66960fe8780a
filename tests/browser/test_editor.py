"""The page /edit as planners and reviewers use it, on the small county.

`site` stands before `watched` everywhere: pages are closed before their server goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from gis import accounts
from gis.accounts import Author
from gis.core.access import Role
from gis.db.engine import make_engine
from gis.db.session import gate_session
from tests.api.server import settings_for
from tests.factories import COUNTY, TOWNSHIPS, VILLAGES

OPERATOR = Author("command:test")
PASSWORD = " ".join(("correct", "horse", "battery"))
REFUSED = "console error: Failed to load resource: the server responded with a status of {}"
SOUTH, MIDDLE = VILLAGES[0] + "001", VILLAGES[0] + "002"
EAST_SOUTH = VILLAGES[1] + "001"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def site(watched, world_url: str, tmp_path) -> Iterator[str]:
    """Address of a server with a planner of one township, a reviewer, and somebody who looks on."""
    engine = make_engine(world_url, statement_timeout_s=30)
    with gate_session(engine) as session:
        for login, role, division in (
            ("planner", Role.PLANNER, TOWNSHIPS[0]),
            ("reviewer", Role.REVIEWER, COUNTY),
            ("viewer", Role.VIEWER, COUNTY),
        ):
            accounts.open_account(
                session, OPERATOR, login, login, password=PASSWORD, role=role, division=division
            )
    engine.dispose()
    settings = settings_for(world_url, anonymous="none", state_dir=tmp_path)
    with watched.hosting(create_app(settings)) as site:
        yield site


def open_as(watched, site: str, login: str, path: str = "/edit", **screen: Any) -> Page:
    """Open a page as somebody, in a browser of their own."""
    page = watched.open(site + path, **screen)
    page.locator("#login-name").fill(login)
    page.locator("#login-password").fill(PASSWORD)
    page.locator("#login-submit").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.locator("html[data-ready=true]").wait_for(state="attached")
    return page


@pytest.fixture
def planner(site: str, watched) -> Page:
    """A planner with a new draft open."""
    page = open_as(watched, site, "planner")
    page.get_by_role("button", name="新建方案").click()
    page.get_by_label("方案名称").fill("王家庄村网格优化")
    page.get_by_label("调整理由").fill("户数偏多")
    expect(page.get_by_label("测试东镇")).to_be_checked()
    page.get_by_role("dialog").get_by_role("button", name="新建").click()
    expect(page.locator("#desk [data-state]")).to_have_text("草稿")
    return page


def place(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Return where on the screen a place lies."""
    # Folium's name of the map, which is no property of the window.
    name = page.locator(".map").get_attribute("id")
    x, y = page.evaluate(
        f"""([lon, lat]) => {{
          const at = {name}.latLngToContainerPoint([lat, lon]);
          const box = {name}.getContainer().getBoundingClientRect();
          return [at.x + box.left, at.y + box.top];
        }}""",
        [lon, lat],
    )
    return x, y


def ask(page: Page, path: str) -> dict[str, Any]:
    """Ask the server something with the session of a page."""
    return page.evaluate("(path) => fetch(path).then((answer) => answer.json())", path)


def shape(page: Page, code: str) -> list[list[float]]:
    """Return the outer ring of a published grid."""
    coordinates = ask(page, f"/api/v1/grids/{code}")["geometry"]["coordinates"]
    return coordinates[0][0] if isinstance(coordinates[0][0][0], list) else coordinates[0]


def drafted(page: Page) -> dict[str, dict[str, Any]]:
    """Return what the draft that is open makes of grids, by their codes."""
    (number,) = re.findall(r"#draft=(\d+)", page.url)
    features = ask(page, f"/api/v1/changesets/{number}/grids")["features"]
    return {one["id"]: one for one in features}


def choose(page: Page, code: str) -> tuple[float, float]:
    """Click a grid; returns where its name stands."""
    label = ask(page, f"/api/v1/grids/{code}")["properties"]["label"]
    page.mouse.click(*place(page, *label))
    expect(page.locator("#grid-card")).to_have_attribute("data-grid", code)
    return label


def drag(page: Page, vertex: list[float], dx: float, dy: float) -> None:
    x, y = place(page, *vertex)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(x + dx * step / 5, y + dy * step / 5)
    page.mouse.up()


def expect_changed(page: Page, grids: int) -> None:
    """Wait until so many grids are painted as changed."""
    expect(page.locator(".map")).to_have_attribute("data-changed", str(grids))


def corner(page: Page) -> list[float]:
    """Return a vertex in which three grids or more meet."""
    rings = [{tuple(v) for v in shape(page, code)} for code in (SOUTH, MIDDLE, EAST_SOUTH)]
    (vertex,) = set.intersection(*rings)
    return list(vertex)


def split(page: Page, code: str) -> None:
    """Cut a grid from west to east with a drawn line."""
    _, lat = choose(page, code)
    ring = shape(page, code)
    margin = 0.001
    page.keyboard.press("s")
    page.mouse.click(*place(page, min(x for x, _ in ring) - margin, lat))
    page.mouse.click(*place(page, max(x for x, _ in ring) + margin, lat))
    page.keyboard.press("Enter")


def test_a_dragged_corner_moves_on_all_sides_and_is_undone_and_redone(planner):
    vertex = corner(planner)
    choose(planner, SOUTH)
    drag(planner, vertex, 30, 18)
    expect_changed(planner, 4)
    changed = {code: one for code, one in drafted(planner).items() if one["geometry"]}
    assert len(changed) == 4
    rings = [{tuple(v) for v in one["geometry"]["coordinates"][0][0]} for one in changed.values()]
    moved = set.intersection(*rings)
    assert len(moved) == 1
    assert tuple(vertex) not in moved
    expect(planner.locator("[data-sum=area]")).not_to_have_text("0 m²")
    planner.keyboard.press("Control+z")
    expect_changed(planner, 0)
    planner.keyboard.press("Control+y")
    expect_changed(planner, 4)
    # What the server keeps outlives the browser's page.
    planner.reload()
    planner.locator("html[data-ready=true]").wait_for(state="attached")
    expect_changed(planner, 4)


def test_a_vertex_is_inserted_by_its_middle_and_deleted_by_the_keyboard(planner):
    choose(planner, SOUTH)
    other = {tuple(vertex) for vertex in shape(planner, MIDDLE)}
    first, second, *_ = sorted(v for v in shape(planner, SOUTH) if tuple(v) in other)
    middle = [(first[n] + second[n]) / 2 for n in (0, 1)]
    handles = int(planner.locator(".map").get_attribute("data-handles") or 0)
    drag(planner, middle, 0, 14)
    expect_changed(planner, 2)
    expect(planner.locator(".map")).to_have_attribute("data-handles", str(handles + 2))
    expect(planner.locator("#vertex-remove")).to_be_visible()
    planner.keyboard.press("Delete")
    expect(planner.locator(".map")).to_have_attribute("data-handles", str(handles))


def test_from_a_draft_to_the_new_boundaries(site, watched, planner):
    choose(planner, SOUTH)
    split(planner, SOUTH)
    expect_changed(planner, 2)
    expect(planner.locator("[data-verdict]")).to_have_count(3)
    planner.keyboard.press("Escape")
    planner.keyboard.press("m")
    for code in (MIDDLE, VILLAGES[0] + "003"):
        label = ask(planner, f"/api/v1/grids/{code}")["properties"]["label"]
        planner.mouse.click(*place(planner, *label))
    planner.get_by_label("合并后编码").select_option(MIDDLE)
    planner.get_by_role("button", name="完成").click()
    expect_changed(planner, 3)
    planner.get_by_role("tab", name="操作记录").click()
    expect(planner.locator(".log-row__name")).to_have_text(["合并", "拆分"])
    planner.get_by_role("button", name="前后对比").click()
    expect(planner.locator("#curtain")).to_be_visible()
    planner.keyboard.press("b")
    planner.get_by_role("button", name="提交审核").click()
    planner.get_by_role("dialog").get_by_role("button", name="提交审核").click()
    expect(planner.locator("#desk [data-state]")).to_have_text("待审核")
    expect(planner.locator("[data-tool=split]")).to_be_disabled()

    reviewer = open_as(watched, site, "reviewer", "/edit?lang=en")
    expect(reviewer.get_by_role("button", name="New changeset")).to_have_count(0)
    reviewer.locator("[data-changeset]").click()
    expect_changed(reviewer, 3)
    for step, state in (("Approve", "Approved"), ("Publish", "Published")):
        reviewer.locator("#desk").get_by_role("button", name=step).click()
        reviewer.get_by_role("dialog").get_by_role("button", name=step).click()
        expect(reviewer.locator("#desk [data-state]")).to_have_text(state)
    expect(reviewer.locator("#toasts")).to_contain_text("Published as generation 2")
    expect(reviewer.locator("#generation")).to_have_text("Boundaries no. 2")
    codes = {one["id"] for one in ask(reviewer, "/api/v1/grids?limit=100")["features"]}
    assert {SOUTH, VILLAGES[0] + "003"}.isdisjoint(codes)
    assert MIDDLE in codes
    expect(reviewer.locator("#desk [role=alert]")).to_have_count(0)


def test_a_refusal_tells_the_place_and_leaves_the_draft_alone(site, watched, planner):
    choose(planner, SOUTH)
    ring = shape(planner, SOUTH)
    planner.keyboard.press("s")
    x, y = place(planner, *ask(planner, f"/api/v1/grids/{SOUTH}")["properties"]["label"])
    # Begins and ends inside: it cuts nothing.
    planner.mouse.click(x - 20, y)
    planner.mouse.click(x + 20, y)
    planner.keyboard.press("Enter")
    fault = planner.locator("[data-fault]").first
    expect(fault).to_have_attribute("data-fault", "CUT_MISSES")
    expect(planner.get_by_role("tab", name="校验")).to_have_attribute("aria-selected", "true")
    expect_changed(planner, 0)
    fix = fault.get_by_role("button", name="一键处理")
    fix.click()
    expect_changed(planner, 2)
    assert SOUTH in drafted(planner)
    assert len(ring) > 3
    watched.faults.remove(REFUSED.format("422 (Unprocessable Entity)"))


def test_an_exclusive_grid_is_drawn_named_and_given_attributes(planner):
    x, y = place(planner, *ask(planner, f"/api/v1/grids/{SOUTH}")["properties"]["label"])
    planner.keyboard.press("d")
    for dx, dy in ((-12, -12), (12, -12), (12, 12), (-12, 12), (-12, -12)):
        planner.mouse.click(x + dx, y + dy)
    planner.get_by_label("名称").fill("<b>小学</b>")
    planner.get_by_role("dialog").get_by_role("button", name="新建").click()
    expect(planner.locator(".grid-card__name")).to_have_text("<b>小学</b>")
    planner.get_by_role("button", name="修改属性").click()
    planner.get_by_label("名称").fill("实验小学")
    planner.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(planner.locator(".grid-card__name")).to_have_text("实验小学")
    (made,) = (one for one in drafted(planner).values() if one["properties"]["kind"] == "exclusive")
    assert made["properties"]["name"] == "实验小学"


def test_who_has_nothing_to_edit_is_not_let_in(site, watched):
    viewer = open_as(watched, site, "viewer", "/edit")
    assert urlsplit(viewer.url).path == "/"
    expect(viewer.locator("#edit")).to_be_hidden()
    planner = open_as(watched, site, "planner", "/")
    planner.get_by_role("link", name="边界调整").click()
    planner.wait_for_url("**/edit")
    planner.locator("html[data-ready=true]").wait_for(state="attached")
    planner.get_by_role("button", name="English").click()
    expect(planner.get_by_role("heading", name="Changesets")).to_be_visible()
    expect(planner).to_have_title(re.compile("^Boundary editor"))


def test_on_a_phone_the_panel_is_a_sheet(site, watched):
    page = open_as(watched, site, "planner", width=390, height=844)
    expect(page.locator("#desk")).to_be_hidden()
    page.get_by_role("button", name="方案", exact=True).click()
    expect(page.get_by_role("button", name="新建方案")).to_be_visible()
