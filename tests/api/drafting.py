"""Planners, reviewers and publishers of the small county, for tests of drafts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, text

from gis.accounts import hash_secret
from gis.boundaries import drafts, uploads
from gis.core.access import Actor, Grant, Role
from gis.db.session import write_session
from gis.profiles import load_profile
from tests import factories
from tests import uploads as files

A, B = factories.TOWNSHIPS
COUNTY = factories.COUNTY
#: Name of a key → its grants.
PEOPLE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "east": (("planner", A),),
    "west": (("planner", B),),
    "county": (("planner", COUNTY),),
    "other": (("planner", COUNTY),),
    "both_hats": (("planner", A), ("reviewer", COUNTY)),
    "reviewer_east": (("reviewer", A),),
    "reviewer_west": (("reviewer", B),),
    "reviewer": (("reviewer", COUNTY),),
    "viewer": (("viewer", COUNTY),),
}


def secret(name: str) -> str:
    return "gm_" + (name.replace("_", "") + "x" * 43)[:43]


def give_keys(engine: Engine) -> None:
    """Put the keys of `PEOPLE` into a database."""
    with engine.begin() as owner:
        for name, grants in PEOPLE.items():
            for role, division in grants:
                owner.execute(
                    text(
                        "WITH added AS (INSERT INTO api_key (name, key_hash) VALUES (:name, :hash)"
                        " ON CONFLICT (key_hash) DO UPDATE SET name = excluded.name"
                        " RETURNING api_key_id)"
                        ' INSERT INTO "grant" (api_key_id, role, division_code)'
                        " SELECT api_key_id, :role, :division FROM added"
                    ),
                    {
                        "name": name,
                        "hash": hash_secret(secret(name)),
                        "role": role,
                        "division": division,
                    },
                )


class Person:
    """Somebody with a key, who asks a server."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {secret(name)}"}

    def ask(
        self, method: str, path: str, body: object = None, etag: str | None = None, **more: Any
    ) -> httpx.Response:
        """Send a request; paths begin after ``/api/v1``."""
        headers = self._headers | ({} if etag is None else {"If-Match": etag})
        headers |= more.pop("headers", {})
        return self._client.request(method, f"/api/v1{path}", json=body, headers=headers, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(
        self, path: str, body: object = None, etag: str | None = None, **more: Any
    ) -> httpx.Response:
        return self.ask("POST", path, {} if body is None else body, etag, **more)

    def draft(self, *scope: str, title: str = "测试调整") -> Draft:
        """Begin a draft."""
        answer = self.post("/changesets", {"title": title, "scope": list(scope)})
        assert answer.status_code == 201, answer.text
        return Draft(self, answer.json()["id"], answer.headers["etag"])


class Draft:
    """A draft and the version of it that was seen last."""

    def __init__(self, person: Person, number: int, etag: str) -> None:
        self.person = person
        self.number = number
        self.etag = etag

    @property
    def path(self) -> str:
        return f"/changesets/{self.number}"

    def do(self, deed: str, body: object = None, by: Person | None = None, **more: Any) -> Any:
        """Do something that has to succeed, and return what was answered."""
        answer = (by or self.person).post(f"{self.path}/{deed}", body, self.etag, **more)
        assert answer.status_code == 200, answer.text
        self.etag = answer.headers["etag"]
        return answer.json()

    def try_(self, deed: str, body: object = None, by: Person | None = None, **more: Any) -> Any:
        """Do something as it may be, and return the answer."""
        return (by or self.person).post(f"{self.path}/{deed}", body, self.etag, **more)

    def see(self, part: str = "", by: Person | None = None) -> Any:
        """Return what is told of it."""
        answer = (by or self.person).get(f"{self.path}{part}")
        assert answer.status_code == 200, answer.text
        return answer.json()


def begun(engine: Engine, township: str, title: str, column: int) -> str:
    """Begin a draft with one operation by the owner of the database; returns its number."""
    planner = Actor("key:test", (Grant(Role.PLANNER, COUNTY, (COUNTY,)),))
    with write_session(engine) as session:
        draft = drafts.create_changeset(
            session,
            planner,
            title=title,
            reason=title,
            effective_from=None,
            scope_codes=[township],
        )
        corner = moved_corner(column, 1)
        drafts.apply_operation(session, planner, draft.changeset_id, draft.version, corner)
        drafts.add_comment(session, planner, draft.changeset_id, title)
    return str(draft.changeset_id)


def uploaded(engine: Engine, township: str, author: str, folder: Path) -> str:
    """Send and confirm a file with two corners moved, one in each township; returns its number."""
    planner = Actor(author, (Grant(Role.PLANNER, township, (COUNTY, township)),))
    grids = files.moved_corner(files.moved_corner(files.basic(), 1, 1), 3, 1)
    path = folder / f"{township}.geojson"
    grids.to_file(path, driver="GeoJSON")
    profile = load_profile("testcounty", factories.PROFILES)
    with write_session(engine) as session:
        upload = uploads.take_upload(session, planner, files.received(path), profile)
        number = upload.boundary_upload_id
        asked = uploads.Confirmation(accept=("all",))
        uploads.confirm_upload(session, planner, number, asked, profile)
    return str(number)


def degrees(point: tuple[int, int]) -> list[float]:
    return [point[0] / 1e7, point[1] / 1e7]


def moved_corner(column: int, row: int, east: int = 3_000, north: int = 2_000) -> dict[str, Any]:
    """Return the operation that moves a corner of the tiling, in lattice units."""
    x, y = factories.corner(column, row)
    return {
        "op": "move_vertices",
        "moves": [[degrees((x, y)), degrees((x + east, y + north))]],
    }


def cut(column: int, row: int, *, identity: str = "keep") -> dict[str, Any]:
    """Return the operation that cuts a grid in two from west to east."""
    west = factories.WEST + column * factories.STEP - 20_000
    y = factories.SOUTH + row * factories.STEP + 50_001
    line = [degrees((west, y)), degrees((west + factories.STEP + 60_000, y))]
    code = f"{factories.VILLAGES[column]}00{row + 1}"
    return {"op": "split", "grid": code, "line": line, "identity": identity}
