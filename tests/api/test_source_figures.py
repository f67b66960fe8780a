"""The figures that the five places reported come out of the API, exactly.

Each row names the figure's source in docs/sources.md (S0 Minquan, S1 Xiangcheng,
S2 Yangying, S3 Henan, S4 Hongqi, A = arithmetic between them).
"""

from collections.abc import Callable
from typing import Any

import pytest

from api.app import create_app
from gis.settings import Settings
from tests.api.server import serving

#: A two-hundred-fiftieth of the province of 2,466 townships, 52,000 villages and 400,000 grids;
#: ``gridmap demo`` makes a fiftieth, which takes a minute.
FRACTIONS = {"henan": 0.004}


def of_henan(fraction: float) -> list[tuple[str, str, float]]:
    return [
        ("S3-01", "divisions.township", round(2466 * fraction)),
        ("S3-02", "divisions.village", round(52000 * fraction)),
        ("assumed", "grids.total", round(400000 * fraction)),
    ]


FIGURES = {
    ("minquan", "411421"): [
        ("S0-02", "grids.total", 3463),
        ("S0-03", "grids.basic", 3179),
        ("S0-04", "grids.rural", 2931),
        ("S0-05", "grids.community", 248),
        ("S0-06", "grids.exclusive", 284),
        ("S0-07", "staff.grid_head", 3747),
        ("S0-10", "staff.full_time_member", 3467),
        ("S0-11", "staff.part_time_member", 3586),
        ("S0-15", "divisions.township", 19),
        ("S0-30", "events.total", 55455),
        ("A09", "events.closed", 51945),
        ("S0-32", "rates.closing_rate.value", 93.67),
        ("S0-27", "events.disputes", 2948),
        ("S0-28", "events.disputes_resolved", 2862),
        ("S0-29", "rates.resolution_rate.value", 97.08),
    ],
    ("xiangcheng", "411681"): [
        ("S1-01", "grids.community", 473),
        ("S1-02", "grids.rural", 1843),
        ("S1-03", "grids.exclusive", 303),
        ("S1-04", "staff.grid_head", 501),
        ("S1-05", "staff.full_time_member", 2322),
        ("S1-06", "staff.part_time_member", 1353),
        ("S1-07", "staff.volunteer", 8566),
        ("S1-09", "party_organisations.party_branch", 501),
        ("S1-10", "party_organisations.party_group", 2478),
        ("S1-11", "people.party_households", 4422),
        ("A14", "divisions.village", 501),
    ],
    ("yangying", "411324111"): [
        ("S2-01", "divisions.town", 1),
        ("S2-01", "divisions.area", 4),
        ("S2-01", "divisions.village", 20),
        ("S2-01", "grids.basic", 282),
        ("S2-03", "people.residents", 62600),
        ("S2-04", "staff.grid_head", 307),
        ("S2-05", "staff.part_time_member", 3087),
        ("S2-06", "people.party_households", 487),
        ("S2-09", "staff.supervisor", 20),
    ],
    ("hongqi", "410702"): [
        ("S4-01", "grids.basic", 611),
        ("S4-02", "grids.exclusive", 230),
        ("A20", "grids.total", 841),
        ("S4-07", "assets.camera", 2682),
    ],
    ("henan", "410000"): of_henan(FRACTIONS["henan"]),
}

EACH = [
    pytest.param(profile, code, path, figure, id=f"{profile}-{source}-{path}",
                 marks=pytest.mark.xdist_group(profile))
    for (profile, code), rows in FIGURES.items()
    for source, path, figure in rows
]  # fmt: skip


@pytest.fixture(scope="module")
def stats(
    demo_url: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {}

    def get(profile: str, path: str) -> dict[str, Any]:
        if path not in answers:
            url = demo_url(profile, FRACTIONS.get(profile))
            state = tmp_path_factory.mktemp("state")
            settings = Settings(DATABASE_URL=url, state_dir=state, anonymous="demo")
            with serving(create_app(settings)) as client:
                answer = client.get(path)
            assert answer.status_code == 200, answer.text
            answers[path] = answer.json()
        return answers[path]

    return get


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("profile", "code", "path", "figure"), EACH)
def test_a_reported_figure(stats, profile: str, code: str, path: str, figure: float) -> None:
    value: Any = stats(profile, f"/api/v1/divisions/{code}/stats")
    for key in path.split("."):
        value = value[key]
    assert value == figure


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("henan")
def test_the_figures_of_the_demo_of_henan(demo_url, tmp_path) -> None:
    settings = Settings(DATABASE_URL=demo_url("henan"), state_dir=tmp_path, anonymous="demo")
    with serving(create_app(settings)) as client:
        answer = client.get("/api/v1/divisions/410000/stats").json()
    for _, path, figure in of_henan(0.02):
        part, name = path.split(".")
        assert answer[part][name] == figure


#: Root and levels of each deployment's board; the last one is the grids'.
BOARDS = {
    "minquan": ("411421", ["county", "township", "village", "grid"]),
    "xiangcheng": ("411681", ["city", "township", "village", "grid"]),
    "yangying": ("411324111", ["town", "area", "village", "villager_group"]),
    "hongqi": ("410702", ["district", "township", "village", "grid"]),
    "henan": ("410000", ["province", "prefecture", "county", "township", "village", "grid"]),
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "profile", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in BOARDS]
)
def test_a_board_of_each_deployment(stats, profile: str) -> None:
    code, levels = BOARDS[profile]
    board = stats(profile, f"/api/v1/divisions/{code}/board")
    assert [level["slug"] for level in board["levels"]] == levels
    assert {child["level"] for child in board["children"]} == {levels[1]}
    assert len(board["children"]) == board["divisions"][levels[1]]
    for name in ("total", "open", "overdue", "closed", "on_time", "timed"):
        assert sum(child[name] for child in board["children"]) == board["events"][name], name
    assert sum(board["trend"]["reported"]) == board["events"]["total"]
    assert sum(board["trend"]["closed"]) == board["events"]["closed"]
    # Invented, but such as a place could report: every event has a deadline, most are kept.
    assert board["events"]["timed"] == board["events"]["closed"]
    assert 88 < board["rates"]["on_time_rate"]["value"] < 96
    assert board["outliers"]


@pytest.mark.xdist_group("yangying")
def test_the_flood_night_of_yangying(stats) -> None:
    """S2-17: on the night of 23 September 2023, 47 houses were flooded in four low villages."""
    # The list goes by the day of the report, and two were reported after midnight.
    path = "/api/v1/events?category=0701&from=2023-09-23&to=2023-09-24&limit=1000"
    features = [
        feature
        for feature in stats("yangying", path)["features"]
        if feature["properties"]["occurred_at"].startswith("2023-09-23")
    ]
    assert len(features) == 47
    villages = {feature["properties"]["division"] for feature in features}
    assert len(villages) == 4
