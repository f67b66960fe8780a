"""The demo's people, places and events: every total exact, every point where it belongs."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from gis.core.clock import SHANGHAI
from gis.core.errors import BadProfile, Invalid
from gis.core.lattice import canonical
from gis.demo.allot import allot, draw_within, spread
from gis.demo.generate import DemoData, generate
from gis.demo.people.events import COLUMNS as EVENT_COLUMNS
from gis.demo.people.names import chinese_number, make_people
from gis.demo.plan import demo_totals, number_grids, plan_divisions, plan_grids, region_tree
from gis.events.deadlines import due_times
from gis.profiles import Demo, Profile, load_profile

PROFILES = Path(__file__).resolve().parents[2] / "data" / "profiles"
FRACTIONS = {"henan": 0.004}
NAMES = ["henan", "hongqi", "minquan", "xiangcheng", "yangying"]

#: Each process that takes part would generate every deployment.
pytestmark = pytest.mark.xdist_group("test_demo_people")


class Made:
    """A generated deployment with the totals that it must have."""

    def __init__(self, name: str) -> None:
        self.profile: Profile = load_profile(name, PROFILES)
        self.fraction = FRACTIONS.get(name)
        self.totals: Demo = demo_totals(self.profile, self.fraction)
        self.data: DemoData = generate(self.profile, fraction=self.fraction)

    @property
    def basic(self) -> pd.DataFrame:
        return self.data.grids[self.data.grids["kind"] != "exclusive"]


@cache
def make(name: str) -> Made:
    """Generate a deployment once, in whatever order the tests come."""
    return Made(name)


@pytest.fixture(params=NAMES)
def made(request: pytest.FixtureRequest) -> Made:
    return make(request.param)


@pytest.fixture
def yangying() -> Made:
    return make("yangying")


@pytest.fixture
def minquan() -> Made:
    return make("minquan")


def counted(column: pd.Series) -> dict[str, int]:
    return {str(key): int(value) for key, value in column.value_counts().items()}


def test_divisions_are_as_many_as_the_totals_say(made: Made) -> None:
    assert counted(made.data.divisions["level"]) == made.totals.divisions


def test_divisions_form_one_tree_with_parents_first(made: Made) -> None:
    divisions = made.data.divisions
    assert divisions["code"].is_unique
    assert divisions["code"].str.fullmatch(r"\d{12}").all()
    seen: dict[str, int] = {}
    for row in divisions.itertuples():
        if row.parent_code is None:
            assert (row.code, row.depth) == (made.profile.root.code, 0)
        else:
            assert row.depth == seen[row.parent_code] + 1
        seen[row.code] = row.depth
    assert not divisions.duplicated(["parent_code", "name"]).any()


def test_grids_are_as_many_as_the_totals_say(made: Made) -> None:
    assert counted(made.data.grids["kind"]) == made.totals.grids
    assert len(made.data.grids) == made.totals.grids_total


def test_grid_codes_are_their_owner_and_a_serial(made: Made) -> None:
    grids = made.data.grids
    assert grids["code"].is_unique
    assert (grids["code"].str[:12] == grids["division_code"]).all()
    exclusive = grids["code"].str[12:].astype(int) > 900
    assert (exclusive == (grids["kind"] == "exclusive")).all()
    serials = made.basic.groupby("division_code")["code"].agg(lambda c: sorted(c.str[12:]))
    assert all(s == [f"{n:03}" for n in range(1, len(s) + 1)] for s in serials)


def test_basic_grids_are_of_the_kind_of_their_village(made: Made) -> None:
    villages = made.data.divisions[made.data.divisions["depth"] == len(made.profile.levels) - 2]
    kind = dict(zip(villages["code"], villages["kind"], strict=True))
    assert (made.basic["kind"] == made.basic["division_code"].map(kind)).all()
    assert set(made.basic["division_code"]) == set(villages["code"])


def test_exclusive_grids_belong_to_levels_that_may_own_them(made: Made) -> None:
    exclusive = made.data.grids[made.data.grids["kind"] == "exclusive"]
    level = dict(zip(made.data.divisions["code"], made.data.divisions["level"], strict=True))
    owners = set(exclusive["division_code"].map(level))
    allowed = made.profile.exclusive.owner_levels if made.profile.exclusive else ()
    assert owners <= set(allowed)


def test_staff_are_as_many_as_the_totals_say(made: Made) -> None:
    wanted = {row.role: row.count for row in made.totals.staff if row.over != "rule"}
    heads = made.profile.heads_by_rule(
        counted(made.data.divisions["level"]), counted(made.data.grids["kind"])
    )
    assert counted(made.data.postings["role"]) == wanted | {"grid_head": heads}
    if made.totals.fraction == 1:
        assert heads == next(r.count for r in made.totals.staff if r.role == "grid_head")


def test_every_node_has_the_heads_that_the_rules_ask_for(made: Made) -> None:
    heads = made.data.postings[made.data.postings["role"] == "grid_head"]
    of_grid = heads["grid_code"].dropna().value_counts()
    for kind, number in made.profile.heads.kinds.items():
        codes = made.data.grids.loc[made.data.grids["kind"] == kind, "code"]
        assert (of_grid.reindex(codes) == number).all()
    of_division = heads.loc[heads["grid_code"].isna(), "division_code"].value_counts()
    for level, number in made.profile.heads.levels.items():
        codes = made.data.divisions.loc[made.data.divisions["level"] == level, "code"]
        assert (of_division.reindex(codes) == number).all()


def test_members_are_spread_evenly(made: Made) -> None:
    postings = made.data.postings
    for row in made.totals.staff:
        if row.over not in ("grid", "basic"):
            continue
        grids = made.data.grids if row.over == "grid" else made.basic
        mine = postings[postings["role"] == row.role]
        count = mine["grid_code"].value_counts().reindex(grids["code"]).fillna(0)
        assert count.max() - count.min() <= 1


def test_each_posting_has_a_person_and_a_known_place(made: Made) -> None:
    data = made.data
    assert data.staff["staff_no"].is_unique
    assert list(data.staff["staff_no"]) == list(data.postings["staff_no"])
    assert data.postings["division_code"].isin(data.divisions["code"]).all()
    owner = dict(zip(data.grids["code"], data.grids["division_code"], strict=True))
    in_grids = data.postings.dropna(subset=["grid_code"])
    assert (in_grids["grid_code"].map(owner) == in_grids["division_code"]).all()
    assert data.staff["phone_masked"].str.fullmatch(r"100\*{4}\d{4}").all()


def test_households_add_up(made: Made) -> None:
    households, totals = made.data.households, made.totals.households
    assert len(households) == totals.count
    assert households["household_no"].is_unique
    sums = {
        "registered_count": totals.registered,
        "resident_count": totals.residents,
        "floating_count": totals.floating,
        "party_member_count": totals.party_members,
        "is_party_household": totals.party_households,
    }
    assert {name: int(households[name].sum()) for name in sums} == sums
    assert (households["resident_count"] >= 1).all()
    assert (households["floating_count"] <= households["resident_count"]).all()
    staying = households["resident_count"] - households["floating_count"]
    assert (households["registered_count"] >= staying).all()
    centre = households[households["is_party_household"]]
    assert (centre["party_member_count"] >= 1).all()


def test_every_household_lies_in_exactly_one_basic_grid(made: Made) -> None:
    points = shapely.points(made.data.households[["lon", "lat"]].to_numpy())
    tree = shapely.STRtree(made.basic.geometry.to_numpy())
    point, grid = tree.query(points, predicate="within")
    assert sorted(point.tolist()) == list(range(len(points)))
    assert len(np.unique(grid)) == len(made.basic)


def test_coordinates_are_canonical(made: Made) -> None:
    for frame in (made.data.households, made.data.events, made.data.assets):
        lonlat = frame[["lon", "lat"]].to_numpy(dtype=np.float64)
        assert (canonical(lonlat) == lonlat).all()


def test_households_crowd_about_village_centres(minquan: Made) -> None:
    """Houses fill a small part of their grid: half of them within a tenth of its area."""
    points = shapely.points(minquan.data.households[["lon", "lat"]].to_numpy())
    rural = minquan.data.grids[minquan.data.grids["kind"] == "rural"].geometry
    point, grid = shapely.STRtree(rural.to_numpy()).query(points, predicate="within")
    at = minquan.data.households.iloc[point].groupby(grid)[["lon", "lat"]].agg("std")
    west, south, east, north = rural.bounds.to_numpy().T
    # Uniform points in a box have a standard deviation of 0.29 of its width.
    assert np.median(at["lon"].to_numpy() / (east - west)) < 0.24
    assert np.median(at["lat"].to_numpy() / (north - south)) < 0.24


def test_events_add_up(made: Made) -> None:
    events, totals = made.data.events, made.totals.events
    dispute = events["category_code"].str.startswith("01")
    found = {
        "total": len(events),
        "closed": int(events["closed_at"].notna().sum()),
        "disputes": int(dispute.sum()),
        "disputes_resolved": int((dispute & events["resolved"]).sum()),
        "evaluated": int(events["satisfied"].notna().sum()),
        "satisfied": int(events["satisfied"].sum()),
    }
    assert found == {name: getattr(totals, name) for name in found}
    assert list(events.columns) == EVENT_COLUMNS


def test_states_agree_with_the_workflow(made: Made) -> None:
    events = made.data.events
    flows = {flow.slug: flow for flow in made.profile.workflows}
    kinds = events.drop_duplicates(["workflow", "state", "phase", "resolved"])
    for row in kinds.itertuples():
        flow = flows[row.workflow]
        step = flow.steps[flow.index_of(row.state)]
        assert step.phase == row.phase
        assert flow.closes(row.state) == row.resolved
    assert (events["closed_at"].notna() == events["resolved"]).all()
    codes = events.drop_duplicates(["category_code", "workflow"])
    assert [made.profile.workflow_for(c).slug for c in codes["category_code"]] == list(
        codes["workflow"]
    )


def test_times_run_forward_and_stay_in_the_period(made: Made) -> None:
    events, totals = made.data.events, made.totals.events
    assert (events["occurred_at"] <= events["reported_at"]).all()
    closed = events.dropna(subset=["closed_at"])
    assert (closed["reported_at"] <= closed["closed_at"]).all()
    assert events["occurred_at"].min().date() >= totals.first_day
    assert events["closed_at"].max().date() <= totals.last_day
    assert events["reported_at"].is_monotonic_increasing
    assert events["occurred_at"].dt.tz.utcoffset(None) == dt.timedelta(hours=8)


def test_most_deadlines_are_kept_and_more_so_here_than_there(made: Made) -> None:
    events = made.data.events
    due = due_times(made.profile, events["category_code"], events["reported_at"])
    assert due.equals(events["due_at"])
    closed = events.dropna(subset=["closed_at"])
    in_time = closed["closed_at"] <= closed["due_at"]
    assert 0.88 < in_time.mean() < 0.96
    # Strain is smooth over the county: the corners of a raster differ by more than by chance.
    corner = sum(
        (closed[name] > closed[name].median()).astype(int) * power
        for name, power in (("lon", 1), ("lat", 2))
    )
    rates = in_time.groupby(corner).agg(["mean", "size"])
    assert rates["mean"].max() - rates["mean"].min() > 2 / np.sqrt(rates["size"].min()) * 0.25


def test_events_are_known_by_their_source(made: Made) -> None:
    events, catalogue = made.data.events, made.profile.catalogue
    assert not events.duplicated(["source", "source_id"]).any()
    assert set(events["category_code"]) <= {item.code for item in catalogue.items()}
    assert set(events["channel"]) <= {channel.slug for channel in catalogue.channels}
    assert set(events["level"]) <= {level.number for level in catalogue.levels}
    assert (events["people_count"] >= 1).all()
    assert events["title"].str.len().min() > 0
    assert events["address_text"].str.len().min() > 0


def test_every_event_lies_in_exactly_one_basic_grid(made: Made) -> None:
    points = shapely.points(made.data.events[["lon", "lat"]].to_numpy())
    point, _ = shapely.STRtree(made.basic.geometry.to_numpy()).query(points, predicate="within")
    # A point on a shared border is within no grid; borders are thin, so that hardly any is.
    found = np.unique(point)
    assert len(found) == len(point)
    assert len(points) - len(found) <= len(points) // 10_000


def test_straw_burns_after_harvest_and_floods_come_in_summer(minquan: Made) -> None:
    events = minquan.data.events
    month = events["occurred_at"].dt.month
    straw = month[events["category_code"] == "0601"]
    flood = month[events["category_code"] == "0701"]
    assert straw.isin([6, 10]).mean() > 0.8
    assert flood.isin([7, 8]).mean() > 0.8


def test_events_have_hot_spots(minquan: Made) -> None:
    """A tenth of the grids has far more than a tenth of the events, yet not nearly all."""
    points = shapely.points(minquan.data.events[["lon", "lat"]].to_numpy())
    _, grid = shapely.STRtree(minquan.basic.geometry.to_numpy()).query(points, predicate="within")
    busiest = np.sort(np.bincount(grid, minlength=len(minquan.basic)))[::-1]
    share = busiest[: len(busiest) // 10].sum() / busiest.sum()
    assert 0.3 < share < 0.75


def test_the_flood_night_of_yangying(yangying: Made) -> None:
    incident = yangying.totals.incidents[0]
    events = yangying.data.events
    floods = events[events["category_code"] == "0701"]
    night = floods[floods["occurred_at"].dt.date == dt.date(2023, 9, 23)]
    assert len(night) == incident.count == 47  # S2-17
    assert night["resolved"].all()
    points = shapely.points(night[["lon", "lat"]].to_numpy())
    low = yangying.data.grids[yangying.data.grids["division_code"].isin(incident.villages)]
    point, grid = shapely.STRtree(low.geometry.to_numpy()).query(points, predicate="within")
    assert sorted(point.tolist()) == list(range(47))
    assert set(low["division_code"].iloc[grid]) == set(incident.villages)
    names = yangying.data.divisions.set_index("code").loc[list(incident.villages), "name"]
    assert {"岁坡村", "小岗村"} <= set(names)


def test_ordinary_events_keep_out_of_the_days_of_an_incident(yangying: Made) -> None:
    """With a frequent category and a whole month, some would fall into it by chance."""
    profile = yangying.profile
    month = {"begins": dt.datetime(2023, 9, 1), "ends": dt.datetime(2023, 9, 30, 23)}  # noqa: DTZ001
    incident = profile.demo.incidents[0].model_copy(update=month | {"category": "0806"})
    demo = profile.demo.model_copy(update={"incidents": (incident,)})
    events = generate(profile.model_copy(update={"demo": demo})).events
    mine = events[events["category_code"] == "0806"]
    on_days = mine["occurred_at"].dt.strftime("%Y-%m") == "2023-09"
    assert len(mine) > 2 * incident.count
    assert on_days.sum() == incident.count


NOW = dt.datetime(2026, 11, 22, 14, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize("name", ["minquan", "yangying"])
def test_the_period_may_lead_up_to_now(name: str) -> None:
    made = make(name)
    profile, totals = made.profile, made.totals
    events = generate(profile, until=NOW).events
    moved = Made.__new__(Made)
    moved.profile, moved.totals = profile, totals
    moved.data = dataclasses.replace(made.data, events=events)
    test_events_add_up(moved)
    test_states_agree_with_the_workflow(moved)
    test_most_deadlines_are_kept_and_more_so_here_than_there(moved)
    times = events[["occurred_at", "reported_at", "closed_at"]]
    assert (times.max() <= NOW).all()
    days = events["reported_at"].dt.date
    assert (days == NOW.date()).any(), "today is not empty"
    # Known incidents stay where they are; all else fills as many days as before.
    length = totals.events.last_day - totals.events.first_day
    earlier = events[events["occurred_at"].dt.date < NOW.date() - length]
    known = {row.begins.date(): row.count for row in totals.incidents}
    assert earlier["occurred_at"].dt.date.value_counts().to_dict() == known
    still_open = events[events["closed_at"].isna()]
    in_time = still_open["due_at"] >= NOW
    before = made.data.events
    of_before = before[before["closed_at"].isna()]
    assert 0.1 < in_time.mean() < 1
    assert (of_before["due_at"] < NOW).all(), "without it none would be in time"


def test_weekdays_and_seasons_are_those_of_the_new_days() -> None:
    events = generate(make("yangying").profile, until=NOW).events
    weekend = events["occurred_at"].dt.day_of_week >= 5
    assert weekend.mean() < 2 / 7
    straw = events.loc[events["category_code"] == "0601", "occurred_at"].dt.month
    assert straw.isin([6, 10]).mean() > straw.isin([12, 1, 2]).mean()


def test_the_period_cannot_end_before_what_is_known_to_have_happened() -> None:
    before = dt.datetime(2023, 9, 22, 12, tzinfo=SHANGHAI)
    with pytest.raises(Invalid, match="flood_2023 happened later"):
        generate(make("yangying").profile, until=before)


def test_party_organisations_and_assets_are_as_many_as_the_totals_say(made: Made) -> None:
    data, totals = made.data, made.totals
    assert counted(data.party_organisations["kind"]) == {r.kind: r.count for r in totals.party}
    assert counted(data.assets["kind"]) == {r.kind: r.count for r in totals.assets}
    assert data.assets["external_id"].is_unique
    named = data.party_organisations
    assert not named.duplicated(["name", "division_code", "grid_code"]).any()


def test_cameras_lie_inside_grids() -> None:
    made = make("hongqi")
    points = shapely.points(made.data.assets[["lon", "lat"]].to_numpy())
    point, _ = shapely.STRtree(made.basic.geometry.to_numpy()).query(points, predicate="intersects")
    assert len(np.unique(point)) == len(points)


def test_the_same_seed_gives_the_same_frames(yangying: Made) -> None:
    again = generate(yangying.profile)
    for name in DemoData.__slots__:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(yangying.data, name))


def test_another_seed_gives_another_county_with_the_same_totals(yangying: Made) -> None:
    other = generate(yangying.profile, seed=yangying.totals.seed + 1)
    assert len(other.events) == len(yangying.data.events)
    assert not other.households["lon"].equals(yangying.data.households["lon"])
    assert not other.staff["name"].equals(yangying.data.staff["name"])


def test_real_names_are_those_of_the_source(minquan: Made) -> None:
    """Places that the source names, under the codes of the list."""
    names = minquan.data.divisions.set_index("code")["name"]
    assert names["411421103228"] == "王公庄村"
    assert names["411421110225"] == "牛牧岗村"
    assert names["411421107220"] == "小浑子村"
    assert "411421400000" not in names.index
    assert "411421401000" not in names.index


def test_invented_divisions_use_no_real_code_and_say_what_they_are() -> None:
    divisions = plan_divisions(load_profile("henan", PROFILES), 0.02)
    below = divisions[divisions["depth"] > 0]
    assert (below["code"].str[2:4].astype(int) >= 51).all()
    assert below["name"].str.startswith("示意").all()


def test_serials_run_as_one_reads(yangying: Made) -> None:
    profile, divisions = yangying.profile, yangying.data.divisions
    grids = plan_grids(profile, divisions)
    village = grids["division_code"].iat[0]
    four = grids[grids["division_code"] == village].iloc[:4].reset_index(drop=True)
    points = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 1.0]])  # SE, NW, SW, NE
    numbered = number_grids(profile, divisions, four, points)
    assert list(numbered["code"].str[12:]) == ["004", "001", "003", "002"]
    assert numbered["name"].iat[1] == "杨营村第一村民小组"


def test_the_leaves_of_the_tree_are_the_grids_in_order(yangying: Made) -> None:
    divisions = yangying.data.divisions
    grids = plan_grids(yangying.profile, divisions)
    root = region_tree(divisions, grids)
    sizes = [len(village.children) for area in root.children for village in area.children]
    assert sizes == list(grids.groupby("division_code", sort=False).size())


@pytest.mark.parametrize("fraction", [0, -1, 1.5])
def test_an_impossible_fraction_is_refused(fraction: float) -> None:
    with pytest.raises(Invalid, match="over 0 and at most 1"):
        demo_totals(load_profile("henan", PROFILES), fraction)


def test_a_part_of_real_divisions_is_refused() -> None:
    with pytest.raises(Invalid, match="can only be made whole"):
        demo_totals(load_profile("minquan", PROFILES), 0.5)


def test_a_list_that_lacks_a_village_is_refused(tmp_path: Path) -> None:
    profile = load_profile("yangying", PROFILES)
    assert profile.divisions is not None
    lines = profile.divisions.read_text(encoding="utf-8").splitlines(keepends=True)
    short = tmp_path / "short.csv"
    short.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(BadProfile, match="19 of level village, demo says 20"):
        plan_divisions(profile.model_copy(update={"divisions": short}))


def test_allot_adds_up_and_refuses_what_cannot() -> None:
    rng = np.random.default_rng(1)
    for total in (0, 1, 7, 1000):
        assert allot(total, rng.random(7)).sum() == total
    assert allot(9, np.zeros(3), minimum=1).tolist() == [3, 3, 3]
    with pytest.raises(Invalid, match="cannot be shared out"):
        allot(2, np.ones(3), minimum=1)
    assert spread(7, [1.0, 3.0, 2.0]).tolist() == [2, 3, 2]
    drawn = draw_within(5, np.array([1, 0, 9]), rng)
    assert drawn.sum() == 5
    assert (drawn <= [1, 0, 9]).all()
    with pytest.raises(Invalid, match="do not fit"):
        draw_within(5, np.array([1, 1]), rng)


def test_names_are_invented_and_numbers_read_well() -> None:
    people = make_people(500, np.random.default_rng(2))
    assert {len(name) for name in people.tolist()} == {2, 3}
    assert chinese_number(17) == "十七"
    assert chinese_number(204) == "二百零四"
