"""The playback on the map page, across a change of boundaries: one walk."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from api.app import create_app
from tests.api.playing import split_in_june
from tests.api.server import settings_for

MAP, SLIDER = ".map", ".playback__slider"


def events_shown(page: Page) -> str:
    return page.locator(".tile--events .digits").text_content()


def test_a_period_is_played_by_the_grids_of_then(
    watched, world_url: str, world_engine: Engine, tmp_path: Path
) -> None:
    newest = split_in_june(world_engine)
    app = create_app(settings_for(world_url, state_dir=tmp_path))
    with watched.hosting(app) as address:
        page = watched.open(f"{address}/#mode=events")
        span = [page.locator(f"#time-{end}").input_value() for end in ("from", "to")]
        asked = dict(zip(("from", "to"), span, strict=True)) | {"cell_m": 600}
        told = httpx.get(f"{address}/api/v1/playback", params=asked, trust_env=False).json()
        steps = told["steps"]
        colours = page.locator("canvas.canvas--fill").evaluate("(canvas) => canvas.toDataURL()")

        play = page.locator("#time-play")
        play.click()
        expect(play).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#playing")).to_be_visible()
        page.locator(".playback__speed").click()
        page.locator(".playback__speed").click()
        expect(page.locator(".playback__speed")).to_have_text("4×")
        # To the end, where it stops by itself, on the newest boundaries.
        expect(page.locator(MAP)).to_have_attribute("data-step", str(len(steps) - 1))
        expect(play).to_have_attribute("aria-pressed", "false")
        expect(page.locator("#generation")).to_contain_text(str(newest))
        assert events_shown(page) == str(sum(step["reported"] for step in steps))

        # By keyboard to the first picture: other sums, other colours, the grids of then.
        page.locator(SLIDER).focus()
        page.keyboard.press("Home")
        expect(page.locator(MAP)).to_have_attribute("data-step", "0")
        expect(page.locator(MAP)).to_have_attribute("data-generation", "1")
        expect(page.locator("#generation")).to_contain_text("1")
        assert events_shown(page) == str(steps[0]["reported"])
        first = page.locator("canvas.canvas--fill").evaluate("(canvas) => canvas.toDataURL()")
        assert first != colours
        expect(page.locator(SLIDER)).to_have_attribute(
            "aria-valuetext", re.compile(steps[0]["start"][:10])
        )
        page.keyboard.press("ArrowRight")
        expect(page.locator(MAP)).to_have_attribute("data-step", "1")

        # Heat follows the same picture; words follow the language.
        page.locator("#layer-heat").check(force=True)
        expect(page.locator(MAP)).to_have_attribute("data-heat", str(steps[1]["reported"]))
        page.locator("#language").click()
        expect(page.locator(".playback__figures")).to_contain_text(
            f"reported {steps[1]['reported']}"
        )
        assert "playback.gif?" in page.locator(".playback__export").get_attribute("href")

        page.locator(SLIDER).focus()
        page.keyboard.press("Escape")
        expect(page.locator("#playback")).to_be_hidden()
        expect(page.locator("#playing")).to_be_hidden()
        expect(page.locator("#generation")).to_contain_text(str(newest))
        assert events_shown(page) == str(sum(step["reported"] for step in steps))
