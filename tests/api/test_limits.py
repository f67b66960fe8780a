"""Asked too much, too long, too slowly or too much at once: a clear refusal, and all goes on."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.door import bodies, protocol, refusing
from api.door.bodies import MAX_HELD, BodyMiddleware
from api.door.limits import Buckets
from api.door.proxies import networks
from gis.core.errors import Invalid
from tests.api.might import HEADERS, give_might
from tests.api.server import serving, settings_for
from tests.api.test_problems import assert_problem

ASKED = "/api/v1/divisions"
LOCATE = "/api/v1/locate"


@pytest.fixture
def limited(reading_url: str, tmp_path) -> Iterator[Callable[..., httpx.Client]]:
    """Start servers with limits of their own; they stop with the test."""
    with ExitStack() as running:

        def start(*, pause_s: float | None = None, **settings) -> httpx.Client:
            app = create_app(settings_for(reading_url, state_dir=tmp_path, **settings))
            for part in app.user_middleware:
                if part.cls is BodyMiddleware and pause_s is not None:
                    part.kwargs["pause_s"] = pause_s
            return running.enter_context(serving(app))

        yield start


def refused(client: httpx.Client) -> dict[str, float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        sample.labels["reason"]: sample.value
        for family in families
        for sample in family.samples
        if sample.name == "gridmap_refused_total"
    }


def dial(client: httpx.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port), timeout=30)


def head(method: str, path: str, *fields: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: gridmap", *fields, "", ""]).encode()


def all_of(line: socket.socket) -> bytes:
    pieces = []
    try:
        while piece := line.recv(1 << 16):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def answered(line: socket.socket) -> int:
    return int(all_of(line).split(b" ", 2)[1])


# --- rate -------------------------------------------------------------------------------------


def test_a_bucket_holds_a_minute_and_fills_as_fast():
    now = 0.0
    buckets = Buckets(60, 100, clock=lambda: now)

    assert [buckets.take(b"a") for _ in range(60)] == [59 - n for n in range(60)]
    assert buckets.take(b"a") < 0
    assert buckets.take(b"b") == 59
    now = 2.5
    assert [buckets.take(b"a") >= 0 for _ in range(3)] == [True, True, False]
    now = 1e6
    assert buckets.take(b"a") == 59


def test_buckets_are_bounded_and_the_one_unused_for_longest_goes():
    buckets = Buckets(60, 10)
    for number in range(1000):
        buckets.take(b"always")
        buckets.take(b"%d" % number)

    assert len(buckets) == 10
    assert b"always" in buckets
    assert b"0" not in buckets


def test_more_than_the_rate_is_told_when_to_come_back(limited):
    client = limited(rate_per_minute=5)
    answers = [client.get(ASKED) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    left = [re.search(r"r=(\d+);t=\d+$", a.headers["ratelimit"]).group(1) for a in answers]
    assert left == ["4", "3", "2", "1", "0"]
    assert answers[0].headers["ratelimit-policy"] == '"minute";q=5;w=60'
    more = client.get(ASKED)
    body = assert_problem(more, 429, "too-many")
    assert 1 <= int(more.headers["retry-after"]) == body["retry_after_s"] <= 12
    assert '"minute";r=0;' in more.headers["ratelimit"]


def test_whether_it_lives_is_always_answered(limited):
    client = limited(rate_per_minute=1)

    assert [client.get(ASKED).status_code for _ in range(3)] == [200, 429, 429]
    assert {client.get("/health/live").status_code for _ in range(20)} == {200}


def test_invented_credentials_have_no_rate_of_their_own(limited):
    client = limited(rate_per_minute=6)
    keys = [{"Authorization": f"Bearer gm_{n:032}"} for n in range(5)]
    cookies = [
        {"Cookie": f"{name}={name}{n}"}
        for n in range(5)
        for name in ("__Host-gridmap_session", "gridmap_session")
    ]
    statuses = [client.get(ASKED, headers=said).status_code for said in keys + cookies]

    assert statuses[:5] == [401] * 5
    assert statuses[5] == 200
    assert set(statuses[6:]) == {429}


def test_a_key_that_holds_has_a_rate_of_its_own(world_url, world_engine, tmp_path):
    give_might(world_engine)
    settings = settings_for(world_url, state_dir=tmp_path, rate_per_minute=3)
    with serving(create_app(settings)) as client:
        statuses = [client.get(ASKED, headers=HEADERS).status_code]  # against the address
        statuses += [client.get(ASKED).status_code for _ in range(3)]
        assert statuses == [200, 200, 200, 429]
        key = HEADERS["Authorization"].removeprefix("Bearer")
        spelled = [{"Authorization": scheme + key} for scheme in ("Bearer", "bearer", "BEARER")]
        statuses = [client.get(ASKED, headers=said).status_code for said in spelled]
    assert statuses == [200, 200, 429]


def test_whom_a_proxy_names_counts_where_the_proxy_is_trusted(limited):
    trusting = limited(rate_per_minute=1, trusted_proxies="10.0.0.0/8, 127.0.0.1,::1")

    def ask(said: str) -> int:
        return trusting.get(ASKED, headers={"X-Forwarded-For": said}).status_code

    assert [ask("192.0.2.1"), ask("192.0.2.1"), ask("192.0.2.2")] == [200, 429, 200]
    # What stands before it the client may have invented.
    assert ask("198.51.100.7, 192.0.2.2") == 429
    assert [ask("192.0.2.3, 10.1.1.1"), ask("192.0.2.3, 10.1.1.2")] == [200, 429]
    # An IPv6 client has a whole network to choose from.
    assert [ask("2001:db8::1"), ask("2001:db8::2"), ask("2001:db8:0:1::2")] == [200, 429, 200]
    assert [ask("not-an-address"), ask("nonsense, also")] == [200, 429]


def test_nobody_else_is_believed(limited):
    client = limited(rate_per_minute=2)
    said = [{"X-Forwarded-For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"} for n in range(4)]

    assert [client.get(ASKED, headers=h).status_code for h in said] == [200, 200, 429, 429]


def test_a_proxy_that_is_no_address_is_refused_at_the_start():
    with pytest.raises(Invalid, match="GRIDMAP_TRUSTED_PROXIES"):
        networks("10.0.0.0/8, gateway")


# --- requests at a time -----------------------------------------------------------------------


def test_more_at_a_time_are_refused_at_once_and_served_afterwards(limited):
    client = limited(max_concurrent=2)
    point = b'{"lon": 115.01, "lat": 34.505, "crs": "EPSG:4490"}\n'
    fields = (
        "Content-Type: application/x-ndjson",
        f"Content-Length: {len(point)}",
        "Connection: close",
    )
    with dial(client) as one, dial(client) as other:
        for line in (one, other):
            line.sendall(head("POST", LOCATE, *fields) + point[:10])
        full = next(a for a in iter(lambda: client.get(ASKED), None) if a.status_code != 200)
        assert_problem(full, 503, "unavailable")
        assert full.headers["retry-after"] == "1"
        assert client.get("/health/live").status_code == 200
        for line in (one, other):
            line.sendall(point[10:])
            assert answered(line) == 200

    assert client.get(ASKED).status_code == 200
    assert refused(client)["busy"] >= 1


def test_a_client_that_goes_away_leaves_its_room(limited):
    client = limited(max_concurrent=1)
    for _ in range(5):
        with dial(client) as line:
            line.sendall(
                head("POST", LOCATE, "Content-Type: text/csv", "Content-Length: 100") + b"lon"
            )
    free = next(a for a in iter(lambda: client.get(ASKED), None) if a.status_code != 503)

    assert free.status_code == 200


# --- bodies -----------------------------------------------------------------------------------


def test_a_body_that_announces_too_much_is_refused_unread(limited):
    client = limited(max_body_mb=1)
    with dial(client) as line:
        line.sendall(head("POST", LOCATE, "Content-Type: text/csv", "Content-Length: 1000001"))
        answer = line.recv(1 << 16)

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"/problems/too-long" in answer
    assert b"connection: close" in answer.lower()
    assert refused(client) == {"long body": 1}


@pytest.mark.parametrize("path", [LOCATE, "/api/v1/events"])
def test_a_body_that_turns_out_too_long_is_refused_as_a_problem(limited, path):
    client = limited(max_body_mb=1)

    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 50_000

    answer = client.post(path, content=pieces(), headers={"Content-Type": "application/json"})
    body = assert_problem(answer, 413, "too-long")
    assert body["max_bytes"] == 1_000_000


def test_only_bodies_that_rest_on_disk_may_be_long(limited):
    client = limited(max_body_mb=64)
    long = b" " * (MAX_HELD + 1)
    said = {"Content-Type": "application/json"}

    assert_problem(client.post("/api/v1/events", content=long, headers=said), 413, "too-long")
    assert_problem(client.post(LOCATE, content=long, headers=said), 422, "invalid")


@pytest.mark.parametrize("said", ["9" * 30, "-1", "x", "1,1"])
def test_a_length_that_is_none_is_refused(limited, said):
    client = limited()
    with dial(client) as line:
        line.sendall(head("POST", LOCATE, f"Content-Length: {said}", "Connection: close"))
        line.shutdown(socket.SHUT_WR)
        assert 400 <= answered(line) < 500


def test_a_body_that_stops_is_given_up(limited, monkeypatch):
    monkeypatch.setattr(refusing, "LINGER_S", 0.1)
    client = limited(pause_s=0.2)
    with dial(client) as line:
        line.sendall(head("POST", LOCATE, "Content-Type: text/csv", "Content-Length: 100") + b"lon")
        answer = all_of(line)

    assert answer.startswith(b"HTTP/1.1 408")
    assert b"/problems/too-slow" in answer
    assert refused(client) == {"slow body": 1}


def test_a_body_that_drips_is_given_up(limited, monkeypatch):
    monkeypatch.setattr(refusing, "LINGER_S", 0.1)
    client = limited(pause_s=0.5)
    sent = 0
    with dial(client) as line:
        line.sendall(head("POST", LOCATE, "Content-Type: text/csv", "Content-Length: 1000000"))
        line.settimeout(0.05)
        for _ in range(400):  # one byte at a time, never pausing for long
            line.sendall(b"x")
            sent += 1
            try:
                answer = line.recv(1 << 16)
                break
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408")
    assert sent < bodies.PACE


def test_zipped_bodies_are_not_unpacked(limited):
    client = limited(max_body_mb=1)
    said = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    packed = bytes.fromhex("1f8b08000000000000ff") + b"\x00" * 100

    for path in (LOCATE, "/api/v1/events"):
        assert_problem(client.post(path, content=packed, headers=said), 415, "http-error")
    assert refused(client) == {"packed body": 2}


# --- before there is a request ----------------------------------------------------------------


@pytest.mark.parametrize(
    "request_head",
    [
        head("GET", "/health/live", "X-Long: " + "x" * protocol.MAX_HEAD),
        head("GET", "/health/live", *[f"X-{n}: {n:0100}" for n in range(500)]),
        head("GET", "/?" + "x" * protocol.MAX_HEAD),
        b"GET /health/live HTTP/1.1\r\nX-Endless: " + b"x" * (8 * protocol.MAX_HEAD),
    ],
    ids=["long field", "many fields", "long path", "endless"],
)
def test_a_head_that_is_too_long_is_refused(limited, request_head):
    client = limited()
    with dial(client) as line:
        for start in range(0, len(request_head), 4096):
            try:
                line.sendall(request_head[start : start + 4096])
            except (BrokenPipeError, ConnectionResetError):
                break
        assert answered(line) == 431
    assert client.get("/health/live").status_code == 200


def test_a_head_that_does_not_come_is_given_up(limited, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_S", 0.2)
    client = limited()
    with dial(client) as silent, dial(client) as slow:
        slow.sendall(b"GET /health/live HT")
        assert answered(slow) == 408
        assert all_of(silent) == b""


def test_a_second_head_that_does_not_come_is_given_up(limited, monkeypatch):
    monkeypatch.setattr(protocol, "HEAD_S", 0.2)
    client = limited()
    with dial(client) as line:
        line.sendall(head("GET", "/health/live"))
        assert line.recv(1 << 16).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET /heal")
        assert answered(line) == 408


def test_what_is_no_http_is_refused_without_a_banner(limited):
    client = limited()
    with dial(client) as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n")
        answer = all_of(line)

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"server:" not in answer.lower()
    assert b"uvicorn" not in answer


def test_a_client_that_does_not_read_is_cut_off(limited, monkeypatch):
    monkeypatch.setattr(protocol, "STALL_S", 0.3)
    client = limited(max_concurrent=1)
    points = b'{"lon": 115.01, "lat": 34.505, "crs": "EPSG:4490"}\n' * 200_000
    fields = ("Content-Type: application/x-ndjson", f"Content-Length: {len(points)}")
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(60)
        line.connect((client.base_url.host, client.base_url.port))
        line.sendall(head("POST", LOCATE, *fields) + points)
        free = next(a for a in iter(lambda: client.get(ASKED), None) if a.status_code != 503)
        assert free.status_code == 200
        got = all_of(line)

    announced = int(re.search(rb"content-length: (\d+)", got.lower()).group(1))
    assert len(got) < announced
