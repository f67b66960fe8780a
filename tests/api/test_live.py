"""The live feed, on a real server: everybody hears what is theirs, once, whatever breaks."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from api.app import create_app
from api.door.limits import STREAMS
from api.live.feed import MOST_REPLAYED, MOST_WAITING, Client, Edition, Pace
from api.live.listening import NAME
from api.live.places import Seal
from gis.accounts import hash_secret
from gis.boundaries import publish_import
from gis.core.access import WHOLE
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import ReadSession, read_session, write_session
from gis.feeds import RETENTION, Ear, Kind, Told, read_secret, tell
from tests import factories
from tests.api.screens import Screen
from tests.api.server import serving, settings_for

A, B = factories.TOWNSHIPS
#: Keys by the name of whoever holds them.
KEYS = {name: f"gm_{name[0] * 43}" for name in ("county", "a", "b", "revoked", "left", "moved")}
WHOSE = "(SELECT api_key_id FROM api_key WHERE name = :who)"
HOMES = {"county": factories.COUNTY, "b": B}
#: A point of each township; degrees.
_numbers = itertools.count()
HERE, THERE = (115.005, 34.515), (115.025, 34.515)
STAT = ("category_code", "level", "reported_at", "division")


@dataclass
class Live:
    """A server on a county of the test's own, and what tests do to it."""

    app: FastAPI
    client: httpx.Client
    engine: Engine

    def screen(self, who: str | None = None, after: str | None = None) -> Screen:
        return Screen(self.client, key=KEYS[who] if who else None, after=after)

    def report(self, title: str, place: tuple[float, float] = HERE) -> str:
        body = {
            "source": "hotline_12345",
            "source_id": str(next(_numbers)),
            "title": title,
            "category_code": "0502",
            "position": {"x": place[0], "y": place[1], "crs": "EPSG:4490"},
        }
        headers = {"Authorization": f"Bearer {KEYS['county']}"}
        answer = self.client.post("/api/v1/events", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def say(self, number: int) -> None:
        with write_session(self.engine) as session:
            tell(session, Kind.EVENT_CHANGED, {"event_no": str(number)}, [factories.COUNTY])


def give_keys(engine: Engine) -> None:
    with engine.begin() as owner:
        for name, key in KEYS.items():
            owner.execute(
                text(
                    "WITH added AS (INSERT INTO api_key (name, key_hash) VALUES (:name, :hash)"
                    " RETURNING api_key_id)"
                    'INSERT INTO "grant" (api_key_id, role, division_code)'
                    " SELECT api_key_id, 'integration', :division FROM added"
                ),
                {
                    "name": name,
                    "hash": hash_secret(key),
                    "division": HOMES.get(name, A),
                },
            )


@pytest.fixture(scope="module")
def live(cluster: Cluster, small_world: str, tmp_path_factory) -> Iterator[Live]:
    """One server for all; what a test tells, the others do not wait for."""
    name = f"gridmap_test_live_{os.getpid()}"
    cluster.create_database(name, template=small_world)
    engine = make_engine(cluster.url(name), statement_timeout_s=30)
    give_keys(engine)
    state = tmp_path_factory.mktemp("live")
    app = create_app(settings_for(cluster.url(name), state_dir=state, anonymous="statistics"))
    with serving(app) as client:
        yield Live(app, client, engine)
    engine.dispose()
    cluster.drop_database(name)


@pytest.fixture
def restless(live: Live) -> Iterator[Live]:
    """The same with signs of life, and looks at the key, that follow each other at once."""
    live.app.state.hub.pace = Pace(ping_s=0.02, admit_s=0.02)
    yield live
    live.app.state.hub.pace = Pace()


def test_each_hears_what_is_theirs_and_nothing_of_the_rest(live: Live) -> None:
    screens = {name: live.screen(name) for name in ("county", "a", "b")}
    screens["nobody"] = live.screen()
    hello = {name: screen.hear() for name, screen in screens.items()}
    assert {one.kind for one in hello.values()} == {"hello"}
    assert hello["a"].data["resumed"] is False
    assert b"content-encoding" not in screens["a"].head

    here, there = live.report("1", HERE), live.report("2", THERE)
    full = [screens["county"].hear() for _ in range(2)]
    stored = live.client.get(
        f"/api/v1/events/{here}", headers={"Authorization": f"Bearer {KEYS['county']}"}
    ).json()
    assert [one.kind for one in full] == ["event.reported"] * 2
    assert full[0].data == {
        name: stored["properties"][name]
        for name in (
            "event_no",
            "title",
            "category_code",
            "level",
            "reported_at",
            "basic",
            "exclusive",
            "division",
        )
    } | dict(zip(("lon", "lat"), stored["geometry"]["coordinates"], strict=True))
    assert screens["a"].hear().data == full[0].data
    assert screens["b"].hear().data["event_no"] == there, "of the one before nothing was heard"
    counted = [screens["nobody"].hear().data for _ in range(2)]
    assert counted == [{name: one.data[name] for name in STAT} for one in full]
    places = {one.cursor for one in (*full, *hello.values())}
    assert len({len(place) for place in places}) == 1, "a place tells nothing by its length"
    for screen in screens.values():
        screen.close()


def test_whoever_was_away_is_told_what_was_missed_once_and_in_order(live: Live) -> None:
    screen = live.screen("a")
    greeting = screen.hear()
    live.report("1")
    first = screen.hear()
    screen.close()
    for number in range(2, 5):
        live.report(str(number))
        live.report(f"there {number}", THERE)

    titles = [str(number) for number in range(2, 5)]
    back = live.screen("a", after=first.cursor)
    assert back.hear().data["resumed"] is True
    missed = [back.hear() for _ in titles]
    assert [one.data["title"] for one in missed] == titles
    live.report("5")
    assert back.hear().data["title"] == "5", "and goes on"
    # In the middle of what was missed, and from before all of it.
    again = live.screen("a", after=missed[0].cursor)
    again.hear()
    assert [again.hear().data["title"] for _ in range(3)] == [*titles[1:], "5"]
    whole = live.screen("a", after=greeting.cursor)
    whole.hear()
    assert whole.hear().data == first.data
    for one in (back, again, whole):
        one.close()


def test_a_late_commit_is_heard_when_it_comes_and_keeps_nobody_waiting(live: Live) -> None:
    screen = live.screen("county")
    screen.hear()
    with write_session(live.engine) as slow:
        tell(slow, Kind.EVENT_CHANGED, {"event_no": "late"}, [A])
        quick = live.report("1")
        told = screen.hear()
        assert told.data["event_no"] == quick
    assert screen.hear().data["event_no"] == "late"
    # Who stopped between the two is told of the late one, whose number is the lower one.
    back = live.screen("county", after=told.cursor)
    back.hear()
    assert back.hear().data["event_no"] == "late"
    screen.close()
    back.close()


@pytest.mark.parametrize("cursor", ["x", "A" * 400, "路"])
def test_a_place_that_is_not_ours_means_to_load_everything_anew(live: Live, cursor: str) -> None:
    screen = live.screen("a", after=cursor)
    assert screen.hear().data["resumed"] is False
    reset = screen.hear()
    assert (reset.kind, reset.data) == ("reset", {"reason": "unknown"})
    live.report("1")
    assert screen.hear().kind == "event.reported"
    screen.close()
    back = live.screen("a", after=reset.cursor)
    assert back.hear().data["resumed"] is True
    back.close()


def test_who_was_away_for_too_long_or_missed_too_much_loads_everything_anew(live: Live) -> None:
    screen = live.screen("a")
    cursor = screen.hear().cursor
    screen.close()
    with read_session(live.engine, None) as session:
        seal = Seal(read_secret(ReadSession(session)))
    place = seal.read(cursor)
    old = place._replace(at=place.at - int(RETENTION.total_seconds()) - 5)
    for name, after, reason in (
        ("too long ago", seal.write(old), "too long ago"),
        ("another database", seal.write(place._replace(system="1.2")), "unknown"),
    ):
        screen = live.screen("a", after=after)
        screen.hear()
        assert screen.hear().data == {"reason": reason}, name
        screen.close()
    quick = live.screen("a")
    quick.hear()
    with write_session(live.engine) as session:
        for _ in range(MOST_REPLAYED + 1):
            tell(session, Kind.EVENT_CHANGED, {"event_no": "x"}, [A])
    for _ in range(MOST_REPLAYED + 1):
        assert quick.hear().data["event_no"] == "x", "who is there is told of all of them"
    quick.close()
    screen = live.screen("a", after=cursor)
    screen.hear()
    assert screen.hear().data == {"reason": "too much"}
    screen.close()


def test_a_line_that_postgresql_cuts_mends_itself_and_nothing_is_missed(live: Live) -> None:
    screen = live.screen("county")
    screen.hear()
    for number in range(3):
        with live.engine.begin() as owner:
            killed = owner.scalar(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE application_name = :name AND datname = current_database()"
                ),
                {"name": NAME},
            )
        assert killed <= 1, "one connection a process"
        assert killed or number, "that the server listens on"
        live.say(number)
        assert screen.hear().data["event_no"] == str(number)
    screen.close()


def test_a_publication_is_told(live: Live) -> None:
    screen = live.screen("b")
    before = screen.hear().data["generation"]
    grids = factories.grids()
    grids.loc[grids["code"] == factories.VILLAGES[0] + "001", "name"] = "新名"
    with write_session(live.engine) as session:
        publish_import(session, grids, effective_from=factories.EFFECTIVE_FROM)
    told = screen.hear()
    assert told.kind == "generation.published"
    assert told.data == {
        "generation": before + 1,
        "effective_from": factories.EFFECTIVE_FROM.isoformat(),
        "counties": [factories.COUNTY[:6]],
    }
    fresh = live.screen("b")
    assert fresh.hear().data["generation"] == before + 1
    screen.close()
    fresh.close()


@pytest.mark.parametrize(
    ("who", "change"),
    [
        ("revoked", "UPDATE api_key SET revoked_at = now() WHERE name = :who"),
        ("left", f'DELETE FROM "grant" WHERE api_key_id = {WHOSE}'),
        ("moved", f'UPDATE "grant" SET division_code = :b WHERE api_key_id = {WHOSE}'),
    ],
)
def test_who_may_listen_no_more_or_elsewhere_is_cut_off(
    restless: Live, who: str, change: str
) -> None:
    screen = restless.screen(who)
    screen.hear()
    cursor = screen.hear_ping().cursor
    with restless.engine.begin() as owner:
        owner.execute(
            text("UPDATE api_key SET last_used_at = NULL WHERE name = :who"), {"who": who}
        )
    screen.hear_ping()
    screen.hear_ping()
    with restless.engine.begin() as owner:
        used = "SELECT last_used_at FROM api_key WHERE name = :who"
        assert owner.scalar(text(used), {"who": who}) is None, "an open stream is no use of a key"
        owner.execute(text(change), {"who": who, "b": B} if ":b" in change else {"who": who})
    assert {one.kind for one in screen.end()} <= {"ping"}
    restless.report("not theirs")
    if who == "moved":
        back = restless.screen(who, after=cursor)
        assert back.hear().data["resumed"] is True
        theirs = restless.report("theirs", THERE)
        assert back.hear().data["event_no"] == theirs, "what is seen now, and only that"
        back.close()


def test_a_sign_of_life_is_a_place_to_go_on_from(restless: Live) -> None:
    live = restless
    screen = live.screen("a")
    screen.hear()
    cursor = screen.hear_ping().cursor
    screen.close()
    live.report("1")
    back = live.screen("a", after=cursor)
    assert back.hear().data["resumed"] is True
    assert back.hear().data["title"] == "1"
    back.close()


def test_streams_hold_neither_room_nor_connections_nor_threads(
    world_url: str, world_engine, tmp_path
) -> None:
    give_keys(world_engine)
    settings = settings_for(world_url, state_dir=tmp_path, max_concurrent=1, pool_size=1)
    app = create_app(settings)
    with serving(app) as client:
        screens = []
        for _ in range(STREAMS):
            screens.append(Screen(client))
            screens[-1].hear()
        assert app.state.engine.pool.checkedout() == 0
        assert client.get("/api/v1/deployment").status_code == 200, "there is room for requests"
        refused = client.get("/api/v1/live")
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "1"
        metrics = client.get("/metrics").text.splitlines()
        assert f"gridmap_live_streams {float(STREAMS)}" in metrics
        assert not any(
            line.startswith('gridmap_request_seconds_count{method="GET",route="/api/v1/live"')
            for line in metrics
        ), "they are counted when they end"
        for screen in screens:
            screen.close()


def test_the_server_ends_although_streams_are_open(world_url: str, tmp_path, caplog) -> None:
    with caplog.at_level(logging.ERROR):
        with serving(create_app(settings_for(world_url, state_dir=tmp_path))) as client:
            screens = [Screen(client) for _ in range(3)]
            for screen in screens:
                assert screen.hear().kind == "hello"
        for screen in screens:
            screen.end()
    assert caplog.records == []


def test_a_client_that_does_not_keep_up_is_cut_off_and_the_others_are_not() -> None:
    ear = Ear(WHOLE, WHOLE)
    editions = [
        Edition([(Told(n, Kind.CHANGESET_CHANGED, {"changeset_id": n}, {}), f"place{n}")])
        for n in range(MOST_WAITING + 2)
    ]

    async def listen() -> None:
        slow, quick = Client(ear), Client(ear)
        for edition in editions:
            slow.offer(edition)
            quick.offer(edition)
            assert await quick.take(1) == edition.for_ear(ear)
        assert slow.is_cut
        assert not quick.is_cut
        assert await slow.take(1) == b"", "what waited is not sent: it resumes where it was"
        assert not slow.has_waiting

    # In a thread: this one may have the loop of a browser that other tests drive.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, listen()).result()


def test_a_message_is_encoded_once_for_all_who_hear_the_same() -> None:
    told = Told(1, Kind.CHANGESET_CHANGED, {"changeset_id": 1}, {})
    edition = Edition([(told, "place")])
    assert edition.for_ear(Ear(WHOLE, WHOLE)) is edition.for_ear(Ear(WHOLE, WHOLE))
