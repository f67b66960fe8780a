"""The map page as people use it, on the whole county."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from api.app import create_app
from gis.db.engine import make_engine
from tests.api.server import settings_for

pytestmark = [pytest.mark.xdist_group("minquan"), pytest.mark.timeout(600)]

MAP = ".map"
FILL = "canvas.canvas--fill"
HEAT = "canvas.canvas--heat"

#: Counts of pixels by colour, those that occur most first.
COLOURS = """(canvas) => {
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const data = new Uint32Array(copy.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const pixel of data) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const hex = (p) => p >>> 24 === 255
    ? "#" + [p & 255, (p >> 8) & 255, (p >> 16) & 255]
        .map((c) => c.toString(16).padStart(2, "0")).join("")
    : "translucent";
  const named = {};
  for (const [pixel, count] of counts) if (pixel >>> 24) {
    named[hex(pixel)] = (named[hex(pixel)] ?? 0) + count;
  }
  return named;
}"""

#: Neighbours that share a colour, by the page's own reading of the boundaries.
CLASHES = """async (url) => {
  const { readTopology, GRID_RANK } = await import("gridmap/core/topology.js");
  const { coloursOf } = await import("gridmap/core/look.js");
  const terrain = readTopology(await (await fetch(url)).json());
  const colours = coloursOf(terrain, "colour", null, null, null);
  const pairs = terrain.arcs.filter((arc) => arc.rank <= GRID_RANK && arc.owners.length === 2);
  return {
    grids: terrain.grids.length,
    pairs: pairs.length,
    clashes: pairs.filter(({ owners: [a, b] }) => colours[a] === colours[b]).length,
  };
}"""


@pytest.fixture(scope="session")
def topology(demo: str) -> dict:
    return ask(demo, "/tiles/grids/1.topojson")


@pytest.fixture(scope="session")
def grids(topology: dict) -> list[dict]:
    return [
        grid["properties"] for layer in topology["objects"].values() for grid in layer["geometries"]
    ]


def ask(demo: str, path: str) -> dict:
    return httpx.get(demo + path, trust_env=False, timeout=60).json()


def at(lon: float, lat: float, zoom: float = 16) -> str:
    return f"map={zoom}/{lat:.5f}/{lon:.5f}"


def middle(page: Page) -> tuple[float, float]:
    box = page.locator(MAP).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wait_for(page: Page, attribute: str, value: str | re.Pattern) -> None:
    expect(page.locator(MAP)).to_have_attribute(f"data-{attribute}", value)


def test_every_grid_is_drawn(visit: Callable[..., Page], grids: list[dict]) -> None:
    page = visit()

    wait_for(page, "grids", str(len(grids)))
    assert int(page.locator(MAP).get_attribute("data-labels")) > 100
    shown = page.locator(FILL).evaluate(COLOURS)
    assert sum(shown.values()) > 50_000
    for name in ("示意数据", "第 1 版"):
        expect(page.get_by_text(name).first).to_be_visible()


def test_no_two_neighbours_share_a_colour(visit: Callable[..., Page], grids: list[dict]) -> None:
    page = visit()
    found = page.evaluate(CLASHES, "/tiles/grids/1.topojson")

    assert found["grids"] == len(grids)
    assert found["pairs"] > 2 * found["grids"]
    assert found["clashes"] == 0


@pytest.mark.parametrize("kind", ["rural", "community", "exclusive"])
def test_a_click_opens_the_grid_that_the_server_finds_there(
    visit: Callable[..., Page], demo: str, grids: list[dict], kind: str
) -> None:
    lon, lat = next(grid["label"] for grid in grids if grid["kind"] == kind)
    page = visit(f"/#{at(lon, lat)}")
    page.mouse.click(*middle(page))
    found = ask(demo, f"/api/v1/locate?lon={lon}&lat={lat}&crs=EPSG:4490")
    code = found["responsible"]["code"]
    record = ask(demo, f"/api/v1/grids/{code}")["properties"]

    card = page.locator("#card")
    expect(card.locator(".card__code")).to_have_text(code)
    expect(card.locator(".card__name")).to_have_text(record["name"])
    expect(card).to_contain_text(record["heads"][0]["name"])
    for figure, value in (
        ("households", record["people"]["households"]),
        ("people", record["people"]["residents"]),
        ("party_members", record["people"]["party_members"]),
        ("events", record["events"]["total"]),
        ("closed", record["events"]["closed"]),
    ):
        expect(card.locator(f"[data-figure={figure}]")).to_have_text(f"{value:,}")
    assert f"grid={code}" in page.url

    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


@pytest.mark.parametrize("mode", ["kind", "events", "closing_rate", "households"])
def test_a_mode_changes_the_map_and_its_legend(
    visit: Callable[..., Page], grids: list[dict], mode: str
) -> None:
    page = visit()
    before = page.locator(FILL).evaluate(COLOURS)
    legend = page.locator("#legend-area").text_content()
    page.locator(f"#modes input[value={mode}]").check(force=True)

    expect(page.locator("#legend-area")).not_to_have_text(legend)
    assert page.locator(FILL).evaluate(COLOURS) != before
    counts = page.locator("#legend-area .legend__count").all_text_contents()
    counted = sum(int(re.sub(r"\D", "", count)) for count in counts)
    basic = sum(grid["kind"] != "exclusive" for grid in grids)
    assert counted == (len(grids) if mode == "kind" else basic)
    assert f"mode={mode}" in page.url


def test_the_legend_shows_the_colours_of_the_map(visit: Callable[..., Page]) -> None:
    page = visit("/#mode=events")
    painted = set(page.locator(FILL).evaluate(COLOURS))
    swatches = page.locator("#legend-area .swatch").evaluate_all(
        "(all) => all.map((one) => one.style.getPropertyValue('--swatch'))"
    )

    assert len(swatches) >= 5
    assert set(swatches) <= painted


def test_heat_comes_and_goes_with_a_legend_in_events_per_square_kilometre(
    visit: Callable[..., Page], demo: str
) -> None:
    page = visit()
    total = ask(demo, "/api/v1/divisions/411421/stats")["events"]["total"]
    page.locator("#layer-heat").check(force=True)

    wait_for(page, "heat", str(total))
    expect(page.locator("#legend-heat")).to_contain_text("件/平方公里")
    expect(page.locator("#legend-heat")).to_contain_text(f"{total:,} 件")
    assert len(page.locator(HEAT).evaluate(COLOURS)) >= 1
    painted = sum(page.locator(HEAT).evaluate(COLOURS).values())
    assert painted > 1000

    page.locator("#layer-heat").uncheck(force=True)
    wait_for(page, "heat", "0")
    expect(page.locator(HEAT)).to_be_hidden()
    expect(page.locator("#legend-heat")).to_be_hidden()


def test_period_and_category_filter_the_heat_and_the_figures(
    visit: Callable[..., Page], demo: str
) -> None:
    page = visit("/#heat=1")
    everything = ask(demo, "/api/v1/heat")["total"]
    page.locator("[data-preset=month]").click()
    expect(page.locator("[data-preset=month]")).to_have_attribute("aria-pressed", "true")
    span = re.search(r"from=([\d-]+)&to=([\d-]+)", page.url)
    month = ask(demo, f"/api/v1/heat?from={span[1]}&to={span[2]}")["total"]
    wait_for(page, "heat", str(month))
    assert 0 < month < everything

    page.locator("#time-category").select_option("01")
    disputes = ask(demo, f"/api/v1/heat?from={span[1]}&to={span[2]}&category=01")["total"]
    wait_for(page, "heat", str(disputes))
    expect(page.locator("#time-total")).to_have_text(f"{disputes:,} 件")
    assert 0 < disputes < month


def test_a_period_without_events_says_so(visit: Callable[..., Page], demo: str) -> None:
    counts = ask(demo, "/api/v1/statistics/timeline")
    page = visit("/#heat=1&category=09")
    category = ask(demo, "/api/v1/heat?category=09")["total"]
    wait_for(page, "heat", str(category))
    day = counts["first_day"]
    none = ask(demo, f"/api/v1/heat?from={day}&to={day}&category=09")["total"]
    page.locator("#time-from").fill(day)
    page.locator("#time-to").fill(day)
    page.locator("#time-to").blur()

    wait_for(page, "heat", str(none))
    words = "该时段内没有事件" if none == 0 else f"{none:,} 件"
    expect(page.locator("#time-total")).to_have_text(words)
    expect(page.locator("#legend-heat")).to_contain_text(words)


def test_search_is_led_by_the_keyboard(visit: Callable[..., Page], grids: list[dict]) -> None:
    grid = next(grid for grid in grids if grid["kind"] == "community")
    page = visit()
    page.keyboard.press("/")
    expect(page.locator("#search-input")).to_be_focused()
    page.keyboard.type(grid["code"])
    expect(page.locator("#search-list [role=option]").first).to_contain_text(grid["name"])
    page.keyboard.press("Enter")

    expect(page.locator("#card .card__code")).to_have_text(grid["code"])
    zoom, lat, lon = map(float, re.search(r"map=([\d.]+)/([\d.]+)/([\d.]+)", page.url).groups())
    assert zoom > 13
    assert abs(lon - grid["label"][0]) < 0.03
    assert abs(lat - grid["label"][1]) < 0.03


def test_search_by_village_goes_into_it(visit: Callable[..., Page], topology: dict) -> None:
    deepest = max(division["depth"] for division in topology["divisions"])
    village = next(one for one in topology["divisions"] if one["depth"] == deepest)
    page = visit()
    page.locator("#search-input").fill(village["name"])
    options = page.locator("#search-list [role=option]")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    options.filter(has_text=village["code"]).first.click()

    expect(page.locator("#breadcrumb li")).to_have_count(deepest + 1)
    assert f"scope={village['code']}" in page.url
    page.locator("#search-input").fill("没有这样的名字")
    expect(page.locator("#search-list")).to_contain_text("没有找到")
    page.keyboard.press("Escape")
    expect(page.locator("#search-list")).to_be_hidden()


def test_one_drills_down_to_a_grid_and_comes_back(visit: Callable[..., Page], demo: str) -> None:
    page = visit()
    rows = page.locator("#panel-list .list-row")
    expect(rows).to_have_count(19)
    for depth in (2, 3):
        code = rows.first.get_attribute("data-code")
        rows.first.click()
        expect(page.locator("#breadcrumb li")).to_have_count(depth)
        stats = ask(demo, f"/api/v1/divisions/{code}/stats")
        expect(page.locator(".tile--households .digits")).to_have_text(f"{stats['households']:,}")
        expect(page.locator(".tile--events .digits")).to_have_text(f"{stats['events']['total']:,}")
    rows.first.click()
    expect(page.locator("#card")).to_be_visible()
    page.locator("#breadcrumb button").first.click()
    expect(rows).to_have_count(19)
    expect(page.locator("#card")).to_be_hidden()


def test_the_language_changes_in_place_and_is_remembered(
    watched, visit: Callable[..., Page], demo: str
) -> None:
    page = visit()
    page.evaluate("document.body.dataset.kept = 'yes'")
    page.locator("#language").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("Schematic demo data")).to_be_visible()
    expect(page.locator("#panel-name")).to_have_text("Minquan County")
    assert page.evaluate("document.body.dataset.kept") == "yes"
    assert "lang=en" in page.url
    words = page.evaluate(
        """() => [...document.querySelectorAll('.bar, .side, .time')]
             .flatMap((part) => part.innerText.split('\\n'))"""
    )
    assert [word for word in words if re.search(r"[\u4e00-\u9fff]", word)] == ["中文"]

    page.goto(demo + "/")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_an_address_brings_the_same_view_back(
    visit: Callable[..., Page], grids: list[dict]
) -> None:
    grid = grids[100]
    page = visit(f"/#mode=households&heat=1&labels=0&grid={grid['code']}&category=01")

    expect(page.locator("#card .card__code")).to_have_text(grid["code"])
    assert page.locator("#modes input:checked").get_attribute("value") == "households"
    assert page.locator("#layer-heat").is_checked()
    wait_for(page, "labels", "0")
    expect(page.locator("#time-category")).to_have_value("01")


def test_exclusive_grids_can_be_left_out(
    visit: Callable[..., Page], demo: str, grids: list[dict]
) -> None:
    lon, lat = next(grid["label"] for grid in grids if grid["kind"] == "exclusive")
    page = visit(f"/#exclusive=0&{at(lon, lat)}")
    page.mouse.click(*middle(page))
    found = ask(demo, f"/api/v1/locate?lon={lon}&lat={lat}&crs=EPSG:4490")

    expect(page.locator("#card .card__code")).to_have_text(found["basic"]["code"])
    assert found["basic"]["code"] != found["responsible"]["code"]


def test_on_a_phone_panels_are_sheets(visit: Callable[..., Page], grids: list[dict]) -> None:
    page = visit(f"/#grid={grids[0]['code']}", width=390, height=844, has_touch=True)
    card = page.locator("#card").bounding_box()
    assert card["x"] == 0
    assert card["width"] == 390
    page.locator("#card-close").tap()

    for name in ("figures", "layers", "time"):
        sheet = page.locator(f"[data-sheet-name={name}]")
        expect(sheet).to_be_hidden()
        page.locator(f"[data-sheet-open={name}]").tap()
        expect(sheet).to_be_visible()
        box = sheet.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("[data-sheet-open=time]").tap()
    expect(page.locator("[data-sheet-name=time]")).to_be_hidden()
    wait_for(page, "grids", str(len(grids)))


def test_a_wall_shows_everything_larger(visit: Callable[..., Page], grids: list[dict]) -> None:
    page = visit(width=7680, height=2160)

    wait_for(page, "grids", str(len(grids)))
    assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 32
    # From 6 m a name must be 35 mm high; on a wall of 2 m height that is 38 of 2160 pixels.
    height = page.locator("#panel-name").bounding_box()["height"]
    assert height > 38


def test_a_failing_server_is_told_and_can_be_asked_again(
    watched, visit: Callable[..., Page]
) -> None:
    page = visit()
    page.route("**/api/v1/statistics/grids*", lambda route: route.abort())
    page.locator("[data-preset=week]").click()
    expect(page.locator("#status")).to_be_visible()
    expect(page.locator("#status-detail")).to_contain_text("连接服务器失败")

    page.unroute("**/api/v1/statistics/grids*")
    page.locator("#status-retry").click()
    expect(page.locator("#status")).to_be_hidden()
    # The browser itself reports the request that this test broke.
    watched.faults[:] = [fault for fault in watched.faults if "ERR_FAILED" not in fault]


def test_hostile_names_are_shown_and_do_nothing(watched, clone, small_world, tmp_path) -> None:
    hostile = "<img src=x onerror=\"document.title='run'\">${1+1}"
    url = clone(small_world)
    engine = make_engine(url, statement_timeout_s=30)
    with engine.begin() as connection:
        connection.execute(text("UPDATE division SET name = :name"), {"name": hostile})
        connection.execute(text("UPDATE grid_version SET name = :name"), {"name": hostile})
    engine.dispose()
    settings = settings_for(url, state_dir=tmp_path)
    with watched.hosting(create_app(settings)) as site:
        page = watched.open(site + "/")
        expect(page.locator("#panel-name")).to_have_text(hostile)
        page.mouse.move(*middle(page))
        page.mouse.click(*middle(page))
        expect(page.locator("#card .card__name")).to_have_text(hostile)
        page.locator("#search-input").fill("img")
        expect(page.locator("#search-list [role=option]").first).to_contain_text("<img")
        assert page.title() != "run"
        assert page.locator("img").count() == 0
