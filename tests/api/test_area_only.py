"""Promise 5: a key of one township learns nothing of another, by any way through the API.

Two proofs over the same list of requests, which names every route of the application. *Marks*: all
that lies in township B carries marks, and no answer to township A's key holds one. *Silence*:
whatever is changed in B, every answer to that key, headers and all, stays the same to the byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import Engine, text
from starlette.routing import Route

from api.app import create_app
from api.kept.standing import Standing
from gis.accounts import hash_secret
from gis.privacy import new_keyring, write_keyring
from tests import factories
from tests.api import drafting
from tests.api.server import serving, settings_for

A, B = factories.TOWNSHIPS
OWN_VILLAGE, OTHER_VILLAGE = factories.VILLAGES[0], factories.VILLAGES[2]
OWN_GRID, OTHER_GRID = OWN_VILLAGE + "002", OTHER_VILLAGE + "002"
OTHER_PARK = OTHER_VILLAGE + "901"
KEY = "gm_" + "a" * 43
MARK = "乙镇机密"
#: A point of each township; degrees.
HERE, THERE = (115.005, 34.515), (115.025, 34.515)


@dataclass(frozen=True)
class Ask:
    """One request.

    `denied`: its answer must be an error. `settled`: asked twice, it is answered alike; the audit
    and the times of use tell what was done in between.
    """

    path: str
    method: str = "GET"
    params: dict[str, object] = field(default_factory=dict)
    body: object = None
    denied: bool = False
    settled: bool = True


def asks(numbers: dict[str, str]) -> dict[str, list[Ask]]:
    """Return what is asked, by the pattern of the route: for oneself, for all, for the others."""
    v1 = "/api/v1"
    everywhere = {"bbox": "114.9,34.4,115.2,34.7"}
    there = {"bbox": "115.021,34.501,115.039,34.529"}
    point_there = {"lon": THERE[0], "lat": THERE[1], "crs": "EPSG:4490"}
    points = {"points": [{"lon": x, "lat": y} for x, y in (HERE, THERE)]}
    return (
        {
            f"{v1}/deployment": [Ask(f"{v1}/deployment")],
            f"{v1}/divisions": [
                Ask(f"{v1}/divisions"),
                Ask(f"{v1}/divisions", params={"parent": factories.COUNTY}),
                Ask(f"{v1}/divisions", params={"within": B}),
                Ask(f"{v1}/divisions", params={"within": factories.COUNTY, "level": "village"}),
            ],
            f"{v1}/divisions/{{code}}": [
                Ask(f"{v1}/divisions/{A}"),
                Ask(f"{v1}/divisions/{factories.COUNTY}"),
                Ask(f"{v1}/divisions/{B}", denied=True),
                Ask(f"{v1}/divisions/{OTHER_VILLAGE}", denied=True),
            ],
            f"{v1}/divisions/{{code}}/tree": [
                Ask(f"{v1}/divisions/{factories.COUNTY}/tree", params={"depth": 5}),
                Ask(f"{v1}/divisions/{factories.COUNTY}/tree", params={"depth": 0}),
                Ask(f"{v1}/divisions/{B}/tree", denied=True),
            ],
            f"{v1}/divisions/{{code}}/stats": [
                Ask(f"{v1}/divisions/{A}/stats"),
                Ask(f"{v1}/divisions/{OWN_VILLAGE}/stats"),
                Ask(f"{v1}/divisions/{factories.COUNTY}/stats", denied=True),
                Ask(f"{v1}/divisions/{B}/stats", denied=True),
            ],
            f"{v1}/divisions/{{code}}/board": [
                Ask(f"{v1}/divisions/{A}/board"),
                Ask(f"{v1}/divisions/{OWN_VILLAGE}/board"),
                Ask(f"{v1}/divisions/{factories.COUNTY}/board", denied=True),
                Ask(f"{v1}/divisions/{B}/board", denied=True),
            ],
            f"{v1}/assets": [
                Ask(f"{v1}/assets"),
                Ask(f"{v1}/assets", params=everywhere | {"kind": "camera"}),
                Ask(f"{v1}/assets", params=there),
                Ask(f"{v1}/assets", params={"division": B}),
            ],
            f"{v1}/grids": [
                Ask(f"{v1}/grids"),
                Ask(f"{v1}/grids", params=everywhere),
                Ask(f"{v1}/grids", params=there),
                Ask(f"{v1}/grids", params={"division": B}),
                Ask(f"{v1}/grids", params={"division": factories.COUNTY, "kind": "exclusive"}),
                Ask(f"{v1}/grids", params={"limit": 2}),
            ],
            f"{v1}/grids/{{code}}": [
                Ask(f"{v1}/grids/{OWN_GRID}"),
                # At the border: its neighbours are named in words (四至).
                Ask(f"{v1}/grids/{factories.VILLAGES[1]}002"),
                Ask(f"{v1}/grids/{OTHER_GRID}", denied=True),
                Ask(f"{v1}/grids/{OTHER_PARK}", denied=True),
            ],
            f"{v1}/grids/{{code}}/counts": [
                Ask(f"{v1}/grids/{OWN_GRID}/counts", params={"by": ["month", "class"]}),
                Ask(f"{v1}/grids/{OTHER_GRID}/counts", denied=True),
            ],
            f"{v1}/grids/{{code}}/history": [
                Ask(f"{v1}/grids/{OWN_GRID}/history"),
                Ask(f"{v1}/grids/{OTHER_GRID}/history", denied=True),
            ],
            **drafting_asks(numbers),
            **upload_asks(numbers),
            f"{v1}/households/counts": [
                Ask(f"{v1}/households/counts"),
                Ask(f"{v1}/households/counts", params={"division": B}),
            ],
            f"{v1}/events": [
                Ask(f"{v1}/events", params={"limit": 1000}),
                Ask(f"{v1}/events", params={"limit": 7}),
                Ask(f"{v1}/events", params={"division": B}),
                Ask(f"{v1}/events", params={"grid": OTHER_GRID}),
                Ask(f"{v1}/events", params={"overdue": True}),
                Ask(f"{v1}/events", params=everywhere),
                Ask(f"{v1}/events", params=there),
                Ask(
                    f"{v1}/events",
                    method="POST",
                    body=report("there", THERE),
                    denied=True,
                ),
                # The id of an event of the other township, with other words.
                Ask(
                    f"{v1}/events",
                    method="POST",
                    body=report(numbers["source_id"], HERE, source=numbers["source"]),
                    denied=True,
                ),
            ],
            f"{v1}/events/{{event_no}}": [
                Ask(f"{v1}/events/{numbers['own_event']}"),
                Ask(f"{v1}/events/{numbers['other_event']}", denied=True),
            ],
            # Nobody is stored here; `test_persons.py` looks at those who are.
            f"{v1}/persons/{{subject}}/{{number}}": [
                Ask(f"{v1}/persons/event/{numbers['own_event']}", denied=True),
                Ask(f"{v1}/persons/event/{numbers['other_event']}", denied=True),
                Ask(
                    f"{v1}/persons/event/{numbers['other_event']}",
                    method="PUT",
                    body={"name": "张三"},
                    denied=True,
                ),
            ],
            f"{v1}/persons/{{subject}}/{{number}}/unmask": [
                Ask(
                    f"{v1}/persons/event/{numbers['other_event']}/unmask",
                    method="POST",
                    body={"reason": "回访事件"},
                    denied=True,
                ),
            ],
            f"{v1}/persons/search": [
                Ask(
                    f"{v1}/persons/search",
                    method="POST",
                    # What succeeds is written into the audit, which is asked for as well.
                    body={"phone": "x", "reason": "回访事件"},
                    denied=True,
                ),
            ],
            f"{v1}/audit": [
                Ask(f"{v1}/audit"),
                Ask(f"{v1}/audit", params={"division": B}),
            ],
            f"{v1}/locate": [
                Ask(f"{v1}/locate", params={"lon": HERE[0], "lat": HERE[1], "crs": "EPSG:4490"}),
                # Five metres from the other township, with a field accuracy of a kilometre.
                Ask(
                    f"{v1}/locate",
                    params={"lon": 115.0199, "lat": 34.503, "crs": "EPSG:4490", "accuracy_m": 1000},
                ),
                Ask(f"{v1}/locate", params=point_there, denied=True),
                Ask(f"{v1}/locate", params=point_there | {"generation": 1}, denied=True),
                Ask(f"{v1}/locate", method="POST", params={"crs": "EPSG:4490"}, body=points),
                Ask(
                    f"{v1}/locate",
                    method="POST",
                    params={"crs": "EPSG:4490", "generation": 1, "at": "2025-06-01"},
                    body=points,
                ),
            ],
            f"{v1}/search": [
                Ask(f"{v1}/search", params={"q": "网格"}),
                Ask(f"{v1}/search", params={"q": MARK}),
                Ask(f"{v1}/search", params={"q": B[:9]}),
                Ask(f"{v1}/search", params={"q": "9901"}),
            ],
            # What it streams has no end; `test_live.py` listens to it.
            f"{v1}/live": [Ask(f"{v1}/live", params={"after": "x" * 9000}, denied=True)],
            f"{v1}/heat": [
                Ask(f"{v1}/heat"),
                Ask(f"{v1}/heat", params={"cell_m": 75}),
                Ask(f"{v1}/heat", params={"division": A}),
                Ask(f"{v1}/heat", params={"division": B}, denied=True),
            ],
            **asks_of_playback(),
            f"{v1}/statistics/grids": [
                Ask(f"{v1}/statistics/grids"),
                Ask(f"{v1}/statistics/grids", params={"division": A}),
                Ask(f"{v1}/statistics/grids", params={"division": factories.COUNTY}, denied=True),
            ],
            f"{v1}/statistics/tracts": [Ask(f"{v1}/statistics/tracts")],
            f"{v1}/statistics/timeline": [Ask(f"{v1}/statistics/timeline")],
            # No base map is configured; one shows the land, and nothing that is ours.
            "/tiles/base/{z}/{x}/{y}": [Ask("/tiles/base/3/6/3", denied=True)],
            "/tiles/grids/{generation}.topojson": [
                Ask("/tiles/grids/1.topojson"),
                Ask("/tiles/grids/1.topojson", params={"v": numbers["whole_version"]}),
                Ask("/tiles/grids/1.topojson", params={"division": A}),
                Ask("/tiles/grids/1.topojson", params={"division": factories.COUNTY}),
                Ask("/tiles/grids/1.topojson", params={"division": B}, denied=True),
            ],
            "/tiles/overview/{generation}.topojson": [
                Ask("/tiles/overview/1.topojson"),
                Ask("/tiles/overview/1.topojson", params={"form": "packed"}),
            ],
            "/": [Ask("/")],
            "/edit": [Ask("/edit")],
            "/screen": [Ask("/screen")],
        }
        | asks_of_people(numbers)
        | asks_of_access()
        | asks_of_history()
    )


def asks_of_playback() -> dict[str, list[Ask]]:
    """Return what is asked of the playback; pictures are of the same figures."""
    played, june = "/api/v1/playback", {"from": "2025-06-01", "to": "2025-06-20"}
    film = june | {"from": "2025-06-19", "width": 640, "step": "day"}
    return {
        played: [
            Ask(played, params=june | {"cell_m": 75}),
            Ask(played, params=june | {"step": "week", "division": A}),
            Ask(played, params=june | {"division": B}, denied=True),
            Ask(played, params=june | {"division": factories.COUNTY}, denied=True),
        ],
        f"{played}.gif": [
            Ask(f"{played}.gif", params=film),
            Ask(f"{played}.gif", params=film | {"division": B}, denied=True),
        ],
    }


def asks_of_people(numbers: dict[str, str]) -> dict[str, list[Ask]]:
    """Return what is asked of people's data and of the audit."""
    persons = "/api/v1/persons"
    person, unmask = f"{persons}/{{subject}}/{{number}}", {"reason": "核实来电"}
    there = [
        f"{persons}/household/{numbers['other_household']}",
        f"{persons}/event/{numbers['other_event']}",
        f"{persons}/staff/{numbers['other_staff']}",
    ]
    return {
        person: [
            *(Ask(path, denied=True) for path in there),
            *(Ask(path, method="PUT", body={"name": "甲"}, denied=True) for path in there),
        ],
        f"{person}/unmask": [
            Ask(f"{path}/unmask", method="POST", body=unmask, denied=True) for path in there
        ],
        f"{persons}/search": [
            Ask(
                f"{persons}/search",
                method="POST",
                body=unmask | {"phone": OTHER_PHONE},
                settled=False,
            )
        ],
        "/api/v1/audit": [
            Ask("/api/v1/audit", settled=False),
            Ask("/api/v1/audit", params={"division": B}, settled=False),
        ],
    }


def asks_of_history() -> dict[str, list[Ask]]:
    """Return what is asked of generations."""
    generations, lineage = "/api/v1/generations", "/api/v1/grids/{code}/lineage"
    one = f"{generations}/{{generation}}"
    back = {"county": factories.COUNTY[:6]}
    return {
        generations: [Ask(generations), Ask(generations, params={"limit": 1})],
        one: [Ask(f"{generations}/1"), Ask(f"{generations}/2", denied=True)],
        f"{one}/diff": [Ask(f"{generations}/1/diff")],
        f"{one}/crosswalk": [
            Ask(f"{generations}/1/crosswalk"),
            Ask(f"{generations}/1/crosswalk", params={"format": "csv"}),
        ],
        f"{one}/rollback": [
            Ask(f"{generations}/1/rollback", method="POST", body=back, denied=True)
        ],
        lineage: [
            Ask(lineage.replace("{code}", OWN_GRID)),
            Ask(lineage.replace("{code}", OTHER_GRID), denied=True),
        ],
    }


def asks_of_access() -> dict[str, list[Ask]]:
    """Return what is asked of sessions, accounts and keys."""
    session, accounts, keys = "/api/v1/session", "/api/v1/accounts", "/api/v1/keys"
    account = f"{accounts}/{{login}}"
    grant = f"{account}/grants/{{role}}/{{division}}"
    there = f"{accounts}/{OTHER_LOGIN}"
    new = {"login": "neu", "display_name": "neu", "role": "viewer", "division": B}
    wrong = {"login": OTHER_LOGIN, "password": "no such password"}
    return {
        session: [
            Ask(session),
            Ask(session, method="POST", body=wrong, denied=True, settled=False),
            Ask(session, method="DELETE", settled=False),
        ],
        f"{session}/password": [
            Ask(
                f"{session}/password",
                method="POST",
                body={"old": "x", "new": "correct horse battery"},
                denied=True,
            )
        ],
        accounts: [Ask(accounts), Ask(accounts, method="POST", body=new, denied=True)],
        account: [Ask(there, method="PATCH", body={"is_disabled": True}, denied=True)],
        f"{account}/password": [Ask(f"{there}/password", method="POST", denied=True)],
        grant: [
            Ask(f"{there}/grants/viewer/{division}", method=method, denied=True)
            for method in ("PUT", "DELETE")
            for division in (A, B)
            if (method, division) != ("PUT", A)
        ],
        keys: [
            Ask(keys, settled=False),
            Ask(keys, method="POST", body={"name": "k", "division": B}, denied=True),
        ],
        f"{keys}/{{id}}": [Ask(f"{keys}/1", method="DELETE", denied=True)],
        **asks_of_playlists(),
    }


def asks_of_playlists() -> dict[str, list[Ask]]:
    playlists = "/api/v1/playlists"
    stops = {"stops": [{"division": B}]}
    return {
        playlists: [Ask(playlists), Ask(playlists, params={"division": B})],
        f"{playlists}/{{division}}/{{name}}": [
            Ask(f"{playlists}/{division}/default", method=method, body=stops, denied=True)
            for method in ("PUT", "DELETE")
            for division in (A, B, factories.COUNTY)
        ],
    }


def upload_asks(numbers: dict[str, str]) -> dict[str, list[Ask]]:
    """Return what is asked of files on their way into a draft; nothing that would make one."""
    uploads = "/api/v1/boundary-uploads"
    each = f"{uploads}/{{upload_id}}"
    own, other = (each.format(upload_id=numbers[name]) for name in ("own_upload", "other_upload"))
    nameless = {"title": ""}
    return {
        uploads: [
            Ask(uploads),
            Ask(uploads, method="POST", params={"filename": "x.txt"}, denied=True),
        ],
        each: [Ask(own), Ask(other, denied=True)],
        f"{each}/features": [
            Ask(f"{own}/features"),
            Ask(f"{own}/features", params={"crs": "EPSG:4490"}),
            Ask(f"{other}/features", denied=True),
        ],
        f"{each}/confirm": [
            Ask(f"{own}/confirm", method="POST", body={"accept": ["all"]}),
            Ask(f"{other}/confirm", method="POST", body={}, denied=True),
        ],
        f"{each}/apply": [
            Ask(f"{own}/apply", method="POST", body=nameless, denied=True),
            Ask(f"{other}/apply", method="POST", body={}, denied=True),
        ],
    }


def drafting_asks(numbers: dict[str, str]) -> dict[str, list[Ask]]:
    """Return what is asked of drafts; nothing that would make another one."""
    each = "/api/v1/changesets/{changeset_id}"
    own, other = (each.format(changeset_id=numbers[name]) for name in ("own_draft", "other_draft"))
    tried = {"dry_run": True}
    found = {
        "/api/v1/changesets": [
            Ask("/api/v1/changesets"),
            Ask("/api/v1/changesets", params={"division": B}),
            Ask(
                "/api/v1/changesets",
                method="POST",
                body={"title": "x", "scope": [A, B]},
                denied=True,
            ),
        ],
        each: [
            Ask(own),
            Ask(other, denied=True),
            Ask(own, method="PATCH", body={"scope": [A, B]}, denied=True),
            Ask(other, method="PATCH", body={"title": "x"}, denied=True),
        ],
        f"{each}/ops": [
            Ask(f"{own}/ops"),
            Ask(f"{other}/ops", denied=True),
            # Up to the border, exactly: the neighbour gets a vertex.
            Ask(
                f"{own}/ops",
                method="POST",
                params=tried,
                body=drafting.cut(1, 1) | {"exact_end": True},
            ),
            Ask(
                f"{own}/ops",
                method="POST",
                params=tried,
                body=drafting.moved_corner(2, 1),
                denied=True,
            ),
            Ask(f"{own}/ops", method="POST", params=tried, body=drafting.cut(3, 1), denied=True),
            Ask(
                f"{own}/ops",
                method="POST",
                params=tried,
                body={"op": "merge", "grids": [f"{factories.VILLAGES[1]}002", OTHER_GRID]},
                denied=True,
            ),
            Ask(f"{other}/ops", method="POST", params=tried, body=drafting.cut(3, 1), denied=True),
        ],
    }
    for part in ("grids", "validation", "preview", "comments", "presence"):
        found[f"{each}/{part}"] = [Ask(f"{own}/{part}"), Ask(f"{other}/{part}", denied=True)]
    said = {"comments": {"body": "x"}, "presence": {"grids": []}}
    for part, body in said.items():
        found[f"{each}/{part}"].append(
            Ask(f"{other}/{part}", method="POST", body=body, denied=True)
        )
    found[f"{each}/presence"].append(Ask(f"{other}/presence", method="DELETE", denied=True))
    found[f"{each}/comments/{{comment_id}}"] = [
        Ask(f"{own}/comments/1", method="PATCH", body={"is_resolved": False}),
        Ask(f"{other}/comments/1", method="PATCH", body={"is_resolved": True}, denied=True),
    ]
    deeds = ("undo", "redo", "rebase", "submit", "withdraw", "approve", "reject", "publish")
    for deed in (*deeds, "schedule", "unschedule"):
        body = {"comment": "x"} if deed in ("approve", "reject") else {}
        found[f"{each}/{deed}"] = [
            # Without saying on which version.
            Ask(f"{whose}/{deed}", method="POST", body=body, denied=True)
            for whose in (own, other)
        ]
    return found


#: Routes that tell nothing of any township, whoever asks.
OPEN = {
    "/health/live",
    "/health/ready",
    "/docs",
    "/openapi.json",
    "/login",
    "/admin",
    "/kiosk/{link}",
    "/login/oidc",
    "/login/oidc/callback",
}
OTHER_LOGIN, OTHER_PHONE = "geheim", "13912345678"


def report(source_id: str, place: tuple[float, float], source: str = "hotline_12345") -> dict:
    return {
        "source": source,
        "source_id": source_id,
        "title": "路灯不亮",
        "category_code": "0502",
        "position": {"x": place[0], "y": place[1], "crs": "EPSG:4490"},
    }


@pytest.fixture
def marked(world_engine: Engine, tmp_path: Path) -> dict[str, str]:
    """Mark all that lies in township B, and give A's key; returns what the requests name."""
    with world_engine.begin() as owner:
        for statement in MARKING:
            owner.execute(text(statement), {"mark": MARK, "b": B[:9] + "%"})
        owner.execute(
            text(
                "WITH added AS (INSERT INTO api_key (name, key_hash) VALUES ('a', :hash)"
                "               RETURNING api_key_id)"
                'INSERT INTO "grant" (api_key_id, role, division_code)'
                " SELECT api_key_id, role, :a FROM added,"
                "        unnest(ARRAY['viewer', 'dispatcher', 'planner', 'reviewer', 'auditor',"
                "                     'admin']) AS role"
            ),
            {"hash": hash_secret(KEY), "a": A},
        )
        number = "SELECT event_no FROM event JOIN grid_version USING (county_code) WHERE grid_id ="
        own = owner.scalar(
            text(f"{number} basic_grid_id AND division_code LIKE :a LIMIT 1"), {"a": A[:9] + "%"}
        )
        other = owner.execute(
            text(
                "SELECT event_no, source, source_id FROM event JOIN grid_version"
                " USING (county_code) WHERE grid_id = basic_grid_id AND division_code LIKE :b"
                " LIMIT 1"
            ),
            {"b": B[:9] + "%"},
        ).one()
        household, person = (
            owner.scalar(text(statement), {"b": B[:9] + "%"})
            for statement in (
                "SELECT household_no FROM household JOIN grid_version USING (county_code)"
                " WHERE grid_id = basic_grid_id AND division_code LIKE :b LIMIT 1",
                "SELECT staff_no FROM staff JOIN posting USING (county_code, staff_id)"
                " WHERE division_code LIKE :b LIMIT 1",
            )
        )
    drafts_of = {
        name: drafting.begun(world_engine, township, title, column)
        for name, township, title, column in (
            ("own_draft", A, "本镇调整", 1),
            ("other_draft", B, MARK, 3),
        )
    }
    uploads_of = {
        "own_upload": drafting.uploaded(world_engine, A, "key:a", tmp_path),
        "other_upload": drafting.uploaded(world_engine, B, "key:b", tmp_path),
    }
    return {
        **drafts_of,
        **uploads_of,
        "own_event": own,
        "other_household": household,
        "other_staff": person,
        "other_event": other.event_no,
        "source": other.source,
        "source_id": other.source_id,
    }


MARKING = (
    "INSERT INTO account (login, display_name) VALUES ('geheim', :mark)",
    "WITH other AS (INSERT INTO api_key (name, key_hash) VALUES (:mark, '\\x00')"
    "               RETURNING api_key_id)"
    'INSERT INTO "grant" (account_id, api_key_id, role, division_code)'
    " SELECT NULL, api_key_id, 'viewer', code FROM other, division"
    "  WHERE code LIKE :b AND level = 'township'"
    " UNION ALL SELECT account_id, NULL, 'viewer', code FROM account, division"
    "  WHERE code LIKE :b AND level = 'township'",
    "SELECT append_audit('account:geheim', NULL, 'x', :mark, code, NULL, NULL, NULL)"
    "  FROM division WHERE code LIKE :b AND level = 'township'",
    "INSERT INTO playlist (division_code, name, stops, changed_by)"
    " SELECT code, :mark, jsonb_build_array(jsonb_build_object("
    "        'division', code, 'mode', 'colour', 'heat', false, 'seconds', 15)), 'x'"
    "   FROM division WHERE code LIKE :b AND level = 'township'",
    "UPDATE division SET name = :mark || name WHERE code LIKE :b",
    "UPDATE grid_version SET name = :mark || name WHERE division_code LIKE :b",
    "UPDATE event SET title = :mark, description = :mark, address_text = :mark"
    " WHERE basic_grid_id IN (SELECT grid_id FROM grid_version WHERE division_code LIKE :b)",
    "UPDATE staff SET name = :mark WHERE staff_id IN"
    " (SELECT staff_id FROM posting WHERE division_code LIKE :b)",
    "UPDATE party_organisation SET name = :mark WHERE division_code LIKE :b",
    "UPDATE household SET household_no = :mark || household_no"
    " WHERE basic_grid_id IN (SELECT grid_id FROM grid_version WHERE division_code LIKE :b)",
)

#: Changes in township B that its people would notice everywhere.
CHANGES = (
    "UPDATE grid_version SET name = 'x' || name, colour_index = (colour_index + 1) % 6,"
    " area_m2 = area_m2 + 1 WHERE division_code LIKE :b",
    "UPDATE division SET name = 'x' || name WHERE code LIKE :b",
    "UPDATE division_outline SET area_m2 = area_m2 + 1 WHERE division_code LIKE :b",
    "UPDATE event SET closed_at = NULL, resolved = NULL, level = 1, title = 'x',"
    " reported_at = reported_at + interval '40 days' WHERE basic_grid_id IN"
    " (SELECT grid_id FROM grid_version WHERE division_code LIKE :b)",
    "DELETE FROM household WHERE basic_grid_id IN"
    " (SELECT grid_id FROM grid_version WHERE division_code LIKE :b)",
    "DELETE FROM asset WHERE basic_grid_id IN"
    " (SELECT grid_id FROM grid_version WHERE division_code LIKE :b)",
    "DELETE FROM party_organisation WHERE division_code LIKE :b",
    "DELETE FROM posting WHERE division_code LIKE :b",
    "UPDATE playlist SET version = version + 1 WHERE division_code LIKE :b",
)


@pytest.fixture
def served(marked, world_url: str, tmp_path) -> Iterator[httpx.Client]:
    """A server that lets nobody in without a key."""
    write_keyring(tmp_path / "keys.json", new_keyring())
    settings = settings_for(
        world_url, state_dir=tmp_path, anonymous="none", person_keys=tmp_path / "keys.json"
    )
    app = create_app(settings)
    # All is counted anew each time, so that what is kept hides nothing from the second proof.
    app.state.standing = Standing(kept_s=0)
    app.state.tract_figures = Standing(kept_s=0)
    app.state.tract_living = Standing(kept_s=0)
    with serving(app) as client:
        yield client


def ask(client: httpx.Client, wanted: Ask) -> httpx.Response:
    return client.request(
        wanted.method,
        wanted.path,
        params=wanted.params,
        json=wanted.body if wanted.body is not None else None,
        headers={"Authorization": f"Bearer {KEY}"},
    )


def whole(answer: httpx.Response) -> str:
    """Return all that an answer says, but when it was sent and what is drawn for each page."""
    headers = {k: v for k, v in answer.headers.items() if k not in {"date", "server"}}
    body, policy = answer.text, headers.pop("content-security-policy", "")
    body, times = re.subn('"(now|standing_at)":"[^"]*"', "", body)  # of boards
    if times:
        del headers["content-length"]  # packed with these times
    if headers.get("content-type") == "image/gif":
        del headers["last-modified"], headers["etag"]  # of a file that is drawn for each
    if "'nonce-" in policy:
        body = body.replace(policy.split("'nonce-")[1].split("'")[0], "")
        del headers["content-length"]  # packed with what is drawn
        body = re.sub("[0-9a-f]{32}", "", body)  # Folium's names of elements
    return json.dumps([answer.status_code, headers, body], ensure_ascii=False)


def leaves(routes: list[object]) -> Iterator[Route]:
    """Give every route of an application, also those of its routers."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is not None:
            yield from leaves(router.routes)
        elif isinstance(route, Route):
            yield route


def all_asks(marked: dict[str, str]) -> dict[str, list[Ask]]:
    return asks(marked | {"whole_version": "0" * 32 + "-1"})


def test_every_route_is_in_the_list(marked, world_url):
    app = create_app(settings_for(world_url))
    routes = {(method, route.path) for route in leaves(app.routes) for method in route.methods}
    listed = {(a.method, path) for path, some in all_asks(marked).items() for a in some}
    assert {path for _, path in routes} - OPEN - ELSEWHERE == {path for _, path in listed}
    assert {(m, p) for m, p in routes if p not in OPEN | ELSEWHERE} - {
        ("HEAD", path) for _, path in listed
    } <= listed


#: They count the requests themselves, so no two answers are alike; see the last tests.
ELSEWHERE: set[str] = {"/metrics"}


def without_question(answer: httpx.Response, wanted: Ask) -> str:
    """Return what an answer says, without the parameters that its link to itself repeats."""
    told = answer.text + str(answer.headers)
    for name, value in wanted.params.items():
        told = told.replace(f"{name}={quote(str(value))}", "")
    return told


def test_no_answer_holds_a_mark_of_the_other_township(served, marked):
    for pattern, some in all_asks(marked).items():
        for wanted in some:
            answer = ask(served, wanted)
            assert answer.status_code < 500, (pattern, answer.text)
            assert answer.is_error == wanted.denied, (wanted, answer.text)
            sent = json.dumps([wanted.path, wanted.params, wanted.body], ensure_ascii=False)
            for trace in (MARK, B, B[:9], OTHER_VILLAGE, marked["other_event"]):
                if trace in sent and (answer.is_error or pattern.endswith("/search")):
                    continue  # An answer may repeat what it was asked.
                told = without_question(answer, wanted)
                assert trace not in told, (wanted, trace, answer.text)


def test_what_changes_in_the_other_township_changes_no_answer(served, marked, world_engine):
    def answers(*, films: bool) -> dict[str, str]:
        return {
            repr(wanted): whole(ask(served, wanted))
            for some in all_asks(marked).values()
            for wanted in some
            if wanted.settled and (films or not wanted.path.endswith(".gif"))
        }

    before = answers(films=True)
    for change in CHANGES:
        with world_engine.begin() as owner:
            assert owner.execute(text(change), {"b": B[:9] + "%"}).rowcount
        # A film takes seconds to draw, of figures that are asked for each time: it is drawn again
        # when all changes are made.
        after = answers(films=change is CHANGES[-1])
        assert [name for name in after if before[name] != after[name]] == [], change
    assert before.keys() == after.keys()


def test_metrics_count_what_is_stored_for_those_who_see_all_of_it(served, marked, world_engine):
    told = ("gridmap_filed_rows", "gridmap_grids")
    holder = {"Authorization": f"Bearer {KEY}"}
    for headers in ({}, holder):
        answer = served.get("/metrics", headers=headers)
        assert "gridmap_database_up 1.0" in answer.text
        assert not any(name in answer.text for name in told)
    with world_engine.begin() as owner:
        owner.execute(text('UPDATE "grant" SET division_code = :all'), {"all": factories.COUNTY})
    assert all(name in served.get("/metrics", headers=holder).text for name in told)


def test_who_sees_a_part_asks_about_the_past_with_one_connection(marked, world_url, tmp_path):
    settings = settings_for(world_url, state_dir=tmp_path, anonymous="none", pool_size=1)
    app = create_app(settings)
    past = {"lon": HERE[0], "lat": HERE[1], "crs": "EPSG:4490", "at": "2025-02-01"}
    with serving(app) as client, app.state.engine.connect():
        # One connection is left. Holding it while waiting for another would end in a 503.
        answer = client.get(
            "/api/v1/locate", params=past, headers={"Authorization": f"Bearer {KEY}"}
        )
    assert answer.status_code == 200, answer.text
    assert answer.json()["basic"]["code"].startswith(A[:9])
