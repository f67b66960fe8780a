"""The board over HTTP: its figures are those of the events, and nobody sees too much of it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from api.app import create_app
from api.kept.standing import KEPT_S, Standing
from gis.core import clock
from gis.events.deadlines import due_at
from gis.profiles import load_profile
from gis.statistics.workload import scores
from tests import factories
from tests.api.server import serving, settings_for

NODES = (factories.COUNTY, *factories.TOWNSHIPS, *factories.VILLAGES)


def board(client, code: str, **params) -> dict:
    answer = client.get(f"/api/v1/divisions/{code}/board", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(client, **params) -> pd.DataFrame:
    """Return the events of a division as the list tells them."""
    answer = client.get("/api/v1/events", params={"limit": 10_000, **params})
    assert answer.status_code == 200, answer.text
    frame = pd.DataFrame([each["properties"] for each in answer.json()["features"]])
    for name in ("reported_at", "closed_at", "due_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame


def figures(frame: pd.DataFrame) -> dict:
    """Count events anew, in another way than the statements do."""
    closed = frame["closed_at"].notna()
    disputes = frame["category_code"].str.startswith("01")
    return {
        "total": len(frame),
        "closed": int(closed.sum()),
        "open": int((~closed).sum()),
        "overdue": int((~closed & (frame["due_at"] < pd.Timestamp.now("UTC"))).sum()),
        "on_time": int((frame["closed_at"] <= frame["due_at"]).sum()),
        "timed": int((closed & frame["due_at"].notna()).sum()),
        "evaluated": int(frame["satisfied"].notna().sum()),
        "satisfied": int(frame["satisfied"].eq(True).sum()),
        "disputes": int(disputes.sum()),
        "disputes_resolved": int((disputes & frame["resolved"].eq(True)).sum()),
        "outside": int(frame["outside"].sum()),
    }


@pytest.mark.parametrize("code", NODES)
def test_a_board_counts_what_the_list_of_events_holds(api, code):
    found, frame = board(api, code), listed(api, division=code)

    assert found["events"] == figures(frame)
    assert found["events"]["overdue"] == frame["is_overdue"].sum()
    rate = found["rates"]["on_time_rate"]
    assert (rate["numerator"], rate["denominator"]) == (
        found["events"]["on_time"],
        found["events"]["timed"],
    )
    classes = frame.groupby(frame["category_code"].str[:2])["closed_at"]
    assert {row["code"]: row["total"] for row in found["classes"] if row["total"]} == (
        classes.size().to_dict()
    )
    assert sum(row["open"] for row in found["classes"]) == found["events"]["open"]
    newest = [row["event_no"] for row in found["newest"]]
    assert newest == frame["event_no"].head(len(newest)).tolist()
    assert len(newest) == min(30, len(frame))


@pytest.mark.parametrize("code", NODES)
def test_a_board_says_of_the_division_what_its_figures_say(api, code):
    found, stats = board(api, code), api.get(f"/api/v1/divisions/{code}/stats").json()
    same = stats.keys() & found.keys()
    assert same >= {"grids", "staff", "people", "assets", "events", "rates", "divisions"}
    assert {name: found[name] for name in same} == {name: stats[name] for name in same}


@pytest.mark.parametrize("code", NODES)
def test_the_trend_adds_up_by_day(api, code):
    found, frame = board(api, code), listed(api, division=code)
    first = dt.date.fromisoformat(found["trend"]["first_day"])
    for name in ("reported", "closed"):
        times = frame[f"{name}_at"].dropna().dt.tz_convert("Asia/Shanghai").dt.date
        counts = times.value_counts().to_dict()
        told = {first + dt.timedelta(n): k for n, k in enumerate(found["trend"][name]) if k}
        assert told == counts
    assert len(found["trend"]["reported"]) == len(found["trend"]["closed"])


def test_children_are_the_next_level_and_grids_at_the_end(api):
    county = board(api, factories.COUNTY)
    assert [row["code"] for row in county["children"]] == list(factories.TOWNSHIPS)
    assert {row["level"] for row in county["children"]} == {"township"}
    assert county["levels"][0]["slug"] == county["division"]["level"]
    for row in county["children"]:
        own = board(api, row["code"])
        assert row["closing_rate"] == own["rates"]["closing_rate"]
        assert row["basic_grids"] == own["grids"]["basic"]
        for name in ("total", "open", "overdue", "closed", "on_time", "timed"):
            assert row[name] == own["events"][name], name
    village = board(api, factories.VILLAGES[0])
    assert {row["level"] for row in village["children"]} == {"grid"}
    assert [row["code"][:12] for row in village["children"]] == [factories.VILLAGES[0]] * 3
    assert sum(row["total"] for row in village["children"]) == village["events"]["total"]


def test_a_period_cuts_events_and_trend_and_today_stays(api):
    whole, cut = (
        board(api, factories.COUNTY, **days)
        for days in ({}, {"from": "2025-06-02", "to": "2025-06-04"})
    )
    frame = listed(api, **{"from": "2025-06-02", "to": "2025-06-04"})
    assert cut["events"] == figures(frame)
    events = whole["events"]
    assert 0 < events["on_time"] < events["timed"] < events["closed"]
    assert 0 < events["overdue"] < events["open"]
    assert cut["events"]["total"] < whole["events"]["total"]
    assert cut["trend"]["first_day"] == "2025-06-02"
    assert sum(cut["trend"]["reported"]) == len(frame)
    assert cut["today"] == whole["today"] == {"reported": 0, "closed": 0}
    empty = board(api, factories.COUNTY, to="2020-01-01")
    assert empty["trend"] == {"first_day": None, "reported": [], "closed": []}
    assert empty["outliers"] == empty["newest"] == []
    assert empty["rates"]["on_time_rate"]["value"] is None


def test_an_event_is_on_the_board_at_once_with_its_deadline(own_api):
    params = {"from": "2025-06-02", "to": "2025-06-04"}
    before, cut = board(own_api, factories.COUNTY), board(own_api, factories.COUNTY, **params)
    report = {
        "source": "test",
        "source_id": "new",
        "title": "路边垃圾堆积",
        "category_code": "0402",
        "position": {"x": 115.005, "y": 34.515, "crs": "EPSG:4490"},
    }
    event = own_api.post("/api/v1/events", json=report).json()["properties"]

    profile = load_profile("testcounty", factories.PROFILES)
    reported = dt.datetime.fromisoformat(event["reported_at"])
    assert dt.datetime.fromisoformat(event["due_at"]) == due_at(profile, "0402", reported)
    assert event["is_overdue"] is False
    after = board(own_api, factories.COUNTY)
    assert after["today"]["reported"] == before["today"]["reported"] + 1
    assert board(own_api, factories.COUNTY, **params)["today"] == after["today"] != cut["today"]
    assert after["events"]["open"] == before["events"]["open"] + 1
    assert after["events"]["overdue"] == before["events"]["overdue"]
    assert after["newest"][0]["event_no"] == event["event_no"]
    assert after["newest"][0]["grid"] == event["responsible"]
    assert (
        own_api.get("/api/v1/events?overdue=false&limit=1").json()["features"][0]["id"]
        == (event["event_no"])
    )
    with clock.held_at(reported + dt.timedelta(40)):
        late = own_api.get(f"/api/v1/events/{event['event_no']}").json()["properties"]
        assert late["is_overdue"] is True
        assert board(own_api, factories.COUNTY)["events"]["overdue"] == (
            before["events"]["overdue"] + 1
        )


def test_the_list_of_events_tells_overdue_ones_apart(api):
    overdue, other = (listed(api, overdue=flag) for flag in ("true", "false"))
    assert overdue["is_overdue"].all()
    assert not other["is_overdue"].any()
    assert len(overdue) + len(other) == factories.Tally.events
    assert 0 < len(overdue) < len(listed(api, open="true"))


def test_columns_by_grid_agree_with_the_board(api):
    found = api.get("/api/v1/statistics/grids").json()
    exclusive = {
        each["properties"]["code"]
        for each in api.get("/api/v1/grids?kind=exclusive&geometry=false").json()["features"]
    }
    basic = np.array([code not in exclusive for code in found["codes"]])
    events = board(api, factories.COUNTY)["events"]
    inside = events["total"] - events["outside"]
    assert np.array(found["events"])[basic].sum() == inside
    assert (np.array(found["open"]) + found["closed"] == found["events"]).all()
    if events["outside"] == 0:
        for name in ("open", "overdue", "on_time"):
            assert np.array(found[name])[basic].sum() == events[name], name


def test_grids_that_stand_out_are_named_and_hidden_where_few_live(
    world_url, world_engine, tmp_path
):
    crowded = factories.VILLAGES[0] + "002"
    with world_engine.begin() as owner:
        # All events but some move into one grid, where four households are left.
        grid = "(SELECT grid_id FROM grid_version WHERE code = :code)"
        owner.execute(
            text(f"UPDATE event SET basic_grid_id = {grid} WHERE event_id % 3 = 0"),
            {"code": crowded},
        )
    with serving(create_app(settings_for(world_url, state_dir=tmp_path / "a"))) as client:
        first = board(client, factories.COUNTY)["outliers"][0]
    assert first["code"] == crowded
    assert first["events"] > first["expected"]
    assert first["score"] >= 2
    with world_engine.begin() as owner:
        owner.execute(
            text(
                "DELETE FROM household WHERE basic_grid_id = (SELECT grid_id FROM grid_version"
                " WHERE code = :code) AND household_id NOT IN (SELECT household_id FROM household"
                " WHERE basic_grid_id = (SELECT grid_id FROM grid_version WHERE code = :code)"
                " ORDER BY household_id LIMIT 4)"
            ),
            {"code": crowded},
        )
    for anonymous, told in (("demo", True), ("statistics", False)):
        app = create_app(
            settings_for(world_url, state_dir=tmp_path / anonymous, anonymous=anonymous)
        )
        with serving(app) as client:
            found = board(client, factories.COUNTY)
        assert (crowded in {row["code"] for row in found["outliers"]}) is told
        assert bool(found["newest"]) is told
        assert found["events"]["total"] == factories.Tally.events


def test_scores_do_not_put_small_grids_first():
    """Three events at one household are chance; 300 where 150 were expected are not."""
    rng = np.random.default_rng(1)
    households = np.append(rng.integers(50, 150, 200), [1, 100])
    events = np.append(rng.poisson(1.5 * households[:200]), [3, 300])
    expected, score = scores(events, households)
    assert np.argmax(score) == 201
    assert score[200] < 2 < score[201]
    assert expected.sum() == pytest.approx(events.sum())
    assert scores(np.array([3, 3]), np.array([9, 9]))[1].tolist() == [0.0, 0.0]


def test_standing_figures_are_kept_for_a_minute_and_by_key():
    now, counted = [0.0], []
    kept = Standing(clock=lambda: now[0])

    def count(name):
        counted.append(name)
        return name

    assert [kept.get(key, lambda key=key: count(key)) for key in ("a", "b", "a")] == list("aba")
    assert counted == ["a", "b"]
    now[0] = KEPT_S
    kept.get("a", lambda: count("again"))
    assert counted == ["a", "b", "again"]
