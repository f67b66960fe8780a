"""Drafts that are published on their own day: by the server itself, or by a command."""

from __future__ import annotations

import datetime as dt
import select
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial

import psycopg2
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

from api.app import create_app
from api.due import LONGEST_PAUSE_S, _publish, pause_s
from gis.boundaries import drafts
from gis.boundaries.drafts.due import FIRST_PAUSE_S
from gis.cli.changeset import changeset as command
from gis.core import clock
from gis.core.access import WHOLE
from gis.db.engine import make_engine
from gis.db.session import write_session
from gis.feeds import CHANNEL
from tests.api.drafting import PEOPLE, A, Draft, Person, cut, give_keys, moved_corner
from tests.api.server import serving, settings_for
from tests.api.test_problems import assert_problem
from tests.drafting import faults, values

#: So late that a server, whose clock stands still here, looks at it ten times a second.
TODAY = dt.datetime(2026, 3, 1, 23, 59, 59, 900_000, tzinfo=clock.SHANGHAI)
TOMORROW = TODAY.date() + dt.timedelta(days=1)


@pytest.fixture
def url(clone, small_world: str) -> str:
    url = clone(small_world)
    engine = make_engine(url, statement_timeout_s=30)
    give_keys(engine)
    engine.dispose()
    return url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url, statement_timeout_s=30)
    yield engine
    engine.dispose()


def started(stack: ExitStack, url: str, tmp_path) -> dict[str, Person]:
    """Start a server that lets nobody in unasked; gives those who ask it."""
    app = create_app(settings_for(url, anonymous="none", state_dir=tmp_path))
    client = stack.enter_context(serving(app))
    return {name: Person(client, name) for name in PEOPLE}


def approved(people: dict[str, Person], operation: dict, day: dt.date | None = TOMORROW) -> Draft:
    body = {"title": "明日生效", "scope": [A], "effective_from": day and day.isoformat()}
    answer = people["east"].post("/changesets", body)
    draft = Draft(people["east"], answer.json()["id"], answer.headers["etag"])
    draft.do("ops", operation)
    draft.do("submit")
    draft.do("approve", {"comment": "同意"}, by=people["reviewer"])
    return draft


def until(url: str, condition: str) -> None:
    """Wait until something holds; whatever changes a draft tells, so that nobody has to poll."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(f'LISTEN "{CHANNEL}"')
        for _ in range(50):
            cursor.execute(f"SELECT {condition}")
            if cursor.fetchone()[0]:
                return
            assert select.select([connection], [], [], 30)[0], f"nobody told of {condition}"
            connection.poll()
    raise AssertionError(condition)


def test_a_draft_is_published_on_its_day_by_the_server_itself(url, engine, tmp_path):
    with ExitStack() as stack, clock.held_at(TODAY):
        people = started(stack, url, tmp_path)
        draft, reviewer = approved(people, cut(0, 1)), people["reviewer"]
        refused = draft.try_("publish", by=reviewer)
        assert_problem(refused, 422)
        assert "schedule" in refused.json()["detail"]
        assert_problem(draft.try_("schedule"), 403)
        assert_problem(reviewer.post(f"{draft.path}/schedule"), 428)
        told = draft.do("schedule", by=reviewer)
        assert (told["state"], told["scheduled_by"]) == ("approved", "key:reviewer")
        listed = reviewer.get("/changesets").json()["items"][0]
        assert listed["scheduled_at"] == told["scheduled_at"] is not None
        # Taken back, by a word or by taking back the draft itself; and decided again.
        assert draft.do("unschedule", by=reviewer)["scheduled_at"] is None
        assert_problem(draft.try_("unschedule", by=reviewer), 409)
        draft.do("schedule", by=reviewer)
        assert draft.do("withdraw")["scheduled_by"] is None
        assert_problem(draft.try_("schedule", by=reviewer), 409)
        draft.do("submit")
        draft.do("approve", {}, by=reviewer)
        draft.do("schedule", by=reviewer)
        at_once = approved(people, moved_corner(1, 2), None)
        assert_problem(at_once.try_("schedule", by=reviewer), 422)
        midnight = dt.datetime.combine(TOMORROW, dt.time(), clock.SHANGHAI)
        with clock.held_at(midnight):
            until(url, "EXISTS (SELECT FROM changeset WHERE state = 'published')")
            published = draft.see()
        assert published["published_generation"] == 2
        assert published["scheduled_at"] is None
    rows = values(
        engine,
        "SELECT g.effective_from, g.published_by, a.actor, a.after ->> 'generation'"
        "  FROM generation AS g, audit AS a WHERE g.generation = 2"
        "   AND a.action = 'changeset.publish'",
    )
    assert rows == [(TOMORROW, "key:reviewer", "system:schedule", "2")]
    assert faults(engine) == []


def test_servers_that_start_publish_what_is_due_and_tell_of_conflicts(
    url, engine, tmp_path, monkeypatch
):
    with ExitStack() as stack, clock.held_at(TODAY):
        people = started(stack, url, tmp_path)
        wanted = [approved(people, one) for one in (cut(0, 1), moved_corner(1, 1), cut(1, 2))]
        for draft in wanted:
            draft.do("schedule", by=people["reviewer"])
    # Some days too late, and several at once.
    with ExitStack() as stack, clock.held_at(TODAY + dt.timedelta(days=4)):
        people, *_ = [started(stack, url, tmp_path / str(n)) for n in range(3)]
        until(url, "NOT EXISTS (SELECT FROM changeset WHERE scheduled_at IS NOT NULL)")
        first, second, third = (draft.see(by=people["reviewer"]) for draft in wanted)
        assert [first["state"], second["state"], third["state"]] == [
            "published", "approved", "published",
        ]  # fmt: skip
        assert second["schedule_refusal"]["codes"]
        assert "rebase" in second["schedule_refusal"]["detail"]
        assert "更新" in second["schedule_refusal"]["detail_zh"]
        monkeypatch.setenv("DATABASE_URL", url)
        ran = CliRunner().invoke(command, ["publish-due"])
        assert ran.exit_code == 0, ran.output
        assert "nothing is due" in ran.output
        wanted[1].person = people["east"]
        wanted[1].etag = second["etag"]
        wanted[1].do("withdraw")
        wanted[1].do("rebase", {"choices": {"1": "drop"}})
        assert wanted[1].see()["schedule_refusal"] is None
    rows = values(engine, "SELECT generation, effective_from FROM generation ORDER BY 1 OFFSET 1")
    assert rows == [(2, TOMORROW), (3, TOMORROW)]
    told = values(engine, "SELECT count(*) FROM audit WHERE action = 'changeset.schedule_refused'")
    assert told[0][0] == 1
    assert faults(engine) == []


def test_the_command_schedules_and_publishes(url, engine, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url)
    with ExitStack() as stack, clock.held_at(TODAY):
        number = str(approved(started(stack, url, tmp_path), cut(0, 1)).number)

    def run(*arguments: str) -> str:
        ran = CliRunner().invoke(command, arguments)
        assert ran.exit_code == 0, ran.output
        return ran.output

    with clock.held_at(TODAY):
        assert str(TOMORROW) in run("schedule", number)
        assert "approved" in run("unschedule", number)
        run("schedule", number)
        assert "nothing is due" in run("publish-due")
    with clock.held_at(TODAY + dt.timedelta(days=1)):
        assert "generation 2" in run("publish-due")
    assert faults(engine) == []


@pytest.mark.parametrize(
    ("now", "rest"),
    [("23:59:58", 2.0), ("12:00:00", LONGEST_PAUSE_S), ("23:59:59.999999", 0.05), ("00:00:00", 60)],
)
def test_the_server_rests_until_midnight_and_never_for_long(now: str, rest: float) -> None:
    moment = dt.datetime.fromisoformat(f"2026-03-01T{now}+08:00")
    assert pause_s(moment) == pytest.approx(rest)


def test_who_sees_nothing_of_a_draft_schedules_nothing(url, tmp_path):
    with ExitStack() as stack, clock.held_at(TODAY):
        people = started(stack, url, tmp_path)
        draft = approved(people, cut(0, 1))
        for deed in ("schedule", "unschedule"):
            assert_problem(draft.try_(deed, by=people["reviewer_west"]), 404)
            assert_problem(draft.try_(deed, by=people["viewer"]), 403)


def test_what_nobody_foresaw_is_told_and_tried_again(caplog):
    assert _publish(object()) is False  # no engine: nothing that a database would say
    assert caplog.records[-1].exc_info
    assert "could not be published" in caplog.text


def test_a_draft_that_fails_holds_up_no_other_and_is_tried_again(url, engine, tmp_path, caplog):
    # The server stops before the clock goes on: it would publish them itself.
    with clock.held_at(TODAY), ExitStack() as stack:
        people = started(stack, url, tmp_path)
        ill, well = (approved(people, one) for one in (cut(0, 1), cut(1, 2)))
        for draft in (ill, well):
            draft.do("schedule", by=people["reviewer"])
    # Not a rule that the draft breaks: the database has no room for its lineage.
    no_room = (
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.published_generation IS NOT NULL AND NEW.changeset_id = {ill.number} THEN"
        " RAISE EXCEPTION USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$;"
        "CREATE TRIGGER no_room BEFORE UPDATE ON changeset"
        " FOR EACH ROW EXECUTE FUNCTION no_room()"
    )
    with engine.begin() as owner:
        owner.execute(text(no_room))
    opening = partial(write_session, engine, WHOLE)
    noon = dt.datetime.combine(TOMORROW, dt.time(12), clock.SHANGHAI)
    pauses = []
    for _ in range(3):
        with clock.held_at(noon):
            found = drafts.publish_due(opening)
            assert not found.is_over
            assert not drafts.publish_due(opening).done  # it rests
        failed = found.done[0]
        assert (failed.changeset_id, failed.generation) == (ill.number, None)
        retry_at = dt.datetime.fromisoformat(failed.refusal["retry_at"])
        pauses.append((retry_at - noon).total_seconds())
        noon = retry_at
    assert pauses == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert "could not be published" in caplog.text
    states = values(
        engine,
        "SELECT state, scheduled_at IS NULL, schedule_refusal ->> 'attempts' FROM changeset"
        " ORDER BY changeset_id",
    )
    assert states == [("approved", False, "3"), ("published", True, None)]
    with engine.begin() as owner:
        owner.execute(text("DROP TRIGGER no_room ON changeset"))
    with clock.held_at(noon):
        assert drafts.publish_due(opening).is_over
    assert faults(engine) == []
