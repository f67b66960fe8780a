"""People's data over HTTP: masked, plain for a reason that is kept, and only in one's area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from api.app import create_app
from api.schemas.audit import AuditPage
from api.schemas.persons import PersonOut, PersonsFound
from gis.accounts import hash_secret
from gis.audit import AuditEntry, AuditFilter, list_entries, verify
from gis.core import clock
from gis.core.access import WHOLE
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import read_session
from gis.privacy import new_keyring, write_keyring
from tests import factories
from tests.api.server import serving, settings_for
from tests.api.test_problems import assert_problem

A, B = factories.TOWNSHIPS
#: Longitude in townships A and B.
PLACES = {A: 115.005, B: 115.025}
NAME, PHONE, ADDRESS = "诸葛秋水", "13912345678", "测试小区3号楼2单元501室"
PERSON = {"name": NAME, "phone": PHONE, "address": ADDRESS}
PLAIN = (NAME, PHONE, ADDRESS, "2单元")
REASON = "回访井盖事件"


@dataclass
class Office:
    """A server that keeps people's data, and keys to it."""

    client: httpx.Client
    engine: Engine

    def __call__(self, method: str, path: str, key: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {secret(key)}"} if key else {}
        return self.client.request(method, path, headers=headers, **more)

    def entries(self, **wanted: str) -> list[AuditEntry]:
        with read_session(self.engine) as session:
            return list_entries(session, WHOLE, AuditFilter(**wanted))

    def household(self, township: str, place: int = 0) -> str:
        """Return the number of a household of a township."""
        with self.engine.connect() as connection:
            numbers = connection.scalars(
                text(
                    "SELECT household_no FROM household AS h JOIN grid_version AS v"
                    " ON v.grid_id = h.basic_grid_id WHERE v.division_code LIKE :a ORDER BY 1"
                ),
                {"a": township[:9] + "%"},
            )
            return str(list(numbers)[place])


def secret(name: str) -> str:
    return f"gm_{name:x<43}"


#: Name → role and division.
HOLDERS = {
    "dispatcher-a": ("dispatcher", A),
    "dispatcher-b": ("dispatcher", B),
    "viewer": ("viewer", factories.COUNTY),
    "reporter-a": ("reporter", A),
    "auditor-a": ("auditor", A),
    "auditor": ("auditor", factories.COUNTY),
}


@pytest.fixture(scope="module")
def office(
    cluster: Cluster, small_world: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    cluster.create_database("gridmap_test_persons", template=small_world)
    url = cluster.url("gridmap_test_persons")
    folder = tmp_path_factory.mktemp("persons")
    write_keyring(folder / "keys.json", new_keyring())
    engine = make_engine(url, statement_timeout_s=30)
    with engine.begin() as owner:
        for name, (role, division) in HOLDERS.items():
            give_key(owner, name, role, division)
    settings = settings_for(
        url, anonymous="none", state_dir=folder, person_keys=folder / "keys.json"
    )
    with serving(create_app(settings)) as client:
        yield Office(client, engine)
    engine.dispose()


def give_key(owner: Any, name: str, role: str, division: str) -> None:
    owner.execute(
        text(
            "WITH added AS (INSERT INTO api_key (name, key_hash) VALUES (:name, :hash)"
            "               RETURNING api_key_id)"
            'INSERT INTO "grant" (api_key_id, role, division_code)'
            " SELECT api_key_id, :role, :division FROM added"
        ),
        {"name": name, "hash": hash_secret(secret(name)), "role": role, "division": division},
    )


def report(source_id: str, township: str, **more: object) -> dict[str, object]:
    place = {"x": PLACES[township], "y": 34.515, "crs": "EPSG:4490"}
    return {
        "source": "hotline_12345",
        "source_id": source_id,
        "title": "井盖破损",
        "category_code": "0501",
        "position": place,
        **more,
    }


def test_a_household_is_stored_masked_and_unmasked(office: Office) -> None:
    path = f"/api/v1/persons/household/{office.household(A)}"
    assert_problem(office("GET", path, "viewer"), 404)

    stored = office("PUT", path, "reporter-a", json=PERSON | {"retain_until": "2999-12-31"})
    assert (stored.status_code, stored.content) == (204, b"")

    shown = office("GET", path, "viewer")
    assert shown.status_code == 200, shown.text
    assert shown.headers["cache-control"] == "no-store"
    PersonOut.model_validate_json(shown.content)
    body = shown.json()
    assert body["masked"] is True
    assert (body["name"], body["phone"]) == ("诸**", "139****5678")
    assert (body["address"], body["id_no"]) == ("测试小区3号楼****", None)
    assert body["retain_until"] == "2999-12-31"
    assert not any(value in shown.text for value in PLAIN)

    plain = office("POST", path + "/unmask", "dispatcher-a", json={"reason": REASON})
    assert plain.status_code == 200, plain.text
    PersonOut.model_validate_json(plain.content)
    assert plain.headers["cache-control"] == "no-store"
    assert plain.json() == body | PERSON | {"masked": False}


def test_what_was_seen_is_on_record_and_the_values_are_not(office: Office) -> None:
    number = office.household(A, 1)
    path = f"/api/v1/persons/household/{number}"
    office("PUT", path, "reporter-a", json=PERSON)
    office("PUT", path, "reporter-a", json={"name": NAME})
    office("POST", path + "/unmask", "dispatcher-a", json={"reason": REASON})

    seen, changed, stored = office.entries(subject=f"household:{number}")

    assert (stored.action, changed.action, seen.action) == (
        "person.put",
        "person.put",
        "person.unmask",
    )
    assert (stored.actor, seen.actor) == ("key:reporter-a", "key:dispatcher-a")
    assert seen.address == "127.0.0.1"
    assert seen.reason == REASON
    assert seen.division_code is not None
    assert seen.division_code.startswith(A[:9])
    assert seen.after == {"fields": ["name"]}
    assert stored.before is None
    assert changed.before == {"stored": True}
    assert stored.after == {"fields": ["name", "phone", "address"], "retain_until": None}
    assert not any(value in repr((seen, changed, stored)) for value in PLAIN)
    with read_session(office.engine) as session:
        assert verify(session).fault is None


@pytest.mark.parametrize("body", [None, {}, {"reason": " a "}, {"reason": f"核实 {PHONE}"}])
def test_without_a_reason_nothing_is_shown(office: Office, body: object) -> None:
    path = f"/api/v1/persons/household/{office.household(A, 2)}"
    office("PUT", path, "reporter-a", json=PERSON)
    before = office.entries()

    answer = office("POST", path + "/unmask", "dispatcher-a", json=body)

    assert_problem(answer, 422)
    assert not any(value in answer.text for value in PLAIN)
    assert office.entries() == before


def test_persons_are_unmasked_in_ones_own_area_alone(office: Office) -> None:
    number = office.household(B)
    path = f"/api/v1/persons/household/{number}"
    office("PUT", path, "reporter-a", json=PERSON)  # not there either
    assert_problem(office("GET", path, "viewer"), 404)
    with office.engine.begin() as owner:
        give_key(owner, "reporter-b", "reporter", B)
    assert office("PUT", path, "reporter-b", json=PERSON).status_code == 204

    asked = {"json": {"reason": REASON}}
    assert_problem(office("GET", path, "dispatcher-a"), 404)
    assert_problem(office("POST", path + "/unmask", "dispatcher-a", **asked), 404)
    assert_problem(office("POST", path + "/unmask", "viewer", **asked), 403)
    assert_problem(office("POST", path + "/unmask", "reporter-b", **asked), 403)
    assert_problem(office("POST", path + "/unmask", "", **asked), 401)
    assert_problem(office("GET", path, ""), 401)
    assert [entry.action for entry in office.entries(subject=f"household:{number}")] == [
        "person.put"
    ]
    assert office("POST", path + "/unmask", "dispatcher-b", **asked).json()["phone"] == PHONE


def test_one_who_dispatches_here_and_looks_everywhere_unmasks_here_alone(office: Office) -> None:
    with office.engine.begin() as owner:
        give_key(owner, "both", "dispatcher", A)
        owner.execute(
            text(
                'INSERT INTO "grant" (api_key_id, role, division_code)'
                " SELECT api_key_id, 'viewer', :county FROM api_key WHERE name = 'both'"
            ),
            {"county": factories.COUNTY},
        )
        give_key(owner, "reporter", "reporter", factories.COUNTY)
    path = f"/api/v1/persons/household/{office.household(B, 1)}"
    office("PUT", path, "reporter", json=PERSON | {"phone": "13700000001"})

    assert office("GET", path, "both").status_code == 200
    assert_problem(office("POST", path + "/unmask", "both", json={"reason": REASON}), 404)
    searched = {"phone": "13700000001", "reason": REASON}
    assert office("POST", "/api/v1/persons/search", "both", json=searched).json()["items"] == []


def test_a_phone_finds_whose_it_is(office: Office) -> None:
    phone = "13611112222"
    numbers = [office.household(A, 3), office.household(A, 4)]
    for number in numbers:
        body = {"name": NAME, "phone": "+86 136-1111-2222"}
        path = f"/api/v1/persons/household/{number}"
        assert office("PUT", path, "reporter-a", json=body).status_code == 204

    def search(key: str, given: str = phone) -> httpx.Response:
        body = {"phone": given, "reason": REASON}
        return office("POST", "/api/v1/persons/search", key, json=body)

    answer = search("dispatcher-a", "１３６ 1111 2222")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    PersonsFound.model_validate_json(answer.content)
    assert [item["number"] for item in answer.json()["items"]] == numbers[::-1]
    assert {item["phone"] for item in answer.json()["items"]} == {"136****2222"}
    assert phone not in answer.text
    (entry, *_) = office.entries(action="person.search")
    assert (entry.actor, entry.subject, entry.reason) == ("key:dispatcher-a", "phone", REASON)
    assert entry.after == {"found": [f"household:{number}" for number in numbers[::-1]]}
    assert entry.division_code == A
    assert phone not in repr(entry)
    assert search("dispatcher-b").json() == {"items": [], "numberReturned": 0}
    assert search("dispatcher-a", "13611112223").json()["items"] == []
    assert_problem(search("viewer"), 403)
    wrong = search("dispatcher-a", "1361111222x")
    assert_problem(wrong, 422)
    assert "1361111222x" not in wrong.text


def test_an_event_keeps_its_reporter_apart(office: Office) -> None:
    body = report("R-1", A, reporter={"name": NAME, "phone": PHONE})
    answer = office("POST", "/api/v1/events", "reporter-a", json=body)
    assert answer.status_code == 201, answer.text
    assert not any(value in answer.text for value in PLAIN)
    number = answer.json()["properties"]["event_no"]

    path = f"/api/v1/persons/event/{number}"
    shown = office("GET", path, "viewer").json()
    assert (shown["name"], shown["phone"]) == ("诸**", "139****5678")
    assert shown["retain_until"] == (clock.today() + dt.timedelta(days=365)).isoformat()
    plain = office("POST", path + "/unmask", "dispatcher-a", json={"reason": REASON})
    assert plain.json()["phone"] == PHONE
    # The same report again is the same event, with the same reporter.
    again = office("POST", "/api/v1/events", "reporter-a", json=body)
    assert again.status_code == 200
    assert len(office.entries(subject=f"event:{number}", action="person.put")) == 1


@pytest.mark.parametrize(
    "reporter", [{}, {"name": NAME, "phone": "13x"}, {"id_no": "x"}, {"name": "a\x00b"}, NAME]
)
def test_a_reporter_that_cannot_be_stored_stops_the_report(
    office: Office, reporter: object
) -> None:
    answer = office(
        "POST", "/api/v1/events", "reporter-a", json=report("R-2", A, reporter=reporter)
    )

    assert_problem(answer, 422)
    assert NAME not in answer.text
    with office.engine.connect() as connection:
        stored = connection.scalar(text("SELECT count(*) FROM event WHERE source_id = 'R-2'"))
    assert stored == 0


def test_staff_are_where_they_are_posted(office: Office) -> None:
    number = "S0000"  # head of a grid of township A
    path = f"/api/v1/persons/staff/{number}"
    assert office("PUT", path, "reporter-a", json={"phone": PHONE}).status_code == 204

    asked = {"json": {"reason": REASON}}
    assert_problem(office("POST", path + "/unmask", "dispatcher-b", **asked), 404)
    assert office("POST", path + "/unmask", "dispatcher-a", **asked).json()["phone"] == PHONE
    (entry,) = office.entries(action="person.unmask", subject=f"staff:{number}")
    assert entry.division_code is not None
    assert entry.division_code.startswith(A[:9])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/persons/household/none", 404),
        ("/api/v1/persons/event/none", 404),
        ("/api/v1/persons/staff/none", 404),
        ("/api/v1/persons/account/1", 422),
        ("/api/v1/persons/household/H000000?county=999999", 404),
        ("/api/v1/persons/household/H000000?county=x", 422),
        ("/api/v1/persons/household/a%00b", 422),
    ],
)
def test_what_there_is_not_is_not_found(office: Office, path: str, status: int) -> None:
    assert_problem(office("GET", path, "viewer"), status)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"id_no": "11010519491231002X"},
        {"name": NAME, "retain_until": "2020-01-01"},
        {"name": NAME, "retain_until": "soon"},
        {"name": NAME, "surname": NAME},
        {"name": NAME * 30},
    ],
)
def test_what_cannot_be_stored_is_refused_and_not_repeated(
    office: Office, more: dict[str, str]
) -> None:
    answer = office("PUT", "/api/v1/persons/household/H000000", "reporter-a", json=more)

    assert_problem(answer, 422)
    assert NAME not in answer.text
    assert "11010519491231002X" not in answer.text


def test_a_row_that_was_moved_does_not_open(office: Office) -> None:
    one, other = (office.household(A, place) for place in (5, 6))
    for number in (one, other):
        path = f"/api/v1/persons/household/{number}"
        office("PUT", path, "reporter-a", json=PERSON)
    with office.engine.begin() as owner:
        owner.execute(
            text(
                "UPDATE person_private SET ciphertext = ("
                "  SELECT ciphertext FROM person_private WHERE subject_id = ("
                "   SELECT household_id FROM household WHERE household_no = :one)"
                "    AND subject = 'household')"
                " WHERE subject = 'household' AND subject_id = ("
                "  SELECT household_id FROM household WHERE household_no = :other)"
            ),
            {"one": one, "other": other},
        )

    answer = office("GET", f"/api/v1/persons/household/{other}", "viewer")

    assert_problem(answer, 409)
    assert office("GET", f"/api/v1/persons/household/{one}", "viewer").status_code == 200


def test_without_keys_no_person_is_taken_in(own_api: httpx.Client) -> None:
    answer = own_api.post("/api/v1/events", json=report("K-1", A, reporter={"name": NAME}))

    assert_problem(answer, 409)
    assert "GRIDMAP_PERSON_KEYS" in answer.json()["detail"]
    listed = own_api.get("/api/v1/events", params={"source": "hotline_12345"}).json()
    assert listed["features"] == []
    assert own_api.post("/api/v1/events", json=report("K-1", A)).status_code == 201
    assert_problem(own_api.get("/api/v1/persons/household/H000000"), 409)


def test_auditors_read_the_audit_of_their_area(office: Office) -> None:
    for township, key in ((A, "reporter-a"), (B, "reporter-c")):
        with office.engine.begin() as owner:
            if key == "reporter-c":
                give_key(owner, key, "reporter", B)
        path = f"/api/v1/persons/household/{office.household(township, 7)}"
        assert office("PUT", path, key, json=PERSON).status_code == 204
    search = {"phone": "13000000000", "reason": REASON}
    office("POST", "/api/v1/persons/search", "dispatcher-a", json=search)

    def listed(key: str, **params: object) -> list[dict[str, Any]]:
        found, path = [], "/api/v1/audit"
        answer = office("GET", path, key, params=params)
        while True:
            assert answer.status_code == 200, answer.text
            assert answer.headers["cache-control"] == "no-store"
            AuditPage.model_validate_json(answer.content)
            body = answer.json()
            assert body["numberReturned"] == len(body["items"])
            found += body["items"]
            following = [link["href"] for link in body["links"] if link["rel"] == "next"]
            if not following:
                return found
            answer = office("GET", following[0], key)

    everything = listed("auditor", limit=3)
    numbers = [entry["audit_id"] for entry in everything]
    assert numbers == list(range(len(numbers), 0, -1))
    assert listed("auditor", limit=1000) == everything
    theirs = listed("auditor-a", limit=2)
    assert theirs == [entry for entry in everything if (entry["division"] or "").startswith(A[:9])]
    assert 0 < len(theirs) < len(everything)
    assert listed("auditor-a", division=B) == []
    assert {entry["actor"] for entry in listed("auditor", actor="key:reporter-a")} == {
        "key:reporter-a"
    }
    assert {entry["action"] for entry in listed("auditor", action="person.search")} == {
        "person.search"
    }
    assert listed("auditor", to="2020-01-01") == []
    assert listed("auditor", **{"from": clock.today().isoformat()}) == everything
    assert_problem(office("GET", "/api/v1/audit", "viewer"), 403)
    assert_problem(office("GET", "/api/v1/audit", ""), 401)
    for cursor in ("x", "WyJhIl0", "Wy0xXQ"):
        assert_problem(office("GET", "/api/v1/audit", "auditor", params={"cursor": cursor}), 400)
