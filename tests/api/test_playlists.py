"""Playlists: kept by those who administer, read by screens, told as they change."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from sqlalchemy import Engine, text

from gis.accounts import hash_secret
from gis.playlists import Mode, model
from tests import factories
from tests.api.screens import Screen

A, B = factories.TOWNSHIPS
KEYS = {
    "county": ("admin", factories.COUNTY),
    "township": ("admin", A),
    "viewer": ("viewer", factories.COUNTY),
}
COUNTY = f"/api/v1/playlists/{factories.COUNTY}"


def secret(name: str) -> str:
    return "gm_" + name.ljust(43, "x")


def as_(name: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret(name)}", **more}


def stop(division: str, **more: Any) -> dict[str, Any]:
    return {"division": division, "mode": "overdue", "heat": True, "seconds": 20} | more


@pytest.fixture
def hall(own_api: httpx.Client, world_engine: Engine) -> httpx.Client:
    """A server with two administrators and somebody who only looks."""
    with world_engine.begin() as owner:
        for name, (role, division) in KEYS.items():
            owner.execute(
                text(
                    "WITH added AS (INSERT INTO api_key (name, key_hash) VALUES (:name, :hash)"
                    " RETURNING api_key_id)"
                    'INSERT INTO "grant" (api_key_id, role, division_code)'
                    " SELECT api_key_id, :role, :division FROM added"
                ),
                {
                    "name": name,
                    "hash": hash_secret(secret(name)),
                    "role": role,
                    "division": division,
                },
            )
    return own_api


def test_a_playlist_is_made_changed_and_removed_by_its_version(hall, world_engine) -> None:
    body = {"stops": [stop(factories.COUNTY), stop(A, mode="kind", heat=False, seconds=5)]}
    screen = Screen(hall, key=secret("viewer"))
    assert screen.hear().kind == "hello"

    made = hall.put(f"{COUNTY}/大厅", json=body, headers=as_("county"))
    assert made.status_code == 201, made.text
    assert made.headers["etag"] == made.json()["etag"]
    assert [s["division_name"] for s in made.json()["stops"]] == ["测试县", "测试东镇"]
    told = screen.hear()
    assert told.kind == "playlist.changed"
    assert told.data == {"division": factories.COUNTY, "name": "大厅"}
    screen.close()

    again = hall.put(f"{COUNTY}/大厅", json=body, headers=as_("county"))
    assert again.status_code == 428
    assert made.json()["etag"] in again.json()["detail"]
    body["stops"].reverse()
    seen = as_("county", **{"If-Match": made.json()["etag"]})
    changed = hall.put(f"{COUNTY}/大厅", json=body, headers=seen)
    assert changed.status_code == 200
    assert [s["division"] for s in changed.json()["stops"]] == [A, factories.COUNTY]
    late = hall.put(f"{COUNTY}/大厅", json=body, headers=seen)
    assert late.status_code == 412
    assert late.json()["etag"] == changed.json()["etag"]

    found = hall.get("/api/v1/playlists", params={"name": "大厅"}, headers=as_("viewer")).json()
    assert found == {"items": [changed.json()], "numberReturned": 1}
    assert hall.delete(f"{COUNTY}/大厅", headers=as_("county")).status_code == 428
    last = as_("county", **{"If-Match": changed.json()["etag"]})
    assert hall.delete(f"{COUNTY}/大厅", headers=last).status_code == 204
    assert hall.delete(f"{COUNTY}/大厅", headers=last).status_code == 404
    assert hall.put(f"{COUNTY}/大厅", json=body, headers=last).status_code == 412

    with world_engine.connect() as owner:
        audited = owner.execute(
            text(
                "SELECT action, actor, subject, division_code FROM audit"
                " WHERE action LIKE 'playlist.%' ORDER BY audit_id"
            )
        ).all()
    what = ("key:county", "playlist:大厅", factories.COUNTY)
    assert audited == [(f"playlist.{deed}", *what) for deed in ("add", "change", "remove")]


def test_one_keeps_playlists_of_the_own_area_only(hall) -> None:
    own, other = f"/api/v1/playlists/{A}/default", f"/api/v1/playlists/{B}/default"
    body = {"stops": [stop(factories.VILLAGES[0])]}
    assert hall.put(own, json=body, headers=as_("viewer")).status_code == 403
    assert hall.put(own, json=body).status_code == 401
    for path in (other, f"{COUNTY}/default", "/api/v1/playlists/990199/default"):
        refused = hall.put(path, json=body, headers=as_("township"))
        assert refused.status_code == 403, refused.text
        assert "not in your area" in refused.json()["detail"]
    assert hall.put(own, json=body, headers=as_("township")).status_code == 201
    assert hall.put(other, json={"stops": [stop(B)]}, headers=as_("county")).status_code == 201

    listed = hall.get("/api/v1/playlists", headers=as_("township")).json()["items"]
    assert [item["division"] for item in listed] == [A]
    listed = hall.get("/api/v1/playlists", headers=as_("county")).json()["items"]
    assert [item["division"] for item in listed] == [A, B]


@pytest.mark.parametrize("name", ["default\u200d", "\u200cx", "\u0301x", "e\u0301", A])
def test_a_name_hides_nothing_and_is_no_division(hall, name) -> None:
    body = {"stops": [stop(A)]}
    assert (
        hall.put(f"/api/v1/playlists/{A}/{name}", json=body, headers=as_("county")).status_code
        == 422
    )


def test_a_refusal_names_the_stop_and_the_remedy(hall) -> None:
    path = f"/api/v1/playlists/{A}/default"
    elsewhere = hall.put(path, json={"stops": [stop(A), stop(B)]}, headers=as_("county"))
    assert elsewhere.status_code == 422
    assert elsewhere.json()["errors"][0]["loc"] == ["body", "stops", "1", "division"]
    assert elsewhere.json()["detail"].startswith(f"Stop 2: {B} is neither {A} nor below it; choose")
    assert elsewhere.json()["detail_zh"].startswith(f"第 2 站：{B} 不属于 {A}；请改选")
    short = hall.put(path, json={"stops": [stop(A, seconds=4)]}, headers=as_("county"))
    assert short.json()["errors"][0]["loc"] == ["body", "stops", "0", "seconds"]
    for body in ({"stops": []}, {"stops": [stop(A, mode="rainbow")]}, {}):
        assert hall.put(path, json=body, headers=as_("county")).status_code == 422
    for name in ("a,b", "a@b", " a", "x" * 41):
        there = httpx.URL(hall.base_url).join(f"/api/v1/playlists/{A}/").raw_path.decode() + name
        refused = hall.put(there, json={"stops": [stop(A)]}, headers=as_("county"))
        assert refused.status_code == 422, name
    nowhere = hall.put(
        "/api/v1/playlists/990199/default", json={"stops": [stop(A)]}, headers=as_("county")
    )
    assert nowhere.status_code == 404


def test_pages_and_server_know_the_same_colours() -> None:
    module = Path(__file__).parents[2] / "web/static/js/core/screen_state.js"
    listed = re.search(r"SCREEN_MODES = .*?\((\[.*?\])\)", module.read_text(encoding="utf-8"))
    assert listed is not None
    assert tuple(re.findall('"(\\w+)"', listed[1])) == get_args(Mode)


def test_the_page_knows_the_limits() -> None:
    module = Path(__file__).parents[2] / "web/static/js/core/playlist_draft.js"
    told = dict(re.findall(r"export const (\w+) = (\d+);", module.read_text(encoding="utf-8")))
    for name in ("SHORTEST_S", "LONGEST_S", "MOST_STOPS"):
        assert int(told[name]) == getattr(model, name)
