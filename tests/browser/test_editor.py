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
NORTH = VILLAGES[0] + "003"
EAST_SOUTH, EAST_MIDDLE = VILLAGES[1] + "001", VILLAGES[1] + "002"

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


def label_of(page: Page, code: str) -> list[float]:
    """Return where the name of a published grid stands."""
    return ask(page, f"/api/v1/grids/{code}")["properties"]["label"]


def codes_of(page: Page) -> list[str]:
    """Return the codes of the basic grids that are published."""
    return [one["id"] for one in ask(page, "/api/v1/grids?limit=100&kind=basic")["features"]]


def choose(page: Page, code: str) -> list[float]:
    """Click a grid; returns where its name stands."""
    label = label_of(page, code)
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


def decide(reviewer: Page, *steps: str) -> None:
    """Take steps on the changeset that is open, each with its question."""
    for step in steps:
        reviewer.locator("#desk").get_by_role("button", name=step).click()
        reviewer.get_by_role("dialog").get_by_role("button", name=step).click()
        state = {"Approve": "Approved", "Publish": "Published"}[step]
        expect(reviewer.locator("#desk [data-state]")).to_have_text(state)


def cut(page: Page, lat: float, code: str) -> None:
    """Click a line from west to east through a grid, with the tool that is in hand."""
    ring = shape(page, code)
    margin = 0.0004
    page.mouse.click(*place(page, min(x for x, _ in ring) - margin, lat))
    page.mouse.click(*place(page, max(x for x, _ in ring) + margin, lat))


def redraw(planner: Page) -> None:
    """Drag a shared corner, split a grid, merge two, hand a part of one over by a line."""
    choose(planner, SOUTH)
    drag(planner, corner(planner), 12, 8)
    expect_changed(planner, 4)
    planner.keyboard.press("Escape")
    split(planner, SOUTH)
    expect_changed(planner, 5)
    planner.keyboard.press("Escape")
    planner.keyboard.press("m")
    for code in (MIDDLE, NORTH):
        planner.mouse.click(*place(planner, *label_of(planner, code)))
    planner.get_by_label("合并后编码").select_option(MIDDLE)
    planner.get_by_role("button", name="完成").click()
    expect(planner.locator("#desk")).to_have_attribute("data-version", "4")
    planner.keyboard.press("t")
    for code in (EAST_MIDDLE, EAST_SOUTH):
        planner.mouse.click(*place(planner, *label_of(planner, code)))
    planner.get_by_role("button", name="改为画线切开").click()
    cut(planner, label_of(planner, EAST_MIDDLE)[1] - 0.002, EAST_MIDDLE)
    planner.keyboard.press("Enter")
    expect(planner.locator("#desk")).to_have_attribute("data-version", "5")
    assert drafted(planner)[EAST_MIDDLE]["properties"]["action"] == "modify"
    planner.get_by_role("tab", name="操作记录").click()
    done = ["划转", "合并", "拆分", "移动顶点"]
    expect(planner.locator(".log-row__name")).to_have_text(done)


def test_the_story_of_a_changeset(site, watched, planner):
    """Drawn, discussed, reviewed, published, seen by all who look on, and rolled back."""
    viewer = open_as(watched, site, "viewer", "/")
    reviewer = open_as(watched, site, "reviewer", "/edit?lang=en")
    for page in (planner, viewer, reviewer):
        # Whoever loads the page anew loses it.
        page.evaluate("document.documentElement.dataset.kept = 'yes'")
        expect(page.locator("html[data-live=live]")).to_be_attached()
    redraw(planner)
    planner.get_by_role("button", name="前后对比").click()
    expect(planner.locator("#curtain")).to_be_visible()
    planner.keyboard.press("b")
    planner.keyboard.press("c")
    planner.mouse.click(*place(planner, *label_of(planner, EAST_SOUTH)))
    planner.get_by_label("评论内容").fill("<i>此处有河</i>")
    planner.get_by_role("dialog").get_by_role("button", name="发表").click()
    expect(planner.locator(".remark__body")).to_have_text("<i>此处有河</i>")
    expect(planner.locator(".pin--remark")).to_have_text("1")
    planner.get_by_role("button", name="修改方案信息").click()
    planner.get_by_label("调整理由").fill("户数偏多，拆分")
    planner.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(planner.locator(".draft-reason")).to_have_text("户数偏多，拆分")
    planner.get_by_role("button", name="提交审核").click()
    planner.get_by_role("dialog").get_by_role("button", name="提交审核").click()
    expect(planner.locator("#desk [data-state]")).to_have_text("待审核")
    expect(planner.locator("[data-tool=split]")).to_be_disabled()

    expect(reviewer.get_by_role("button", name="New changeset")).to_have_count(0)
    expect(reviewer.locator("[data-comments='1']")).to_be_visible()
    reviewer.locator("[data-changeset]").click()
    expect(reviewer.locator("#company")).to_contain_text("P")
    expect(planner.locator("#company")).to_contain_text("R")
    reviewer.get_by_role("tab", name="Remarks").click()
    reviewer.get_by_role("button", name="Settle").click()
    expect(planner.locator("[data-settled=true]")).to_be_attached()
    reviewer.get_by_role("tab", name="Impact").click()
    before = reviewer.locator("[data-sum=area]").inner_text()
    decide(reviewer, "Approve", "Publish")
    expect(reviewer.locator("#toasts")).to_contain_text("Published as generation 2")
    expect(reviewer.locator("#generation")).to_have_text("Boundaries no. 2")
    expect(reviewer.locator("[data-sum=area]")).to_have_text(before)
    expect(planner.locator("#generation")).to_have_text("第 2 版边界")
    expect(planner.locator("#desk [data-state]")).to_have_text("已发布")
    codes = {one["id"] for one in ask(reviewer, "/api/v1/grids?limit=100")["features"]}
    assert {SOUTH, NORTH}.isdisjoint(codes)
    assert MIDDLE in codes
    # Somebody who merely looks at the map has the new grids, their register and their figures.
    expect(viewer.locator(".map")).to_have_attribute("data-generation", "2")
    expect(viewer.locator("#generation")).to_have_text("第 2 版边界")
    (fresh,) = (code for code in codes if code.startswith(VILLAGES[0]) and code[-3:] == "004")
    viewer.mouse.click(*place(viewer, *label_of(viewer, fresh)))
    expect(viewer.locator("#card")).to_contain_text(fresh)
    counts = ask(viewer, f"/api/v1/grids/{fresh}/counts")
    assert counts["events"]["total"] > 0
    told = {"households": counts["people"]["households"], "events": counts["events"]["total"]}
    for name, number in told.items():
        expect(viewer.locator(f"#card [data-figure={name}]")).to_have_text(str(number))

    roll_back(planner)
    reviewer.locator("#back").click()
    reviewer.locator("[data-changeset]", has=reviewer.locator("[data-state=submitted]")).click()
    decide(reviewer, "Approve", "Publish")
    expect(viewer.locator("#generation")).to_have_text("第 3 版边界")
    expect(viewer.locator("#card")).to_be_hidden()
    restored = {one["id"] for one in ask(viewer, "/api/v1/grids?limit=100")["features"]}
    assert {SOUTH, MIDDLE, NORTH} <= restored
    assert fresh not in restored
    schedule(planner, reviewer)
    for page in (planner, viewer, reviewer):
        assert page.locator("html").get_attribute("data-kept") == "yes"


def roll_back(planner: Page) -> None:
    """From the list of generations: what the newest one changed shall be as before."""
    planner.locator("#back").click()
    planner.get_by_role("button", name="版次与回退").click()
    planner.locator("[data-generation='2']").click()
    expect(planner.locator("#curtain-before")).to_have_text("第 1 版边界")
    expect(planner.locator("#difference-counts")).to_have_text("新建 2 · 修改 3 · 撤销 2")
    planner.locator(f"#generation-content [data-grid='{SOUTH}'] [data-deed=history]").click()
    expect(planner.locator("#history")).to_contain_text("去向")
    # As it was drawn, and as it was until that day.
    expect(planner.locator(".moment")).to_have_count(2)
    expect(planner.locator(".moment__what")).to_have_text(["期限改定", "新建"])
    planner.locator("#back").click()
    planner.get_by_role("button", name="撤销本版改动").click()
    planner.get_by_role("dialog").get_by_role("button", name="生成回退方案").click()
    expect(planner.locator("#desk .desk-panel__title")).to_have_text("撤销第 2 版")
    planner.get_by_role("button", name="提交审核").click()
    planner.get_by_role("dialog").get_by_role("button", name="提交审核").click()
    expect(planner.locator("#desk [data-state]")).to_have_text("待审核")


def send(page: Page, path: str, body: Any = None, etag: str | None = None) -> dict[str, Any]:
    """Do something on the server with the session of a page, behind the back of the page."""
    return page.evaluate(
        """async ([path, body, etag]) => {
          const { csrf_token } = await (await fetch("/api/v1/session")).json();
          const headers = { "Content-Type": "application/json", "X-Gridmap-CSRF": csrf_token };
          if (etag) headers["If-Match"] = etag;
          const sent = body === null ? undefined : JSON.stringify(body);
          const answer = await fetch(path, { method: "POST", headers, body: sent });
          if (!answer.ok) throw new Error(await answer.text());
          return answer.json();
        }""",
        [path, body, etag],
    )


def schedule(planner: Page, reviewer: Page) -> None:
    """What takes effect later is not published but scheduled; and taken back."""
    later = {"title": "新年起", "scope": [TOWNSHIPS[0]], "effective_from": "2099-01-01"}
    draft = send(planner, "/api/v1/changesets", later)
    path = f"/api/v1/changesets/{draft['id']}"
    operation = {"op": "set_attributes", "grid": NORTH, "name": "北网格"}
    told = send(planner, f"{path}/ops", operation, draft["etag"])
    send(planner, f"{path}/submit", None, told["etag"])
    reviewer.locator("#back").click()
    reviewer.locator("[data-changeset]", has=reviewer.locator("[data-state=submitted]")).click()
    decide(reviewer, "Approve")
    expect(reviewer.locator("#step-publish")).to_have_count(0)
    reviewer.get_by_role("button", name="Publish on 2099-01-01").click()
    reviewer.get_by_role("dialog").get_by_role("button", name="Publish on 2099-01-01").click()
    expect(reviewer.locator("#scheduled")).to_contain_text("reviewer")
    reviewer.locator("#back").click()
    reviewer.locator("[data-filter=all]").click()
    row = reviewer.locator("[data-changeset]", has_text="Will be published on 2099-01-01")
    expect(row).to_contain_text("新年起")
    row.click()
    reviewer.get_by_role("button", name="Cancel the schedule").click()
    reviewer.get_by_role("dialog").get_by_role("button", name="Cancel the schedule").click()
    expect(reviewer.locator("#scheduled")).to_have_count(0)
    expect(reviewer.locator("#step-schedule")).to_be_visible()


def publish_rival(planner: Page, reviewer: Page) -> None:
    """Another draft splits the grid, too, and is published first."""
    ring = shape(planner, SOUTH)
    lon = label_of(planner, SOUTH)[0]
    ys = [y for _, y in ring]
    line = [[lon, min(ys) - 0.001], [lon, max(ys) + 0.001]]
    rival = send(planner, "/api/v1/changesets", {"title": "先行方案", "scope": [TOWNSHIPS[0]]})
    path = f"/api/v1/changesets/{rival['id']}"
    operation = {"op": "split", "grid": SOUTH, "line": line}
    told = send(planner, f"{path}/ops", operation, rival["etag"])
    told = send(planner, f"{path}/submit", None, told["etag"])
    told = send(reviewer, f"{path}/approve", {}, told["etag"])
    send(reviewer, f"{path}/publish", None, told["etag"])


def test_what_others_published_first_is_met_operation_by_operation(site, watched, planner):
    expect(planner.locator("html[data-live=live]")).to_be_attached()
    before = set(codes_of(planner))
    choose(planner, SOUTH)
    split(planner, SOUTH)
    expect_changed(planner, 2)
    planner.keyboard.press("Escape")
    reviewer = open_as(watched, site, "reviewer")
    publish_rival(planner, reviewer)
    expect(planner.locator("#generation")).to_have_text("第 2 版边界")
    expect(planner.locator("#desk [role=alert]")).to_contain_text("更新并发布")
    planner.get_by_role("button", name="更新到最新边界").click()
    conflict = planner.locator("[data-conflict]")
    expect(conflict).to_have_count(1)
    expect(conflict.locator(".conflict__why")).to_contain_text(SOUTH)
    conflict.get_by_label("在地图上重做").check()
    planner.get_by_role("dialog").get_by_role("button", name="更新方案").click()
    expect(planner.locator("#redo-box")).to_contain_text("拆分")
    expect(planner.locator("[data-tool=split]")).to_have_attribute("aria-pressed", "true")
    expect_changed(planner, 0)
    expect(planner.locator("#desk [role=alert]")).to_have_count(0)
    # The tool is in hand: on the half in the east it is drawn anew.
    planner.get_by_role("button", name="全域").click()
    west, east = sorted(set(codes_of(planner)) - before)
    assert label_of(planner, west)[0] < label_of(planner, east)[0]
    planner.mouse.click(*place(planner, *label_of(planner, east)))
    cut(planner, label_of(planner, east)[1], east)
    planner.keyboard.press("Enter")
    expect_changed(planner, 2)
    expect(planner.locator("#redo-box")).to_have_count(0)
    assert drafted(planner)[east]["properties"]["action"] == "retire"


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
