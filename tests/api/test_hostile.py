"""Nothing that a client sends is our fault: 4xx or an answer, never 5xx."""

from __future__ import annotations

import socket
from urllib.parse import quote

import pytest

from tests.api.test_problems import assert_problem

HOSTILE = [
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
        if method in methods:
            yield path, methods[method]


def test_hostile_query_values_never_break_a_route(api, reading_app):
    asked = 0
    for path, about in routes(reading_app, "get"):
        concrete = path.replace("{event_no}", "0" * 20).replace("{generation}", "1")
        concrete = concrete.replace("{code}", "990101101201001" if "grids" in path else "990101")
        parameters = [p["name"] for p in about.get("parameters", []) if p["in"] == "query"]
        for name in parameters:
            for value in HOSTILE:
                given = {key: FITTING[key] for key in parameters if key in FITTING} | {name: value}
                answer = api.get(concrete, params=given)
                asked += 1
                assert answer.status_code < 500, (path, name, value, answer.text)
                if answer.status_code >= 400:
                    assert_problem(answer, answer.status_code)
    assert asked > 20 * len(HOSTILE)


def test_hostile_path_values_never_break_a_route(api, reading_app):
    for path, _ in routes(reading_app, "get"):
        if "{" not in path:
            continue
        for value in HOSTILE:
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
