"""The outbox: told with what it tells of, read once and whole, however commits come."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gis.boundaries import drafts
from gis.core.access import Actor, Grant, Role, Scope
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import read_session, write_session
from gis.feeds import RETENTION, Horizon, Kind, Told, purge, read_between, stand, tell
from tests import factories
from tests.imports import Gridmap, event_rows, write_csv

A, B = factories.TOWNSHIPS


def told_between(engine: Engine, since: Horizon, *, after: int = 0) -> tuple[list[Told], Horizon]:
    with read_session(engine) as session:
        now = stand(session).horizon
        return read_between(session, since, now, after=after, limit=100), now


def here(engine: Engine) -> Horizon:
    with read_session(engine) as session:
        return stand(session).horizon


def say(session, number: int) -> None:
    tell(session, Kind.EVENT_CHANGED, {"number": number}, [A])


def numbers(told: list[Told]) -> list[int]:
    return [one.payload["number"] for one in told]


def test_a_late_commit_is_told_late_and_keeps_nobody_waiting(world_engine: Engine) -> None:
    start = here(world_engine)
    with write_session(world_engine) as slow:
        say(slow, 1)
        with write_session(world_engine) as quick:
            say(quick, 2)
        first, between = told_between(world_engine, start)
        assert numbers(first) == [2], "who began later does not wait for who began first"
        assert told_between(world_engine, between)[0] == []
    second, end = told_between(world_engine, between)
    assert numbers(second) == [1]
    assert told_between(world_engine, end)[0] == []
    assert numbers(told_between(world_engine, start)[0]) == [1, 2]
    assert numbers(told_between(world_engine, start, after=second[0].delivery_id)[0]) == [2]


def test_what_did_not_happen_is_not_told(world_engine: Engine) -> None:
    start = here(world_engine)
    with write_session(world_engine) as session, session.begin_nested() as deed:
        say(session, 1)
        deed.rollback()
    assert told_between(world_engine, start)[0] == []


def test_a_message_carries_the_paths_of_the_divisions_concerned(world_engine: Engine) -> None:
    start = here(world_engine)
    with write_session(world_engine) as session:
        tell(session, Kind.EVENT_CHANGED, {}, [factories.VILLAGES[2], A, "000000000000"])
    ((message,), _) = told_between(world_engine, start)
    assert message.divisions == {
        factories.VILLAGES[2]: [factories.COUNTY, B, factories.VILLAGES[2]],
        A: [factories.COUNTY, A],
    }


def test_a_township_tells_of_elsewhere_and_reads_nothing(world_url: str, world_engine) -> None:
    engine = make_engine(api_url(world_url), statement_timeout_s=30)
    start = here(world_engine)
    with write_session(engine, Scope((A,))) as session:
        tell(session, Kind.EVENT_CHANGED, {}, [A, factories.VILLAGES[2]])
        with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
            session.execute(text("SELECT FROM delivery"))
        with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
            session.execute(text("SELECT FROM outbox_key"))
    ((message,), _) = told_between(world_engine, start)
    assert message.divisions.keys() == {A, factories.VILLAGES[2]}
    engine.dispose()


def test_old_messages_go_and_those_of_another_server(world_engine: Engine) -> None:
    with write_session(world_engine) as session:
        session.execute(text("DELETE FROM delivery"))
        for age in (RETENTION - dt.timedelta(hours=1), RETENTION + dt.timedelta(hours=3)):
            say(session, int(age.total_seconds()))
            session.execute(
                text(
                    "UPDATE delivery SET created_at = now() - CAST(:age AS interval)"
                    " WHERE payload ->> 'number' = :number"
                ),
                {"age": age, "number": str(int(age.total_seconds()))},
            )
        say(session, 0)
        session.execute(
            text(
                "UPDATE delivery SET transaction_id = CAST(1 AS bigint) << 40"
                " WHERE payload ->> 'number' = '0'"
            )
        )
    with write_session(world_engine) as session:
        assert purge(session) == 2
        left = session.scalars(text("SELECT payload ->> 'number' FROM delivery")).all()
    assert left == [str(int((RETENTION - dt.timedelta(hours=1)).total_seconds()))]


def test_a_generated_county_is_told_of_in_one_message(world_engine: Engine) -> None:
    with read_session(world_engine) as session:
        kinds = list(session.scalars(text("SELECT kind FROM delivery")))
        events = session.scalar(text("SELECT count(*) FROM event"))
    assert events == factories.Tally.events
    assert kinds == [Kind.GENERATION_PUBLISHED]


def test_whatever_is_done_to_a_draft_is_told_with_its_new_version(world_engine: Engine) -> None:
    planner = Actor("account:planner", (Grant(Role.PLANNER, A, (factories.COUNTY, A)),))
    start = here(world_engine)
    with write_session(world_engine) as session:
        draft = drafts.create_changeset(
            session, planner, title="t", reason="", effective_from=None, scope_codes=[A]
        )
        draft = drafts.patch_changeset(
            session, planner, draft.changeset_id, draft.version, {"title": "u"}
        )
        drafts.withdraw(session, planner, draft.changeset_id, draft.version)
    told, _ = told_between(world_engine, start)
    assert [(one.payload["version"], one.payload["state"]) for one in told] == [
        (1, "draft"),
        (2, "draft"),
        (3, "withdrawn"),
    ]
    assert {one.payload["by"] for one in told} == {"account:planner"}
    assert {tuple(one.divisions) for one in told} == {(A,)}


def test_an_import_is_told_once_with_what_it_brought_where(world_url: str, world_engine, tmp_path):
    start = here(world_engine)
    rows = event_rows(20)
    ran = Gridmap(world_url).run(
        "import-events", write_csv(tmp_path / "e.csv", rows), "--crs", "CGCS2000", "--source", "x"
    )
    assert ran.code == 0, ran.said
    ((message,), _) = told_between(world_engine, start)
    assert message.kind == Kind.EVENTS_IMPORTED
    told = message.payload["numbers"]
    with read_session(world_engine) as session:
        filed = dict(
            session.execute(
                text(
                    "SELECT v.division_code, count(*) FROM event AS e JOIN grid_version AS v"
                    " ON v.grid_id = e.basic_grid_id WHERE e.source = 'x' GROUP BY 1"
                )
            ).all()
        )
    assert {code: told[code] for code in filed} == filed
    assert told[factories.COUNTY] == told[A] + told[B] == sum(filed.values()) == 20
