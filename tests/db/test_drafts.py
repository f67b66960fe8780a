"""Drafts in the database: what is written, what is not, and what row-level security shows."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from gis.boundaries import drafts
from gis.cli.changeset import changeset as command
from gis.core.access import Actor, Grant, Power, Role
from gis.core.errors import Conflict, EditRefused, Forbidden, Invalid, NotFound
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import read_session, write_session
from tests import factories
from tests.api.drafting import COUNTY, A, B, cut, degrees, moved_corner


def holder(name: str, *grants: tuple[Role, str]) -> Actor:
    paths = {COUNTY: (COUNTY,), A: (COUNTY, A), B: (COUNTY, B)}
    return Actor(name, tuple(Grant(role, code, paths[code]) for role, code in grants))


EAST = holder("key:east", (Role.PLANNER, A))
WEST = holder("key:west", (Role.PLANNER, B))
BOTH = holder("key:both", (Role.PLANNER, COUNTY))
REVIEWER = holder("key:reviewer", (Role.REVIEWER, COUNTY))


@pytest.fixture
def server(world_url: str) -> Iterator[Engine]:
    """Connections as the server has them."""
    engine = make_engine(api_url(world_url), statement_timeout_s=30)
    yield engine
    engine.dispose()


def begin(server: Engine, actor: Actor, *scope: str) -> drafts.Changeset:
    with write_session(server, actor.scope(Power.DRAFT)) as session:
        return drafts.create_changeset(
            session, actor, title="测试", reason="", effective_from=None, scope_codes=scope
        )


def do(server: Engine, actor: Actor, draft: drafts.Changeset, operation: dict) -> drafts.Outcome:
    with write_session(server, actor.scope(Power.DRAFT)) as session:
        version = drafts.get_changeset(session, draft.changeset_id).version
        return drafts.apply_operation(session, actor, draft.changeset_id, version, operation)


def rows(engine: Engine, table: str) -> list[tuple[object, ...]]:
    with engine.connect() as owner:
        return [
            tuple(row) for row in owner.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3"))
        ]


def test_a_scope_sees_the_drafts_of_its_townships_and_of_these_its_grids(server, world_engine):
    east, west, both = (
        begin(server, EAST, A),
        begin(server, WEST, B),
        begin(server, BOTH, A, B),
    )
    do(server, EAST, east, moved_corner(1, 1))
    do(server, WEST, west, moved_corner(3, 1))
    do(server, BOTH, both, moved_corner(2, 1))
    with read_session(server, EAST.scope()) as session:
        seen = {one.changeset_id for one in drafts.list_changesets(session)}
        grids = drafts.shown_grids(session, drafts.get_changeset(session, both.changeset_id))
        with pytest.raises(NotFound):
            drafts.get_changeset(session, west.changeset_id)
        counted = session.scalar(
            text("SELECT count(*) FROM changeset_grid WHERE division_code LIKE :b"),
            {"b": B[:9] + "%"},
        )
    assert seen == {east.changeset_id, both.changeset_id}
    assert {grid.code[:9] for grid in grids} == {A[:9]}
    assert counted == 0
    assert {row[2][:9] for row in rows(world_engine, "changeset_grid")} == {A[:9], B[:9]}


def test_a_role_that_was_taken_on_ends_with_the_deed(server):
    draft = begin(server, EAST, A)
    with write_session(server, EAST.scope(Power.DRAFT)) as session:
        drafts.apply_operation(
            session, EAST, draft.changeset_id, None, moved_corner(1, 1), dry_run=True
        )
        assert session.scalar(text("SELECT current_user")) == "gridmap_scoped"
        drafts.validate(session, EAST, draft.changeset_id)
        assert session.scalar(text("SELECT current_user")) == "gridmap_scoped"


def test_a_dry_run_waits_for_nobody_and_keeps_nobody_waiting(server):
    draft = begin(server, EAST, A)
    with (
        write_session(server, EAST.scope(Power.DRAFT)) as working,
        write_session(server, EAST.scope(Power.DRAFT)) as trying,
    ):
        trying.execute(text("SET LOCAL lock_timeout = '2s'"))
        drafts.apply_operation(trying, EAST, draft.changeset_id, None, cut(0, 1), dry_run=True)
        working.execute(text("SET LOCAL lock_timeout = '2s'"))
        drafts.apply_operation(working, EAST, draft.changeset_id, draft.version, cut(0, 1))
        tried = drafts.apply_operation(
            trying, EAST, draft.changeset_id, None, cut(0, 1), dry_run=True
        )
    assert tried.op_no is None


def test_the_table_itself_refuses_a_review_of_ones_own(world_engine, server):
    draft = begin(server, EAST, A)
    statement = text(
        "INSERT INTO review (county_code, changeset_id, changeset_version, author, reviewer,"
        " verdict) VALUES (:county, :number, 1, 'key:east', 'key:east', 'approve')"
    )
    with pytest.raises(IntegrityError, match="review_not_own_check"), world_engine.begin() as owner:
        owner.execute(statement, {"county": draft.county_code, "number": draft.changeset_id})


def test_whoever_drew_one_operation_cannot_approve(server):
    both_hats = holder("key:hats", (Role.PLANNER, A), (Role.REVIEWER, COUNTY))
    draft = begin(server, EAST, A)
    do(server, both_hats, draft, moved_corner(1, 1))
    with write_session(server, EAST.scope(Power.DRAFT)) as session:
        version = drafts.get_changeset(session, draft.changeset_id).version
        submitted = drafts.submit(session, EAST, draft.changeset_id, version)
    with (
        pytest.raises(Forbidden, match="had a hand"),
        write_session(server, both_hats.scope(Power.REVIEW)) as session,
    ):
        drafts.approve(session, both_hats, draft.changeset_id, submitted.version)


def test_an_attribute_and_an_exclusive_grid_go_through_the_same_gates(server):
    draft = begin(server, EAST, A)
    ring = [(1_150_010_000, 345_210_000), (1_150_030_000, 345_210_000)]
    ring += [(1_150_030_000, 345_230_000), (1_150_010_000, 345_230_000)]
    square = {"type": "Polygon", "coordinates": [[degrees(p) for p in (*ring, ring[0])]]}
    village = factories.VILLAGES[0]
    drawn = do(
        server,
        EAST,
        draft,
        {"op": "draw", "division_code": village, "name": "新学校", "geometry": square},
    )
    (school,) = drawn.changed
    assert school.kind == "exclusive"
    (told,) = drawn.preview.grids
    assert told.before is None
    assert told.after is not None
    renamed = {"op": "set_attributes", "grid": f"{village}001", "name": "新名"}
    do(server, EAST, draft, renamed)
    do(server, EAST, draft, {"op": "retire", "grid": f"{village}901"})
    with pytest.raises(EditRefused) as refused:
        do(
            server,
            EAST,
            draft,
            {"op": "draw", "division_code": village, "name": "重叠", "geometry": square},
        )
    assert {fault.code for fault in refused.value.faults} == {"OVERLAP"}
    with pytest.raises(Invalid, match="no division"):
        do(server, EAST, draft, renamed | {"division_code": "990101101999"})
    with read_session(server, EAST.scope()) as session:
        verdict = drafts.validate(session, EAST, draft.changeset_id)
        impact = drafts.preview(session, EAST, draft.changeset_id)
    assert verdict.state == "publishable"
    assert {grid.code: grid.after is None for grid in impact.grids} == {
        school.code: False,
        f"{village}001": False,
        f"{village}901": True,
    }


def test_an_exclusive_grid_of_the_county_itself_goes_through_the_countys_own_scope(server):
    ring = [(1_150_010_000, 345_210_000), (1_150_030_000, 345_210_000)]
    ring += [(1_150_030_000, 345_230_000), (1_150_010_000, 345_230_000)]
    square = {"type": "Polygon", "coordinates": [[degrees(p) for p in (*ring, ring[0])]]}
    draw = {"op": "draw", "division_code": COUNTY, "name": "县政务中心", "geometry": square}
    with pytest.raises(Forbidden):  # a township's planner has no say in it
        begin(server, EAST, COUNTY)
    with pytest.raises(EditRefused) as refused:
        do(server, BOTH, begin(server, BOTH, A), draw)
    assert {fault.code for fault in refused.value.faults} == {"OUTSIDE_TOWN"}
    draft = begin(server, BOTH, COUNTY)
    with pytest.raises(EditRefused):  # and it stands for nothing below it
        do(server, BOTH, draft, moved_corner(1, 1))
    (centre,) = do(server, BOTH, draft, draw).changed
    assert centre.code.startswith(COUNTY)
    assert published(server, draft) == 2
    gone = begin(server, BOTH, COUNTY, A)
    do(server, BOTH, gone, {"op": "retire", "grid": centre.code})
    do(server, BOTH, gone, moved_corner(1, 1))
    assert published(server, gone) == 3


def published(server: Engine, draft: drafts.Changeset) -> int:
    """Take a draft the whole way; returns its generation."""
    number = draft.changeset_id
    for deed, actor, power in (
        (drafts.submit, BOTH, Power.DRAFT),
        (drafts.approve, REVIEWER, Power.REVIEW),
        (drafts.publish, REVIEWER, Power.PUBLISH),
    ):
        with write_session(server, actor.scope(power)) as session:
            deed(session, actor, number, drafts.get_changeset(session, number).version)
    with read_session(server, REVIEWER.scope()) as session:
        return drafts.get_changeset(session, number).published_generation


def test_a_whole_draft_is_proved_anew_whatever_stands_in_its_rows(server, world_engine):
    draft = begin(server, EAST, A)
    do(server, EAST, draft, moved_corner(1, 1))
    with world_engine.begin() as owner:  # somebody takes one side of the change out
        owner.execute(
            text("DELETE FROM changeset_grid WHERE code = :code"),
            {"code": factories.VILLAGES[0] + "001"},
        )
    with read_session(server, EAST.scope()) as session:
        verdict = drafts.validate(session, EAST, draft.changeset_id)
    assert verdict.state == "refused"
    assert {error["code"] for error in verdict.errors} <= {"GAP", "OVERLAP"}
    with (
        pytest.raises(Conflict) as refused,
        write_session(server, EAST.scope(Power.DRAFT)) as session,
    ):
        drafts.submit(session, EAST, draft.changeset_id, verdict.version)
    assert refused.value.extra["errors"]


KILLED = """
import json, os, signal, sys
from gis.boundaries import drafts
from gis.boundaries.drafts import operating
from gis.core.access import Actor, Grant, Power, Role
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import write_session

url, number, operation, place = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4]
county, township = sys.argv[5:7]
actor = Actor("key:east", (Grant(Role.PLANNER, township, (county, township)),))
meant = getattr(operating, place)

def killed(*given, **named):
    meant(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(operating, place, killed)
engine = make_engine(api_url(url), statement_timeout_s=30)
with write_session(engine, actor.scope(Power.DRAFT)) as session:
    version = drafts.get_changeset(session, number).version
    drafts.apply_operation(session, actor, number, version, operation)
"""


@pytest.mark.parametrize("place", ["write_rows", "add_operation", "set_fields"])
def test_a_killed_request_leaves_no_half_operation(server, world_engine, world_url, place):
    draft = begin(server, EAST, A)
    do(server, EAST, draft, moved_corner(1, 1))
    before = [rows(world_engine, name) for name in ("changeset", "changeset_grid", "changeset_op")]
    arguments = [world_url, str(draft.changeset_id), json.dumps(cut(0, 1)), place, COUNTY, A]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments], check=False, capture_output=True
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    after = [rows(world_engine, name) for name in ("changeset", "changeset_grid", "changeset_op")]
    assert after == before
    assert do(server, EAST, draft, cut(0, 1)).op_no == 2


def test_any_order_of_doing_undoing_and_redoing_ends_where_it_should(server, world_engine):
    """Undo and redo are a walk along the states that the operations made."""
    draft = begin(server, EAST, A)
    operations = [moved_corner(1, 1), cut(0, 1, identity="new"), cut(1, 0), moved_corner(1, 2)]
    states = [rows(world_engine, "changeset_grid")]
    for operation in operations:
        do(server, EAST, draft, operation)
        states.append(rows(world_engine, "changeset_grid"))
    at = len(operations)
    for steps, deed in zip((2, 1, 3, 2, 1, 2), itertools.cycle((drafts.undo, drafts.redo))):
        for _ in range(steps):
            with write_session(server, EAST.scope(Power.DRAFT)) as session:
                version = drafts.get_changeset(session, draft.changeset_id).version
                deed(session, EAST, draft.changeset_id, version)
            at += -1 if deed is drafts.undo else 1
            assert rows(world_engine, "changeset_grid") == states[at]


def test_the_command_carries_a_draft_to_its_publication(world_url, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", world_url)
    script = tmp_path / "ops.json"
    script.write_text(json.dumps([moved_corner(1, 1), cut(0, 1)]), encoding="utf-8")

    def run(*arguments: str, user: str = "wang", fails: type[Exception] | None = None) -> str:
        monkeypatch.setenv("LOGNAME", user)
        result = CliRunner().invoke(command, list(arguments))
        if fails is not None:
            assert isinstance(result.exception, fails), result.output
        else:
            assert result.exception is None, (result.output, result.exception)
        return result.stdout

    number = run("new", "测试", "--scope", A[:9]).strip()
    run("apply", number, str(script), "--dry-run")
    assert json.loads(run("show", number))["operations"] == []
    run("apply", number, str(script))
    script.write_text(json.dumps([cut(0, 2), moved_corner(2, 1)]), encoding="utf-8")
    run("apply", number, str(script), fails=EditRefused)
    told = json.loads(run("show", number))
    assert [one["op"] for one in told["operations"]] == ["move_vertices", "split"]
    assert told["validation"]["state"] == "publishable"
    run("submit", number)
    run("approve", number, fails=Forbidden)
    run("reject", number, "--comment", "x", user="li")
    run("submit", number)
    run("approve", number, user="li")
    run("publish", number, user="li")
    assert run("list", "--state", "published").startswith(f"{number}\tpublished\tcommand:wang")


def test_a_file_that_is_no_list_of_operations_is_refused(world_url, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", world_url)
    for content in ("", "[]", "[1]", "{"):
        file = tmp_path / "ops.json"
        file.write_text(content, encoding="utf-8")
        result = CliRunner().invoke(command, ["apply", "1", str(file)])
        assert isinstance(result.exception, Invalid), content
