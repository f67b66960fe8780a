"""The history of boundaries over HTTP, and the way back."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import Engine, text

from gis.accounts import hash_secret
from gis.boundaries.publishing import publish_changeset
from gis.core.access import WHOLE
from gis.core.editing import Split
from gis.db.session import write_session
from tests import drafting, factories
from tests.api.test_problems import assert_problem

COUNTY = factories.COUNTY[:6]
A, B = factories.TOWNSHIPS
SECOND = f"{factories.VILLAGES[0]}002"
LINE = (
    (factories.WEST + 55_000, factories.SOUTH + 80_000),
    (factories.WEST + 55_001, factories.SOUTH + 220_000),
)


@pytest.fixture
def published(world_engine: Engine) -> int:
    """Split a grid of township A; returns the generation."""
    with write_session(world_engine) as session:
        done = drafting.planned(session, COUNTY, Split(SECOND, LINE), (A,))
        number = drafting.write_changeset(session, COUNTY, done.changes, scope=[A])
    with write_session(world_engine, WHOLE) as session:
        return publish_changeset(session, number, actor="account:reviewer").generation


def key_of(engine: Engine, role: str, division: str) -> dict[str, str]:
    """Return the headers of a new key."""
    secret = f"gm_{role}{division}".ljust(46, "x")
    with engine.begin() as owner:
        owner.execute(
            text(
                "WITH added AS (INSERT INTO api_key (name, key_hash) VALUES (:name, :hash)"
                "               RETURNING api_key_id)"
                'INSERT INTO "grant" (api_key_id, role, division_code)'
                " SELECT api_key_id, :role, :division FROM added"
            ),
            {
                "name": secret,
                "hash": hash_secret(secret),
                "role": role,
                "division": division,
            },
        )
    return {"Authorization": f"Bearer {secret}"}


def test_the_history_of_a_split(own_api: httpx.Client, published: int) -> None:
    newest, oldest = own_api.get("/api/v1/generations").json()["generations"]
    assert (newest["generation"], newest["parent"], oldest["generation"]) == (published, 1, 1)
    assert newest["published_by"] == "account:reviewer"
    page = own_api.get("/api/v1/generations", params={"limit": 1}).json()
    again = own_api.get(next(x["href"] for x in page["links"] if x["rel"] == "next")).json()
    assert [row["generation"] for row in again["generations"]] == [1]

    features = own_api.get(f"/api/v1/generations/{published}/diff").json()["features"]
    actions = sorted(f["properties"]["action"] for f in features)
    assert actions.count("created") == 2
    assert actions.count("retired") == 1
    rows = own_api.get(f"/api/v1/generations/{published}/crosswalk").json()["rows"]
    basic = [row for row in rows if row["layer"] == "basic"]
    assert {row["source"] for row in basic} == {SECOND}
    answer = own_api.get(f"/api/v1/generations/{published}/crosswalk", params={"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.splitlines()) == 1 + len(rows)
    lineage = own_api.get(f"/api/v1/grids/{SECOND}/lineage").json()["lineage"]
    assert sum(row["area_share"] for row in lineage) == pytest.approx(1.0)
    assert_problem(own_api.get("/api/v1/generations/99"), 404, "not-found")
    assert_problem(
        own_api.get(f"/api/v1/generations/{published}/diff?against=99"), 404, "not-found"
    )


def test_a_rollback_is_drafted_by_who_may_draw_there(
    own_api: httpx.Client, world_engine: Engine, published: int
) -> None:
    path, body = f"/api/v1/generations/{published}/rollback", {"county": COUNTY, "only": True}
    elsewhere = key_of(world_engine, "planner", B)
    assert_problem(own_api.post(path, json=body, headers=elsewhere), 403, "forbidden")
    viewer = key_of(world_engine, "viewer", A)
    assert_problem(own_api.post(path, json=body, headers=viewer), 403, "forbidden")
    answer = own_api.post(path, json=body, headers=key_of(world_engine, "planner", A))
    assert answer.status_code == 201, answer.text
    with world_engine.connect() as owner:
        row = owner.execute(
            text("SELECT kind, state, scope_codes FROM changeset WHERE changeset_id = :id"),
            {"id": answer.json()["changeset_id"]},
        ).one()
    assert tuple(row) == ("rollback", "draft", [A])
    bad = {"county": "x"}
    assert_problem(
        own_api.post(path, json=bad, headers=key_of(world_engine, "planner", factories.COUNTY)),
        422,
        "invalid",
    )
