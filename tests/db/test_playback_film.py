"""A playback drawn as moving pictures."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import Engine

from gis.cli.playback import playback as export_playback
from gis.core.errors import Invalid, Unavailable
from gis.db.session import read_session
from gis.playback import StepLength
from gis.playback.film import MOST_PICTURES, Film, read_film, words
from gis.playback.film.land import OUTSIDE, Frame, draw_land
from gis.playback.film.pictures import Studio
from gis.playback.film.writing import require_encoder, write_film
from tests import factories
from tests.api.playing import CHANGE, split_in_june

PALETTE = Path(__file__).parents[2] / "web" / "static" / "js" / "core" / "palette.js"
JUNE = (dt.date(2025, 6, 7), dt.date(2025, 6, 9))


def film_of(engine: Engine, days: tuple[dt.date, dt.date] = JUNE, **asked: object) -> Film:
    given = {"mode": "events", "language": "zh", "approval": "内部使用", "width": 640}
    given |= {"length": StepLength.DAY} | asked
    with read_session(engine) as session:
        return read_film(session, factories.COUNTY, *days, **given)


def test_a_film_has_a_picture_a_step_and_the_grids_of_then(
    world_engine: Engine, tmp_path: Path
) -> None:
    newest = split_in_june(world_engine)
    film = film_of(world_engine)
    assert [step.generation for step in film.playback.steps] == [1, newest, newest]
    assert JUNE[0] < CHANGE < JUNE[1]
    frame = Frame.around(film.grounds[newest].bounds, 320, 240, 8)
    for generation, ground in film.grounds.items():
        land = draw_land(ground, frame)
        assert set(np.unique(land.grid)) == {OUTSIDE, *range(len(ground.codes))}, generation
        # Each grid has as many pixels as its share of the area.
        areas = np.array([shape.area for shape in ground.shapes])
        pixels = np.bincount(land.grid[land.grid >= 0], minlength=len(areas))
        assert np.abs(pixels / pixels.sum() - areas / areas.sum()).max() < 0.01

    shares: list[float] = []
    path = tmp_path / "june.gif"
    write_film(film, path, shares.append)
    with Image.open(path) as written:
        assert (written.n_frames, written.size) == (3, (640, 480))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("mode", ["events", "closing_rate", "heat"])
def test_every_mode_draws_in_both_languages(world_engine: Engine, mode: str) -> None:
    pictures = {
        language: list(Studio(film_of(world_engine, mode=mode, language=language)).pictures())
        for language in ("zh", "en")
    }
    for zh, en in zip(*pictures.values(), strict=True):
        assert zh.size == en.size == (640, 480)
        assert zh.tobytes() != en.tobytes()
    first, *_, last = pictures["zh"]
    assert first.tobytes() != last.tobytes()


def test_a_period_without_events_is_a_film_too(world_engine: Engine) -> None:
    quiet = (dt.date(2000, 1, 1), dt.date(2000, 1, 2))
    for mode in ("events", "closing_rate", "heat"):
        film = film_of(world_engine, days=quiet, mode=mode)
        assert len(list(Studio(film).pictures())) == len(film.playback.steps)


def test_too_long_a_film_is_refused_with_a_coarser_step(world_engine: Engine) -> None:
    with read_session(world_engine) as session, pytest.raises(Invalid) as refused:
        read_film(
            session,
            factories.COUNTY,
            dt.date(2025, 1, 1),
            dt.date(2025, 12, 31),
            mode="events",
            language="zh",
            approval="",
            length=StepLength.DAY,
        )
    assert "step=week" in refused.value.detail
    assert str(MOST_PICTURES) in refused.value.detail_zh


def test_without_a_step_a_film_is_as_fine_as_it_may_be(world_engine: Engine) -> None:
    week = (dt.date(2025, 6, 2), dt.date(2025, 6, 8))
    assert film_of(world_engine, days=week, length=None).playback.length == "day"
    few_days = (dt.date(2025, 6, 2), dt.date(2025, 6, 6))
    film = film_of(world_engine, days=few_days, length=None)
    assert (film.playback.length, len(film.playback.steps)) == ("hour", MOST_PICTURES)


def test_the_command_takes_steps_by_the_words_that_it_lists(tmp_path: Path) -> None:
    asked = ["--from", "2025-06-01", "--to", "2025-06-02", "-o", str(tmp_path / "x.avi")]
    refused = CliRunner().invoke(export_playback, [*asked, "--step", "fortnight"])
    assert all(f"'{step}'" in refused.output for step in StepLength)
    taken = CliRunner().invoke(export_playback, [*asked, "--step", "week"])
    assert "--step" not in taken.output


def test_a_film_without_its_encoder_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    require_encoder(".gif")
    for suffix, said in ((".webm", "ffmpeg"), (".mp4", "ffmpeg"), (".avi", ".avi")):
        with pytest.raises(Unavailable, match=re.escape(said)):
            require_encoder(suffix)


def test_colours_are_those_of_the_map() -> None:
    palette = PALETTE.read_text(encoding="utf-8")
    for mode, ramp in words.RAMPS.items():
        [line] = re.findall(rf"{mode}: \[(.*)\]", palette)
        assert re.findall(r'"(#\w+)"', line) == list(ramp)
    stops = re.findall(r"^  \[([\d., ]+)\],$", palette, re.MULTILINE)
    assert [tuple(map(float, stop.split(","))) for stop in stops] == list(words.HEAT_STOPS)
    assert f'"{words.NO_DATA}"' in palette
