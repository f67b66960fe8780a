"""A period played back: every step told by the grids of then, as the land itself tells it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from api.app import create_app
from gis.db.session import write_session
from gis.events import load_events
from gis.grids import load_locator
from gis.playback import MOST_STEPS
from tests import factories
from tests.api.playing import CHANGE, split_in_june
from tests.api.server import serving, settings_for
from tests.api.test_generations import SECOND, key_of
from tests.api.test_problems import assert_problem

PATH = "/api/v1/playback"
JUNE = {"from": "2025-06-01", "to": "2025-06-20", "step": "day"}
A = factories.TOWNSHIPS[0]

#: The grid of each event on a day, by where it lies; the boundaries as known now.
BY_LAND = """
SELECT e.source_id, e.reported_at, e.closed_at, e.category_code,
       (SELECT min(v.code COLLATE "C") FROM grid_version AS v
         WHERE upper_inf(v.generations) AND v.valid @> CAST(:day AS date)
           AND (v.kind = 'exclusive') = :exclusive
           AND ST_Covers(lattice(v.geom), lattice(e.geom))) AS code
  FROM event AS e"""


def played(client: httpx.Client, **asked: object) -> dict:
    answer = client.get(PATH, params=JUNE | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def frames(answer: dict) -> list[dict[str, Counter]]:
    """Put the steps together as a client does: places are apart, what is open stands."""
    grids = answer["grids"]
    open_: Counter[str] = Counter()
    so_far: Counter[str] = Counter()
    done: Counter[str] = Counter()
    found = []
    for n, step in enumerate(answer["steps"]):
        if n and step["generation"] != answer["steps"][n - 1]["generation"]:
            for running in (open_, so_far, done):
                running.clear()
        codes = [grids["codes"][i] for i in np.cumsum(grids["index"][n], dtype=int) - 1]
        columns = {
            name: Counter(dict(zip(codes, grids[name][n] or [0] * len(codes), strict=True)))
            for name in grids
            if name not in {"codes", "exclusive", "index"}
        }
        for code in codes:
            open_[code] = columns["open"][code]
        so_far += columns["reported"] + columns["reported_before"]
        done += columns["closed_before"]
        done.update(columns["closed"])
        done.subtract(columns["older"])
        now = {name: +columns[name] for name in ("reported", "closed", "older")}
        found.append(now | {"open": +open_, "so_far": +so_far, "done": +done})
    return found


def expected(engine: Engine, step: dict, since: str) -> dict[str, Counter]:
    """Count a step event by event, each in the grid that lies under it on the step's last day."""
    start, end = (dt.datetime.fromisoformat(step[name]) for name in ("start", "end"))
    day = (end - dt.timedelta(seconds=1)).date()
    names = ("reported", "closed", "older", "open", "so_far", "done")
    counts: dict[str, Counter] = {name: Counter() for name in names}
    first = dt.datetime.fromisoformat(since)
    with engine.connect() as connection:
        for exclusive in (False, True):
            rows = connection.execute(text(BY_LAND), {"day": day, "exclusive": exclusive})
            for row in rows.all():
                if row.code is None:
                    continue
                closed = row.closed_at is not None and row.closed_at < end
                counts["reported"][row.code] += start <= row.reported_at < end
                if closed and row.closed_at >= start:
                    counts["closed"][row.code] += 1
                    counts["older"][row.code] += row.reported_at < first
                counts["open"][row.code] += row.reported_at < end and not closed
                counts["so_far"][row.code] += first <= row.reported_at < end
                counts["done"][row.code] += row.reported_at >= first and closed
    return {name: +column for name, column in counts.items()}


@pytest.fixture
def split(world_engine: Engine) -> int:
    """Split a grid in the middle of June; then an event of before comes in late."""
    generation = split_in_june(world_engine)
    late = factories.events(1).assign(source_id="late", closed_at=pd.NaT, resolved=False)
    late["lon"], late["lat"] = 115.002, 34.515
    with write_session(world_engine) as session:
        load_events(session, late, load_locator(session))
    return generation


@pytest.mark.parametrize("step", ["day", "week"])
def test_each_step_is_told_by_the_grids_of_then(
    own_api: httpx.Client, world_engine: Engine, split: int, step: str
) -> None:
    answer = played(own_api, step=step)

    assert [one["generation"] for one in answer["generations"]] == [1, split]
    for told, shown in zip(answer["steps"], frames(answer), strict=True):
        last = dt.datetime.fromisoformat(told["end"]) - dt.timedelta(seconds=1)
        assert told["generation"] == (split if last.date() >= CHANGE else 1)
        assert shown == expected(world_engine, told, answer["steps"][0]["start"])
    before = {code for one in frames(answer)[:1] for column in one.values() for code in column}
    after = {code for column in frames(answer)[-1].values() for code in column}
    assert SECOND in before
    assert SECOND not in after
    # The client can draw what it is told of.
    for one in answer["generations"]:
        document = own_api.get(f"/tiles/grids/{one['generation']}.topojson").json()
        drawn = {
            grid["properties"]["code"]
            for layer in document["objects"].values()
            for grid in layer["geometries"]
        }
        for told, shown in zip(answer["steps"], frames(answer), strict=True):
            if told["generation"] == one["generation"]:
                assert {code for column in shown.values() for code in column} <= drawn


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"step": "week"},
        {"from": "2025-06-05"},
        {"category": "01", "cell_m": 75},
        {"from": "2025-06-08", "to": "2025-06-10", "step": "hour"},
        {"from": "2025-01-01", "to": "2025-12-31", "step": "month"},
        {"division": A},
    ],
)
def test_steps_add_up_to_what_the_other_figures_say(api: httpx.Client, asked: dict) -> None:
    answer = played(api, **({"cell_m": 300} | asked))
    days = {name: (JUNE | asked)[name] for name in ("from", "to")}
    chosen = days | ({"category": asked["category"]} if "category" in asked else {})
    figures = api.get("/api/v1/statistics/grids", params=chosen).json()
    inside = asked.get("division", factories.COUNTY).rstrip("0")
    shown, steps, grids = frames(answer), answer["steps"], answer["grids"]
    exclusive = dict(zip(grids["codes"], grids["exclusive"], strict=True))

    reported = sum((one["reported"] for one in shown), Counter())
    assert reported == Counter(
        {
            code: count
            for code, count in zip(figures["codes"], figures["events"], strict=True)
            if count and code.startswith(inside)
        }
    )
    for told, one in zip(steps, shown, strict=True):
        for name in ("reported", "closed", "older", "open"):
            assert told[name] == sum(n for code, n in one[name].items() if not exclusive[code])
    rate = steps[-1]["closing_rate"]
    assert rate["denominator"] == sum(one["reported"] for one in steps)
    assert rate["numerator"] == sum(one["closed"] - one["older"] for one in steps)
    heat = answer["heat"]
    assert [sum(events) for events in heat["events"]] == [one["reported"] for one in steps]
    cells = [np.cumsum(apart) - 1 for apart in heat["cells"]]
    assert all(cell < len(heat["lon"]) * len(heat["lat"]) for one in cells for cell in one)
    if not {"division", "category"} & set(asked):
        whole = api.get("/api/v1/heat", params=chosen | {"cell_m": heat["cell_m"]}).json()
        places: Counter[tuple[float, float]] = Counter()
        for one, events in zip(cells, heat["events"], strict=True):
            for cell, count in zip(one, events, strict=True):
                row, column = divmod(int(cell), len(heat["lon"]))
                places[heat["lon"][column], heat["lat"][row]] += count
        assert places == Counter(
            dict(zip(zip(whole["lon"], whole["lat"], strict=True), whole["events"], strict=True))
        )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"from": "2025-01-01", "to": "2025-12-31", "step": "hour"}, "step=day"),
        ({"from": "1900-01-01", "to": "2025-12-31", "step": "day"}, "shorter period"),
        ({"from": "2020-01-01", "to": "2025-12-31", "step": "day"}, "step=week"),
    ],
)
def test_too_many_steps_are_refused_with_a_coarser_one(api: httpx.Client, asked, said) -> None:
    problem = assert_problem(api.get(PATH, params=asked), 422, "invalid")
    assert str(MOST_STEPS) in problem["detail"]
    assert said in problem["detail"]
    assert str(MOST_STEPS) in problem["detail_zh"]


@pytest.mark.parametrize(
    "asked",
    [
        {"to": "2025-06-01"},
        {"from": "2025-06-05", "to": "2025-06-01"},
        {"from": "9999-12-31", "to": "9999-12-31"},
        {"from": "0001-01-01", "to": "0001-01-01", "hours": 400},
        {"step": "minute"},
        {"cell_m": 76},
        {"category": "x"},
    ],
)
def test_a_bad_question_is_refused(api: httpx.Client, asked: dict) -> None:
    params = asked if set(asked) == {"to"} else JUNE | asked
    assert api.get(PATH, params=params).status_code == 422


def test_statistics_alone_show_no_single_events(reading_url: str, tmp_path: Path) -> None:
    settings = settings_for(reading_url, state_dir=tmp_path, anonymous="statistics")
    with serving(create_app(settings)) as client:

        def ask(**asked: object) -> httpx.Response:
            return client.get(PATH, params=JUNE | asked)

        assert_problem(ask(step="hour", to="2025-06-02"), 403, "forbidden")
        assert_problem(ask(cell_m=300), 403, "forbidden")
        assert ask(cell_m=600).status_code == 200
        days = {"from": "2025-06-01", "to": "2025-06-02"}
        assert client.get(PATH, params=days).json()["step"] == "day"


def test_the_last_hours_end_with_the_period(api: httpx.Client) -> None:
    days = {"from": "2025-06-01", "to": "2025-06-05"}
    answer = api.get(PATH, params=days | {"hours": 24}).json()
    assert (answer["step"], len(answer["steps"])) == ("hour", 24)
    assert answer["steps"][-1]["end"] == "2025-06-06T00:00:00+08:00"


def test_no_figures_of_a_division_of_which_a_part_is_seen(
    own_api: httpx.Client, world_engine: Engine
) -> None:
    headers = key_of(world_engine, "viewer", A)
    whole = own_api.get(PATH, params=JUNE | {"division": factories.COUNTY}, headers=headers)
    assert_problem(whole, 403, "forbidden")
    own = own_api.get(PATH, params=JUNE | {"division": A}, headers=headers).json()
    assert own == own_api.get(PATH, params=JUNE, headers=headers).json()
    assert_problem(own_api.get(PATH, params=JUNE | {"division": "990199"}), 404, "not-found")
