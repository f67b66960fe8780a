"""Walls of unusual shape: very wide ones have two maps, stretched ones are touched exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from api.app import create_app
from tests import factories
from tests.api.playing import split_in_june
from tests.api.server import settings_for

pytestmark = pytest.mark.timeout(600)

#: What a wall does to the picture that it is sent, across and down.
STRETCH = (1.2, 2)
#: The map goes where it was told to one picture after the click.
WENT = """() => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => setTimeout(done))));
})"""
#: A stretched wall, and the picture that its page is laid out as before it is squeezed.
SENT, LAID = (1600, 720), (1600, 1200)


def test_a_very_wide_wall_plays_the_grids_of_then_on_two_maps(
    watched, world_url: str, world_engine: Engine, tmp_path: Path
) -> None:
    split_in_june(world_engine)
    with watched.hosting(create_app(settings_for(world_url, state_dir=tmp_path))) as site:
        page = watched.open(f"{site}/screen?rotate=0", width=2640, height=540)
        expect(page.locator("body")).to_have_attribute("data-layout", "double")
        grids, heat = page.locator(".stage .map").all()
        expect(grids).to_have_attribute("data-heat", "0")
        expect(heat).not_to_have_attribute("data-heat", "0")
        now = int(grids.get_attribute("data-grids") or 0)
        expect(heat).to_have_attribute("data-grids", str(now))

        page.locator(".opener").click()
        page.locator(".playback__ranges button").last.click()
        slider = page.locator(".playback__slider")
        expect(slider).to_be_visible()
        slider.focus()
        for key, count in (("Home", now - 1), ("End", now), ("Home", now - 1)):
            page.keyboard.press(key)
            for shown in (grids, heat):
                expect(shown).to_have_attribute("data-grids", str(count))
        # The first map has the heat of the picture, so the second has the grids.
        expect(heat).to_have_attribute("data-heat", "0")
        page.keyboard.press("Escape")
        expect(grids).to_have_attribute("data-grids", str(now))

        page.set_viewport_size({"width": 1280, "height": 720})
        expect(page.locator(".stage--twin")).to_have_count(0)
        expect(page.locator("body")).to_have_attribute("data-layout", "hall")


def test_a_stretched_wall_is_touched_where_one_looks(watched, world_url: str, tmp_path) -> None:
    with watched.hosting(create_app(settings_for(world_url, state_dir=tmp_path))) as site:
        place = f"{site}/screen?rotate=0&division={factories.VILLAGES[0]}"
        plain = watched.open(place, width=LAID[0], height=LAID[1])
        x, above, below = border(plain)
        north, south = (grid_at(plain, x, y) for y in (above, below))
        squeezed = SENT[1] / LAID[1]
        across, down = STRETCH
        assert squeezed == pytest.approx(across / down)
        stretched = watched.open(f"{place}&ana={across},{down}", width=SENT[0], height=SENT[1])
        # A pixel to either side of the border.
        for y, grid in ((above - 1, north), (below + 1, south)):
            assert grid_at(stretched, x, y * squeezed) == grid


def grid_at(page: Page, x: float, y: float) -> str | None:
    """Touch a place, return the grid whose card opens, and go back."""
    card = page.locator(".stage-card")
    page.mouse.click(x, y)
    expect(card).to_be_visible()
    grid = card.get_attribute("data-grid")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.evaluate(WENT)
    return grid


def border(page: Page) -> tuple[float, float, float]:
    """Return x, and two y a pixel apart that lie in different grids, one north of the other."""
    box = page.locator(".map").bounding_box()
    assert box
    x = box["x"] + box["width"] / 2
    above, below = (box["y"] + box["height"] * share for share in (0.25, 0.5))
    north = grid_at(page, x, above)
    assert north != grid_at(page, x, below)
    while below - above > 1:
        middle = (above + below) / 2
        if grid_at(page, x, middle) == north:
            above = middle
        else:
            below = middle
    return x, above, below
