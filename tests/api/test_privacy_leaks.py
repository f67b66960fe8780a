"""People's data come in by every way, and are found only where somebody says why (promise 7).

Looked through: every answer of every route, every log of the server, down to each statement of
SQLAlchemy, PostgreSQL's own log with every statement in it, what it shows of running statements,
every column of every table as text, and what commands print and write.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg2
import pytest
from sqlalchemy import Engine, text

from api.app import create_app
from gis.db.cluster import Cluster
from gis.privacy import new_keyring, write_keyring
from tests import factories
from tests.api.server import ENDLESS, serving, settings_for
from tests.api.test_persons import PLACES, REASON, A, give_key, secret
from tests.imports import Gridmap, household_rows, write_csv

NAME, PHONE, SPACED = "诸葛秋水", "13912345678", "139 1234 5678"
ADDRESS, ID_NO = "秘密花园3号楼2单元501室", "11010519491231002X"
#: Parts of them too: neither what follows the surname, nor the middle of the number.
SECRETS = (NAME, "葛秋", "秋水", PHONE, SPACED, "12345678", "2单元501", ID_NO, "19491231")
PERSON = {"name": NAME, "phone": PHONE, "address": ADDRESS}
KEY = "everything"


def spellings() -> list[bytes]:
    """Return every way in which they could stand in text: as they are, escaped, in hexadecimal."""
    found = []
    for value in SECRETS:
        plain = value.encode()
        escaped = value.encode("ascii", "backslashreplace")
        found += [plain, plain.hex().encode(), escaped, value.encode("utf-16-le")]
    return found


@dataclass
class Office:
    """A server with all its logs, and everything that it has answered."""

    client: httpx.Client
    engine: Engine
    url: str
    log: io.StringIO
    seen: dict[str, bytes] = field(default_factory=dict)

    def ask(self, method: str, path: str, **more: object) -> httpx.Response:
        """Send a request and keep what came back, headers and all."""
        given = {"Authorization": f"Bearer {secret(KEY)}"} | more.pop("headers", {})
        answer = self.client.request(method, path, headers=given, **more)
        name = f"{len(self.seen)} {method} {path} {answer.status_code}"
        self.seen[name] = repr(answer.headers).encode() + answer.content
        return answer


@pytest.fixture
def office(
    cluster: Cluster, world_url: str, world_engine: Engine, tmp_path: Path
) -> Iterator[Office]:
    write_keyring(tmp_path / "keys.json", new_keyring(with_id_no=True))
    with world_engine.begin() as owner:
        give_key(owner, KEY, "dispatcher", factories.COUNTY)
        owner.execute(
            text(
                'INSERT INTO "grant" (api_key_id, role, division_code)'
                " SELECT api_key_id, unnest(ARRAY['auditor', 'planner', 'admin']), :county"
                "   FROM api_key WHERE name = :key"
            ),
            {"county": factories.COUNTY, "key": KEY},
        )
        name = world_engine.url.database
        # Everything that reaches PostgreSQL goes into its log.
        owner.execute(text(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'"))
        owner.execute(text(f'ALTER DATABASE "{name}" SET log_min_duration_statement = 0'))
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    # The client of this test logs too.
    handler.addFilter(lambda record: not record.name.startswith(("httpx", "httpcore")))
    root, levels = logging.getLogger(), {}
    names = ("", "gridmap", "gridmap.api", "uvicorn", "uvicorn.access", "uvicorn.error")
    settings = settings_for(
        world_url, anonymous="none", state_dir=tmp_path, person_keys=tmp_path / "keys.json"
    )
    root.addHandler(handler)
    try:
        with serving(create_app(settings)) as client:
            for part in (*names, "sqlalchemy.engine"):
                levels[part] = logging.getLogger(part).level
                logging.getLogger(part).setLevel(logging.DEBUG)
            yield Office(client, world_engine, world_url, log)
    finally:
        root.removeHandler(handler)
        for part, level in levels.items():
            logging.getLogger(part).setLevel(level)


def report(source_id: str, **more: object) -> dict[str, object]:
    place = {"x": PLACES[A], "y": 34.515, "crs": "EPSG:4490"}
    return {
        "source": "hotline_12345",
        "source_id": source_id,
        "title": "井盖破损",
        "category_code": "0501",
        "position": place,
    } | more


def put_in_by_every_way(office: Office) -> None:
    """Store people and fail to store them; afterwards their data have been everywhere."""
    household = "/api/v1/persons/household/H000001"
    reporter = {"name": NAME, "phone": SPACED}
    good = office.ask("POST", "/api/v1/events", json=report("E-1", reporter=reporter))
    assert good.status_code == 201, good.text
    assert office.ask("PUT", household, json=PERSON | {"id_no": ID_NO}).status_code == 204
    staff = {"name": NAME, "phone": PHONE}
    assert office.ask("PUT", "/api/v1/persons/staff/S0001", json=staff).status_code == 204
    assert office.ask("GET", household).json()["phone"] == "139****5678"
    search = {"phone": SPACED, "reason": REASON}
    assert office.ask("POST", "/api/v1/persons/search", json=search).json()["numberReturned"] == 3

    # Refused, in every way that looks at a body.
    events = "/api/v1/events"
    bodies: list[tuple[str, str, object]] = [
        ("POST", events, report("E-2", reporter={"name": NAME, "phone": NAME})),
        ("POST", events, report("E-2", reporter={"name": NAME * 20, "phone": PHONE})),
        ("POST", events, report("E-2", reporter=PERSON)),
        ("POST", events, report("E-2", reporter=NAME)),
        ("POST", events, report("E-2", reporter={"name": NAME + "\x00", "phone": PHONE})),
        ("POST", events, report("E-2", reporter=reporter, category_code="9999")),
        ("POST", events, report("E-2", reporter=reporter, position={"x": 1, "y": 1, "crs": "84"})),
        ("POST", events, report("E-1", reporter=reporter, title="另一件事")),
    ]
    searches: list[dict[str, object]] = [
        {"phone": PHONE + "x", "reason": REASON},
        {"phone": PHONE, "reason": f"找 {NAME} {PHONE}"},
        {"phone": PHONE, "name": NAME, "reason": REASON},
        {"phone": [PHONE], "reason": REASON},
    ]
    bodies += [("POST", "/api/v1/persons/search", body) for body in searches]
    bodies += [
        ("POST", household + "/unmask", {"reason": f"核实{ID_NO}"}),
        ("PUT", household, PERSON | {"id_no": ID_NO[:-1] + "1"}),
        ("PUT", household, PERSON | {"wechat": NAME}),
        ("PUT", household, [PERSON]),
    ]
    statuses = [office.ask(method, path, json=body).status_code for method, path, body in bodies]
    raw = f'{{"reporter": {{"name": "{NAME}", "phone": "{PHONE}"'.encode()
    kinds = ("application/json", "text/plain", "multipart/form-data", "text/csv")
    for path in (events, "/api/v1/persons/search", "/api/v1/locate"):
        for kind in kinds:
            answer = office.ask("POST", path, content=raw, headers={"Content-Type": kind})
            statuses.append(answer.status_code)
    assert all(400 <= status < 500 for status in statuses), statuses

    # And when PostgreSQL refuses it, whose errors name what failed.
    with office.engine.begin() as owner:
        owner.execute(
            text(
                "ALTER TABLE person_private ADD CONSTRAINT planted"
                " CHECK (subject = 'household') NOT VALID"
            )
        )
    broken = office.ask("POST", events, json=report("E-3", reporter=reporter))
    assert broken.status_code == 500
    path = "/api/v1/persons/staff/S0002"
    assert office.ask("PUT", path, json=staff).status_code == 500
    assert "planted" in office.log.getvalue()

    # Plain for a reason: the one answer that is not looked through.
    plain = office.ask("POST", household + "/unmask", json={"reason": REASON})
    assert plain.json()["address"] == ADDRESS
    del office.seen[next(reversed(office.seen))]


def ask_everything(office: Office, app_paths: dict[str, dict[str, object]]) -> int:
    """Read every route that can be read, pages, tiles and exports among them."""
    asked = 0
    listed = office.ask("GET", "/api/v1/events", params={"source": "hotline_12345"}).json()
    values = {
        "event_no": listed["features"][0]["id"],
        "generation": "1",
        "subject": "household",
        "number": "H000001",
    }
    listed_paths = [path for path, about in app_paths.items() if "get" in about]
    for path in [*(path for path in listed_paths if path not in ENDLESS), "/", "/screen"]:
        concrete = path
        code = factories.VILLAGES[0] + "001" if "/grids/" in path else factories.COUNTY
        for name, value in (values | {"code": code}).items():
            concrete = concrete.replace(f"{{{name}}}", value)
        if "{" in concrete:
            continue
        for params in ({}, {"q": "诸"}, {"limit": 1000}):
            office.ask("GET", concrete, params=params)
            asked += 1
    points = [{"x": PLACES[A], "y": 34.515, "crs": "EPSG:4490"}]
    for kind in ("application/json", "text/csv", "application/vnd.apache.arrow.stream"):
        office.ask("POST", "/api/v1/locate", json=points, headers={"Accept": kind})
    return asked


def commands(office: Office, folder: Path) -> dict[str, bytes]:
    """Run what prints and writes; a file with people in columns that we do not read, too."""
    gridmap = Gridmap(office.url)
    rows = household_rows(20)
    rows["户主姓名"], rows["联系电话"], rows["住址"], rows["身份证号"] = NAME, PHONE, ADDRESS, ID_NO
    rows.iloc[3, 0] = ""
    file = write_csv(folder / "h.csv", rows)
    refused = folder / "refused.csv"
    ran = [
        gridmap.run("import-households", file, "--crs", "4490", "--report", refused),
        gridmap.run("audit", "list"),
        gridmap.run("audit", "verify"),
        gridmap.run("audit", "export", folder / "audit.jsonl"),
        gridmap.run("check"),
    ]
    assert [one.code for one in ran][1:] == [0, 0, 0, 0]
    assert ran[0].code == 1
    written = {path.name: path.read_bytes() for path in (refused, folder / "audit.jsonl")}
    return written | {f"command {n}": one.said.encode() for n, one in enumerate(ran)}


def tables(url: str) -> dict[str, bytes]:
    """Return every table as text, ciphertext in hexadecimal."""
    connection = psycopg2.connect(url)
    found = {}
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p', 'm', 'v')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM public."{name}" AS t')
            found[f"table {name}"] = "\n".join(row[0] for row in cursor.fetchall()).encode()
        cursor.execute("SELECT query FROM pg_stat_activity WHERE datname = current_database()")
        found["pg_stat_activity"] = "\n".join(row[0] for row in cursor.fetchall()).encode()
        cursor.execute("SHOW data_directory")
        (log,) = Path(cursor.fetchone()[0]).parent.glob("*.log")
        found["PostgreSQL's log"] = log.read_bytes()
    connection.close()
    return found


def test_nothing_personal_is_anywhere_else(office: Office, tmp_path: Path) -> None:
    put_in_by_every_way(office)
    paths = office.ask("GET", "/openapi.json").json()["paths"]
    assert ask_everything(office, paths) > 40

    everywhere = office.seen | tables(office.url) | commands(office, tmp_path)
    everywhere["server's log"] = office.log.getvalue().encode()

    # What is looked through is what it should be.
    assert b"INSERT INTO person_private" in everywhere["PostgreSQL's log"]
    assert b"INSERT INTO person_private" in everywhere["server's log"]
    assert everywhere["table person_private"].count(b"\n") == 2
    assert any(b"139****5678" in body for body in everywhere.values())
    wanted = spellings()
    found = [
        (name, value.decode("utf-8", "replace"))
        for name, body in everywhere.items()
        for value in wanted
        if value in body
    ]
    assert found == []
