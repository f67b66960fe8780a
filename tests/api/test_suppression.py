"""What is open to all leaves small counts of people out, and the same ones in every list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine, text

from api.app import create_app
from tests.api.server import serving, settings_for

#: Party members of the basic grids of each village, one after the other.
MEMBERS = [3, 40, 7, 0, 2, 9, 1, 4]


@pytest.fixture
def open_site(world_url: str, world_engine: Engine, tmp_path) -> Iterator[httpx.Client]:
    """A server that tells figures to all, on villages that have a few Party members each."""
    with world_engine.begin() as owner:
        owner.execute(text("UPDATE household SET party_member_count = 0"))
        grids = owner.scalars(
            text("SELECT DISTINCT basic_grid_id FROM household WHERE basic_grid_id IS NOT NULL")
        )
        for number, grid in enumerate(sorted(grids)):
            owner.execute(
                text(
                    "UPDATE household SET party_member_count = :count WHERE household_id ="
                    " (SELECT min(household_id) FROM household WHERE basic_grid_id = :grid)"
                ),
                {"count": MEMBERS[number % len(MEMBERS)], "grid": grid},
            )
    settings = settings_for(world_url, anonymous="statistics", state_dir=tmp_path)
    with serving(create_app(settings)) as site:
        yield site


def listed(site: httpx.Client) -> dict[str, dict[str, object]]:
    """Return the counts of all grids, read one page after the other, by code."""
    url, found = "/api/v1/households/counts?limit=2", {}
    while url:
        answer = site.get(url).json()
        found |= {item["code"]: item for item in answer["items"]}
        url = next((link["href"] for link in answer["links"] if link["rel"] == "next"), "")
    return found


def test_every_list_leaves_out_the_same_counts(open_site):
    by_page = listed(open_site)
    figures = open_site.get("/api/v1/statistics/grids").json()
    assert list(by_page) == figures["codes"]
    for place, (code, row) in enumerate(by_page.items()):
        alone = open_site.get(f"/api/v1/grids/{code}/counts").json()["people"]
        assert alone == {name: row[name] for name in alone}
        assert figures["party_members"][place] == row["party_members"]
        assert figures["people"][place] == row["residents"]
        assert figures["households"][place] == row["households"]
    assert None in figures["party_members"]


def test_no_village_tells_what_its_grids_leave_out(open_site, world_engine):
    truth = defaultdict(dict)
    with world_engine.connect() as owner:
        for row in owner.execute(
            text(
                "SELECT v.division_code, v.code, coalesce(sum(h.party_member_count), 0) AS members"
                "  FROM grid_version AS v LEFT JOIN household AS h ON h.basic_grid_id = v.grid_id"
                " WHERE v.kind <> 'exclusive' AND upper_inf(v.generations) AND upper_inf(v.valid)"
                " GROUP BY 1, 2"
            )
        ):
            truth[row.division_code][row.code] = row.members
    told = listed(open_site)
    for village, members in truth.items():
        hidden = [n for code, n in members.items() if told[code]["party_members"] is None]
        assert {code for code, n in members.items() if 0 < n < 5} <= {
            code for code in members if told[code]["party_members"] is None
        }
        stats = open_site.get(f"/api/v1/divisions/{village}/stats").json()["people"]
        if hidden and stats["party_members"] is not None:
            assert len(hidden) > 1
            assert sum(hidden) >= 5
