"""Profiles: the five that ship are right, and a wrong one is refused with file, key, reason."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

from gis.core.errors import BadProfile, Invalid
from gis.demo.plan import demo_totals
from gis.profiles import Profile, list_profiles, load_profile

PROFILES = Path(__file__).resolve().parents[2] / "data" / "profiles"
SHIPPED = ["henan", "hongqi", "minquan", "xiangcheng", "yangying"]

# (profile, dotted key of the demo table, figure of the source, id of the source in docs/sources.md)
SOURCE_FIGURES = [
    ("minquan", "grids.rural", 2931, "S0-04"),
    ("minquan", "grids.community", 248, "S0-05"),
    ("minquan", "grids.exclusive", 284, "S0-06"),
    ("minquan", "grids_total", 3463, "S0-02"),
    ("minquan", "divisions.township", 19, "S0-15"),
    ("minquan", "divisions.village", 541, "A10"),
    ("minquan", "staff.grid_head", 3747, "S0-07"),
    ("minquan", "staff.full_time_member", 3467, "S0-10"),
    ("minquan", "staff.part_time_member", 3586, "S0-11"),
    ("minquan", "events.total", 55455, "S0-30"),
    ("minquan", "events.closed", 51945, "A09"),
    ("minquan", "events.disputes", 2948, "S0-27"),
    ("minquan", "events.disputes_resolved", 2862, "S0-28"),
    ("xiangcheng", "grids.community", 473, "S1-01"),
    ("xiangcheng", "grids.rural", 1843, "S1-02"),
    ("xiangcheng", "grids.exclusive", 303, "S1-03"),
    ("xiangcheng", "divisions.village", 501, "A14"),
    ("xiangcheng", "staff.grid_head", 501, "S1-04"),
    ("xiangcheng", "staff.full_time_member", 2322, "S1-05"),
    ("xiangcheng", "staff.part_time_member", 1353, "S1-06"),
    ("xiangcheng", "staff.volunteer", 8566, "S1-07"),
    ("xiangcheng", "staff.party_instructor", 74, "S1-12"),
    ("xiangcheng", "party.party_branch", 501, "S1-09"),
    ("xiangcheng", "party.party_group", 2478, "S1-10"),
    ("xiangcheng", "households.party_households", 4422, "S1-11"),
    ("yangying", "divisions.area", 4, "S2-01"),
    ("yangying", "divisions.village", 20, "S2-01"),
    ("yangying", "grids.rural", 282, "S2-01"),
    ("yangying", "households.residents", 62600, "S2-03"),
    ("yangying", "staff.grid_head", 307, "S2-04"),
    ("yangying", "staff.part_time_member", 3087, "S2-05"),
    ("yangying", "households.party_households", 487, "S2-06"),
    ("yangying", "staff.supervisor", 20, "S2-09"),
    ("yangying", "incidents.flood_2023", 47, "S2-17"),
    ("hongqi", "grids.exclusive", 230, "S4-02"),
    ("hongqi", "grids_total", 841, "A20"),
    ("hongqi", "assets.camera", 2682, "S4-07"),
    ("hongqi", "party.party_branch", 306, "S4-12"),
    ("henan", "divisions.township", 2466, "S3-01"),
    ("henan", "divisions.village", 52000, "S3-02"),
    ("henan", "households.party_members", 6176000, "S3-08"),
]


def load(name: str) -> Profile:
    return load_profile(name, PROFILES)


def figure(profile: Profile, key: str) -> int:
    """Read `table.name` from the demo table, be the table a mapping, a record or a list."""
    demo = profile.demo.model_dump()
    table, _, name = key.partition(".")
    value = demo[table]
    if not name:
        return int(value)
    if isinstance(value, dict):
        return int(value[name])
    rows = {row.get("role") or row.get("kind") or row["slug"]: row["count"] for row in value}
    return int(rows[name])


def tampered(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (PROFILES / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_five_deployments_ship() -> None:
    assert list_profiles(PROFILES) == SHIPPED


@pytest.mark.parametrize(("name", "key", "value", "source"), SOURCE_FIGURES)
def test_totals_are_those_of_the_source(name: str, key: str, value: int, source: str) -> None:
    assert figure(load(name), key) == value, source


@pytest.mark.parametrize("name", SHIPPED)
def test_every_category_has_a_workflow_and_time_limits(name: str) -> None:
    profile = load(name)
    for item in profile.catalogue.items():
        flow = profile.workflow_for(item.code)
        assert any(code in ("*", item.code[:2], item.code) for code in flow.categories)
        assert profile.catalogue.sla_of(item.code)


def test_rates_round_to_those_of_the_source() -> None:
    events = load("minquan").demo.events
    assert round(100 * events.closed / events.total, 2) == 93.67  # S0-32
    assert round(100 * events.disputes_resolved / events.disputes, 2) == 97.08  # S0-29
    assert events.satisfied / events.evaluated >= 0.95  # S0-33


def test_disputes_of_xiangcheng_have_their_own_workflow() -> None:
    profile = load("xiangcheng")
    assert profile.workflow_for("0102").slug == "four_slip"
    assert profile.workflow_for("0402").slug == "whistle"


def test_a_closed_event_is_at_or_after_the_closing_step() -> None:
    flow = load("minquan").workflow_for("0402")
    closed = [step.slug for step in flow.steps if flow.closes(step.slug)]
    assert closed == ["feedback", "evaluate", "archive"]


@pytest.mark.parametrize("fraction", [0.02, 0.0005, 0.37])
def test_scaled_totals_keep_their_sums(fraction: float) -> None:
    demo = load("henan").demo
    scaled = demo.scaled(fraction)
    assert scaled.grids_total == sum(scaled.grids.values())
    assert scaled.divisions["village"] == int(demo.divisions["village"] * fraction + 0.5)
    assert type(scaled).model_validate_json(scaled.model_dump_json()) == scaled


def test_a_whole_deployment_says_that_it_is_whole() -> None:
    demo = load("henan").demo
    whole = demo.scaled(1.0)
    assert whole.grids == demo.grids
    # Whoever divides areas and kinds by it would otherwise take the share that is made by default.
    assert whole.fraction == 1.0


BROKEN = [
    # unknown key, with a near one
    ("minquan", "area_km2 = 1237.69", "area_km = 1237.69", "area_km", "did you mean area_km2"),
    # wrong types
    ("minquan", "area_km2 = 1237.69", 'area_km2 = "1237"', "area_km2", "valid number"),
    ("minquan", "township = 19", "township = 19.5", "demo.divisions.township", "valid integer"),
    ("minquan", 'name = "minquan"', 'name = "Min Quan"', "name", "pattern"),
    # phases and levels
    ("minquan", 'phase = "assign"', 'phase = "asign"', "workflows[0].steps[2].phase", "canonical"),
    ("minquan", '{ slug = "village",', '{ slug = "county",', "levels[2]", "duplicate 'county'"),
    (
        "minquan",
        'closing_step = "feedback"',
        'closing_step = "done"',
        "workflows[0].closing_step",
        "'done' is not a step",
    ),
    # sums
    ("minquan", "rural = 2931", "rural = 2930", "demo.grids_total", "= 3462, not 3463"),
    ("minquan", "exclusive = 2\n", "exclusive = 1\n", "demo.staff[0].count", "3463, not 3747"),
    ("minquan", "closed = 51945", "closed = 55456", "demo.events.closed", "more than total"),
    ("minquan", "registered = 936000", "registered = 9", "demo.households.registered", "residents"),
    # places
    (
        "minquan",
        "bounds = [114.8232, 34.5269, 115.4611,",
        "bounds = [115.4611, 34.5269, 114.8232,",
        "bounds",
        "west < east",
    ),
    ("minquan", 'over = "township"', 'over = "parish"', "demo.staff[4].over", "'parish' is not"),
    ("minquan", "township = 19 # S0-15\n", "", "demo.divisions", "must count each of county"),
    ("minquan", "[exclusive]\nowner_levels", "[exclusive2]\nowner_levels", "exclusive2", "unknown"),
    (
        "xiangcheng",
        'categories = ["01"]\nclosing',
        'categories = ["17"]\nclosing',
        "workflows[1].categories[0]",
        "17",
    ),
    ("xiangcheng", 'categories = ["*"]', 'categories = ["02"]', "workflows", "none applies"),
    (
        "yangying",
        "begins = 2023-09-23T18",
        "begins = 2022-09-23T18",
        "demo.incidents[0].begins",
        "",
    ),
    ("minquan", "shared/catalogue.toml", "shared/none.toml", "catalogue", "was found neither"),
]


@pytest.mark.parametrize(("name", "old", "new", "key", "reason"), BROKEN)
def test_a_wrong_profile_is_refused_with_file_key_and_reason(
    *, tmp_path: Path, name: str, old: str, new: str, key: str, reason: str
) -> None:
    path = tampered(tmp_path, name, old, new)
    with pytest.raises(BadProfile) as caught:
        load_profile(path, PROFILES)
    assert caught.value.extra["file"] == str(path)
    assert caught.value.extra["key"] == key
    assert reason in caught.value.extra["reason"]
    assert str(path) in caught.value.detail
    assert key in caught.value.detail_zh


def test_a_syntax_error_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nbounds = [1, 2\nlevels = 3\n', encoding="utf-8")
    with pytest.raises(BadProfile, match=r"not valid TOML.*line 3"):
        load_profile(path, PROFILES)


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes('name = "民权"'.encode("gbk"))
    with pytest.raises(BadProfile, match="not UTF-8"):
        load_profile(path, PROFILES)


def test_a_fault_in_the_catalogue_names_the_catalogue(tmp_path: Path) -> None:
    text = (PROFILES / "shared" / "catalogue.toml").read_text(encoding="utf-8")
    broken = tmp_path / "shared" / "catalogue.toml"
    broken.parent.mkdir()
    broken.write_text(text.replace('code = "0402"', 'code = "0401"'), encoding="utf-8")
    path = tampered(tmp_path, "minquan", "# ", "# ")
    with pytest.raises(BadProfile) as caught:
        load_profile(path, PROFILES)
    assert caught.value.extra["file"] == str(broken)
    assert "duplicate '0401'" in caught.value.extra["reason"]


def test_an_unknown_profile_lists_the_known_ones() -> None:
    with pytest.raises(BadProfile) as caught:
        load("minquna")
    assert "Did you mean minquan?" in caught.value.detail
    assert caught.value.extra["known"] == SHIPPED


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadProfile, match="does not exist"):
        load_profile(tmp_path / "none.toml", PROFILES)


def test_a_profile_of_ones_own_uses_the_shipped_companions(tmp_path: Path) -> None:
    profile = load_profile(
        tampered(tmp_path, "minquan", 'name = "minquan"', 'name = "x"'), PROFILES
    )
    assert profile.divisions == load("minquan").divisions
    assert profile.catalogue == load("minquan").catalogue


def test_the_page_of_sources_knows_every_list_of_divisions() -> None:
    folder = PROFILES.parent / "boundaries"
    page = (folder / "SOURCES.md").read_text(encoding="utf-8")
    lists = sorted(folder.glob("*.csv"))
    assert len(lists) == len(re.findall(r"\.divisions\.csv` \|", page))
    for path in lists:
        row = next(line for line in page.splitlines() if f"`{path.name}` |" in line)
        assert sha256(path.read_bytes()).hexdigest() in row
        assert f"| {len(path.read_text(encoding='utf-8').splitlines()) - 1} |" in row


def test_every_figure_names_its_source() -> None:
    """Each total carries the id of its source or 示意, in its line or above its paragraph."""
    known = re.compile(r"#.*(S\d-\d\d|A\d\d|示意|sources\.md|SOURCES\.md)")
    for name in SHIPPED:
        text = (PROFILES / f"{name}.toml").read_text(encoding="utf-8")
        for paragraph in text.partition("[demo]")[2].split("\n\n"):
            explained = any(known.search(line) for line in re.findall("(?m)^#.*", paragraph))
            for line in re.findall(r"(?m)^(?!seed)\w+ = \d{2,}[^-\d].*$", paragraph):
                assert explained or known.search(line), f"{name}: {line}"


def test_every_named_source_is_described() -> None:
    page = (PROFILES.parents[1] / "docs" / "sources.md").read_text(encoding="utf-8")
    described = set(re.findall(r"(?m)^\| ([SA]\d?-?\d\d) \|", page))
    files = [
        *PROFILES.glob("*.toml"),
        Path(__file__),
        *PROFILES.parents[1].glob("docs/profiles.md"),
    ]
    named = {
        mark
        for file in files
        for mark in re.findall(r"\b(?:S\d-\d\d|A\d\d)\b", file.read_text(encoding="utf-8"))
    }
    assert len(named) > 50
    assert named - described == set()


def test_a_deployment_with_data_of_its_own_needs_no_demo_table(tmp_path: Path) -> None:
    text = (PROFILES / "hongqi.toml").read_text(encoding="utf-8")
    mine = tmp_path / "hongqi.toml"
    mine.write_text(text[: text.index("[demo]")], encoding="utf-8")
    profile = load_profile(mine, PROFILES)
    assert profile.demo is None
    with pytest.raises(Invalid, match="no \\[demo\\] table"):
        demo_totals(profile)
