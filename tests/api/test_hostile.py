"""Nothing that a client sends is our fault: 4xx or an answer, never 5xx, and never run."""

from __future__ import annotations

import copy
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from api.app import create_app
from gis.privacy import new_keyring, write_keyring
from tests.api import hostile
from tests.api.might import HEADERS, give_might
from tests.api.server import ENDLESS, serving, settings_for
from tests.api.test_problems import assert_problem
from tests.api.test_schemathesis import KNOWN, TAKEN

#: An error repeats a little of what was sent, never all of it.
LONGEST_ERROR = 20_000
HOSTILE = [
    *hostile.HOSTILE,
    "",
    "\x00",
    "a\x00b",
    "\x1b[2J",
    "'; DROP TABLE event; --",
    "%",
    "{}",
    "NaN",
    "-inf",
    "1e400",
    "1",
    str(2**63),
    str(2**64),
    "9" * 400,
    "9" * 5000,
    "1" * 15,
    "٣" * 12,
    "0" * 12,
    "0001-01-01",
    "9999-12-31",
    "2025-02-30",
    "20250101",
    "1735689600",
    "115.0,34.5,115.1,34.6",
    "115.1,34.6,115.0,34.5",
    "nan,nan,nan,nan",
    "1e308,1e308,1e308,1e308",
    "-180,-90,180,90",
    "-180,-90,180,90,0,0",
    "EPSG:999999999999999999999",
    "WyI5OTAxMDExMDEwMDAiXQ",
    "WzEsMl0",
    "W10",
    "WzksMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwXQ",
    "true",
    "x" * 3000,
    "网格",
    "🗺️",
    "\ud7ff\ue000",
]
#: What the other parameters of a route are, so that the hostile one is really reached.
FITTING = {"lon": "115.01", "lat": "34.505", "crs": "EPSG:4490", "q": "网格"}


def routes(app, method: str):
    for path, methods in app.openapi()["paths"].items():
        if method in methods and path not in ENDLESS:
            yield path, methods[method]


# Each place gets every fourth value, each another four; in the long run all of them.
SHARES = pytest.mark.parametrize("share", [4, pytest.param(1, marks=pytest.mark.long)])


@SHARES
def test_hostile_query_values_never_break_a_route(api, reading_app, share):
    places = 0
    for path, about in routes(reading_app, "get"):
        concrete = path.replace("{event_no}", "0" * 20).replace("{generation}", "1")
        concrete = concrete.replace("{code}", "990101101201001" if "grids" in path else "990101")
        parameters = [p["name"] for p in about.get("parameters", []) if p["in"] == "query"]
        for name in parameters:
            places += 1
            for value in HOSTILE[places % share :: share]:
                given = {key: FITTING[key] for key in parameters if key in FITTING} | {name: value}
                answer = api.get(concrete, params=given)
                assert answer.status_code < 500, (path, name, value, answer.text)
                if answer.status_code >= 400:
                    assert_problem(answer, answer.status_code)
    assert places > 20


@SHARES
def test_hostile_path_values_never_break_a_route(api, reading_app, share):
    paths = [path for path, _ in routes(reading_app, "get") if "{" in path]
    for place, path in enumerate(paths):
        for value in HOSTILE[place % share :: share]:
            concrete = "/".join(
                quote(value, safe="") if "{" in part else part for part in path.split("/")
            )
            answer = api.get(concrete)
            assert answer.status_code < 500, (path, value, answer.text)


@pytest.mark.parametrize(
    "target",
    [
        b"/api/v1/search?q=\xff\xfe",
        b"/api/v1/search?q=%FF%FE",
        b"/api/v1/grids?division=990101&limit=1&kind=%ed%a0%80",
        b"/api/v1/grids?limit=1&%ff=1",
        b"/api/v1/grids/%ff%00",
        b"/api/v1/divisions?limit=1&level=\xe7\xbd\x91",
        b"/%00",
    ],
)
def test_bytes_that_are_no_text_never_break_it(api, target):
    with socket.create_connection((api.base_url.host, api.base_url.port), timeout=30) as line:
        line.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        status = int(line.makefile("rb").readline().split()[1])

    assert 200 <= status < 500


@pytest.mark.parametrize("host", [b"", b"a b", b"\xff", b"x:99999999", b"[::1", b"%00"])
def test_a_host_that_is_none_never_breaks_the_links(api, host):
    with socket.create_connection((api.base_url.host, api.base_url.port), timeout=30) as line:
        request = b"GET /api/v1/grids?limit=1 HTTP/1.1\r\nHost: " + host
        line.sendall(request + b"\r\nConnection: close\r\n\r\n")
        status = int(line.makefile("rb").readline().split()[1])

    assert 200 <= status < 500


BODIES = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"\xff\xfe",
    b'{"points": [{"lon": NaN, "lat": 1}]}',
    b'{"points": [{"lon": 1e999, "lat": 1, "crs": "EPSG:4490"}]}',
    b'{"crs": "\\ud800", "points": [{"lon": 1, "lat": 1}]}',
    b'{"points": [{"id": "\\u0000", "lon": 1, "lat": 1, "crs": "EPSG:4490"}]}',
    b'{"points": [{"id": 1e400, "lon": 1, "lat": 1, "crs": "EPSG:4490"}]}',
    b'{"points": [{"id": ' + b"9" * 4000 + b', "lon": 1, "lat": 1, "crs": "EPSG:4490"}]}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("path", ["/api/v1/events", "/api/v1/locate"])
def test_hostile_bodies_never_break_a_route(api, path, body):
    answer = api.post(path, content=body, headers={"content-type": "application/json"})

    assert answer.status_code < 500, answer.text


@pytest.fixture
def mighty(
    world_url: str, world_engine: Engine, tmp_path
) -> Iterator[tuple[FastAPI, httpx.Client]]:
    """A server that this test may change, and a client that may do everything."""
    give_might(world_engine)
    keys = tmp_path / "keys.json"
    write_keyring(keys, new_keyring())
    app = create_app(settings_for(world_url, state_dir=tmp_path, person_keys=keys))
    with serving(app) as client:
        client.headers.update(HEADERS)
        yield app, client


def text_places(schema: dict[str, Any], document: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Give the way to every text in a body, also where it stands in a list of others."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for choice in schema.get("anyOf", ()):
        yield from text_places(choice, document)
    if schema.get("type") == "string":
        yield ()
    for name, inner in schema.get("properties", {}).items():
        for rest in text_places(inner, document):
            yield (name, *rest)


def put(body: dict[str, Any], way: tuple[str, ...], value: object) -> dict[str, Any]:
    whole = here = copy.deepcopy(body)
    for name in way[:-1]:
        here[name] = here = dict(here.get(name) or {})
    here[way[-1]] = value
    return whole


@SHARES
def test_hostile_texts_in_every_body_are_refused_or_kept_as_they_are(mighty, share):
    app, client = mighty
    document = app.openapi()
    values = [*hostile.HOSTILE, *hostile.CONTROLS, hostile.LONG]
    places = kept = 0
    for path, method, about in bodies_of(document):
        base = TAKEN.get(f"{method.upper()} {path}", {})
        for way in sorted({way for way in text_places(about["schema"], document) if way}):
            places += 1
            for number in range(places % share, len(values), share):
                value, body = values[number], put(base, way, values[number])
                if "source_id" in base and way != ("source_id",):
                    body["source_id"] = f"{'.'.join(way)}-{number}"
                answer = client.request(method, path.format(**KNOWN), json=body)
                assert_inert(answer, (method, path, way, value[:40]))
                if answer.status_code == 201 and way[-1] in ("title", "description", "source_id"):
                    told = client.get(answer.headers["location"]).json()
                    assert told.get("properties", told)[way[-1]] in (value, value.strip())
                    kept += 1
    assert places > 20
    assert kept > len(hostile.HOSTILE) // share


def bodies_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            content = about.get("requestBody", {}).get("content", {}).get("application/json")
            # Logging in wrongly so often would lock the login, which is tested where it is at home.
            if content is not None and not path.startswith("/api/v1/session"):
                yield path, method, content


def assert_inert(answer: httpx.Response, about: object) -> None:
    assert answer.status_code < 500, (about, answer.text[:300])
    assert "html" not in answer.headers.get("content-type", "")
    if answer.status_code >= 400:
        assert_problem(answer, answer.status_code)
        assert len(answer.content) < LONGEST_ERROR, about


def test_a_megabyte_is_never_repeated(api, reading_app):
    for path, about in routes(reading_app, "get"):
        for parameter in about.get("parameters", []):
            if parameter["in"] == "query":
                answer = api.get(
                    path.format(**KNOWN | {"event_no": "0" * 20}),
                    params={parameter["name"]: "x" * 25_000},
                )
                assert len(answer.content) < LONGEST_ERROR, (path, parameter["name"])


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "a", "title": "b"}',
        b'{"__proto__": {"x": 1}, "constructor": 1}',
        b'{"title": ' + b"9" * 100_000 + b"}",
        b'{"lon": 1e400, "lat": -1e400}',
        b'{"lon": ' + b"0." + b"1" * 100_000 + b"}",
        b'{"title": "\\ud800"}',
        b'{"title": "\\udc00\\ud800"}',
        b"\xef\xbb\xbf{}",
        json.dumps({"title": "x"}).encode("utf-16"),
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 1_000_000,
        b'{"points": [' + b"null," * 200_000 + b"null]}",
    ],
    ids=range(12),
)
def test_hostile_documents_never_break_a_route(mighty, body):
    app, client = mighty
    for path, method, _ in bodies_of(app.openapi()):
        answer = client.request(
            method, path.format(**KNOWN), content=body, headers={"Content-Type": "application/json"}
        )
        assert_inert_or_many(answer, (method, path))


def assert_inert_or_many(answer: httpx.Response, about: object) -> None:
    if answer.status_code == 200 and "locate" in str(about):
        return
    assert_inert(answer, about)
