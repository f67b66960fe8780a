"""Accounts, sessions, keys and grants in the database."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from stat import S_IMODE

import pytest
from sqlalchemy import Engine, select, text, update

from gis import accounts, audit
from gis.accounts import Attempt, Author, Lives, Opened, Refused
from gis.accounts.passwords import hash_password
from gis.cli.demo_accounts import ACCOUNTS, make_accounts
from gis.core.access import Actor, Power, Role
from gis.core.errors import Conflict, Forbidden, Invalid, NotFound
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import GateSession, gate_session, read_session
from gis.db.tables.access import Account, ApiKey, LoginSession
from gis.settings import Settings
from tests.factories import COUNTY, TOWNSHIPS, VILLAGES

OPERATOR = Author("command:test")
PASSWORD, ANOTHER, WRONG = "correct horse battery", "another good password", "wrong password"
LIVES = Lives(idle=dt.timedelta(minutes=60), whole=dt.timedelta(hours=12))
EAST, WEST = TOWNSHIPS
#: As a superuser with the triggers off: nobody else takes anything away from the audit.
WIPE = """
SET LOCAL session_replication_role = replica;
DELETE FROM login_session; DELETE FROM "grant"; DELETE FROM api_key; DELETE FROM account;
DELETE FROM audit; UPDATE audit_head SET audit_id = 0, row_hash = '\\x'
"""


@pytest.fixture(scope="module")
def shared(cluster: Cluster, small_world: str) -> Iterator[Engine]:
    """A small county for all tests here: they change nothing but what `WIPE` takes away."""
    cluster.create_database("gridmap_test_accounts", template=small_world)
    engine = make_engine(cluster.url("gridmap_test_accounts"), statement_timeout_s=30)
    yield engine
    engine.dispose()


@pytest.fixture
def world_url(cluster: Cluster, shared: Engine) -> str:
    return cluster.url("gridmap_test_accounts")


@pytest.fixture
def world_engine(shared: Engine) -> Engine:
    """The county without accounts, keys, sessions and audit; cheaper than one of its own."""
    with shared.begin() as owner:
        owner.execute(text(WIPE))
    return shared


@pytest.fixture
def gate(world_engine: Engine):
    """Open transactions of the gate's role; each is committed."""

    @contextmanager
    def enter():
        with gate_session(world_engine) as session:
            yield session

    return enter


@pytest.fixture
def wang(gate) -> str:
    """A planner of the eastern township."""
    with gate() as session:
        accounts.add_account(session, OPERATOR, "wang", "王", PASSWORD)
        accounts.grant_role(session, OPERATOR, "wang", Role.PLANNER, EAST)
    return "wang"


def enter(gate, login: str = "wang", password: str = PASSWORD) -> Opened | Refused:
    with gate() as session:
        return accounts.log_in(session, Attempt(login, password, "10.1.2.3"), LIVES)


def admitted(gate, token: str, idle: dt.timedelta = LIVES.idle) -> Actor | None:
    with gate() as session:
        return accounts.admit_cookie(session, token, idle)


def administrator(gate, login: str, division: str) -> Author:
    with gate() as session:
        accounts.add_account(session, OPERATOR, login, login, PASSWORD)
        accounts.grant_role(session, OPERATOR, login, Role.ADMIN, division)
    opened = enter(gate, login)
    return Author(opened.actor.name, None, opened.actor)


def entries(engine: Engine) -> list[tuple[str, str, str]]:
    query = text("SELECT actor, action, subject FROM audit ORDER BY audit_id")
    with read_session(engine) as session:
        return [tuple(row) for row in session.execute(query)]


def test_a_person_logs_in_and_is_who_they_are(gate, wang):
    opened = enter(gate, " WANG ")
    assert isinstance(opened, Opened)
    assert opened.actor.name == "account:wang"
    assert opened.actor.scope(Power.DRAFT).divisions == (EAST,)
    assert admitted(gate, opened.token) == opened.actor
    assert len(opened.token) == 43


def test_only_hashes_are_stored(gate, wang, world_engine):
    opened = enter(gate)
    with gate() as session:
        _, key = accounts.add_key(
            session, OPERATOR, kind="key", name="热线", role=Role.INTEGRATION, division=COUNTY,
            days=None,
        )  # fmt: skip
    with world_engine.connect() as connection:
        for table in ("account", "api_key", "login_session", "audit"):
            query = text(f"SELECT coalesce(string_agg(t::text, '|'), '') FROM {table} AS t")
            rows = connection.execute(query).scalar_one()
            hexed = [secret.encode().hex() for secret in (opened.token, key.text, PASSWORD)]
            for secret in (opened.token, key.text, PASSWORD, *hexed):
                assert secret not in rows, table


@pytest.mark.parametrize("login", ["wang", "nobody"])
def test_wrong_passwords_lock_a_login_whether_it_exists_or_not(gate, wang, login, request):
    login = login if login == "wang" else f"nobody-{id(request)}"
    told = [enter(gate, login, "wrong password") for _ in range(5)]
    assert told[:4] == [Refused(None)] * 4
    assert told[4] == Refused(dt.timedelta(seconds=30))
    # Neither the right password nor another wrong one is looked at now, and nothing is prolonged.
    for password in (PASSWORD, "wrong password"):
        locked = enter(gate, login, password)
        assert isinstance(locked, Refused)
        assert dt.timedelta(0) < locked.retry_after <= dt.timedelta(seconds=30)


def test_after_the_lock_one_more_failure_locks_for_longer_and_success_ends_it(gate, wang):
    def let_pass() -> None:
        with gate() as session:
            session.execute(update(Account).values(locked_until=text("now() - interval '1 s'")))

    for _ in range(5):
        enter(gate, password=WRONG)
    let_pass()
    assert enter(gate, password=WRONG) == Refused(dt.timedelta(seconds=60))
    let_pass()
    assert isinstance(enter(gate), Opened)
    assert enter(gate, password=WRONG) == Refused(None)


def test_guesses_at_the_same_time_are_counted_one_by_one(gate, wang):
    def guess() -> None:
        told.append(enter(gate, password=WRONG))

    told: list[Opened | Refused] = []
    guesses = [threading.Thread(target=guess) for _ in range(8)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join(60)
    assert sum(refused.retry_after is None for refused in told) == 4
    with gate() as session:
        assert session.scalar(select(Account.failed_logins)) == 5


@pytest.mark.parametrize("login", ["wang", "nobody-waits"])
def test_of_two_guesses_one_waits_whether_the_login_exists_or_not(gate, wang, login):
    """Else two at the same time would take no longer than one where there is no such login."""
    with ThreadPoolExecutor(1) as thread:
        with gate() as session:
            accounts.log_in(session, Attempt(login, WRONG, None), LIVES)
            other = thread.submit(enter, gate, login, WRONG)
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not session.scalar(waiting):  # pytest's own time-out ends it else
                assert not other.done()
        assert other.result() == Refused(None)


def test_failures_are_audited_without_what_was_typed(gate, wang, world_engine):
    enter(gate, password=WRONG)
    enter(gate, "my-password-by-mistake", "wang")
    refused = [entry for entry in entries(world_engine) if entry[1] == "session.refuse"]
    assert refused == [
        ("anonymous", "session.refuse", "account:wang"),
        ("anonymous", "session.refuse", "account:?"),
    ]


def test_a_session_ends_when_idle_and_in_any_case(gate, wang, world_engine):
    token = enter(gate).token
    with world_engine.begin() as connection:
        connection.execute(text("UPDATE login_session SET last_seen_at = now() - interval '59 m'"))
    assert admitted(gate, token)
    with world_engine.begin() as connection:
        connection.execute(text("UPDATE login_session SET last_seen_at = now() - interval '61 m'"))
    assert admitted(gate, token) is None
    with world_engine.begin() as connection:
        connection.execute(
            text("UPDATE login_session SET last_seen_at = now(), expires_at = now()")
        )
    assert admitted(gate, token) is None
    enter(gate)  # sweeps
    with gate() as session:
        assert len(session.scalars(select(LoginSession)).all()) == 1


def test_logging_out_ends_one_session_or_all(gate, wang):
    first, second, third = (enter(gate).token for _ in range(3))
    author = Author("account:wang")
    with gate() as session:
        accounts.close_session(session, first, author)
        accounts.close_session(session, first, author)
        accounts.close_session(session, "no such cookie", author)
    assert admitted(gate, first) is None
    assert admitted(gate, second)
    with gate() as session:
        assert accounts.close_everywhere(session, "wang", author) == 2
    assert admitted(gate, third) is None


def test_disabling_ends_all_sessions_and_lets_nobody_in(gate, wang):
    token = enter(gate).token
    with gate() as session:
        accounts.disable_account(session, OPERATOR, "wang")
    assert admitted(gate, token) is None
    assert enter(gate) == Refused(None)
    with gate() as session:
        accounts.enable_account(session, OPERATOR, "wang")
    assert isinstance(enter(gate), Opened)


def test_another_password_ends_all_sessions_and_the_lock(gate, wang):
    token = enter(gate).token
    for _ in range(5):
        enter(gate, password=WRONG)
    with gate() as session:
        accounts.set_password(session, OPERATOR, "wang", "another good password")
    assert admitted(gate, token) is None
    assert enter(gate) == Refused(None)
    assert isinstance(enter(gate, password=ANOTHER), Opened)


def test_changing_ones_password_needs_the_old_one(gate, wang):
    new = "another good password"
    with gate() as session:
        wrong = accounts.change_password(session, Attempt("wang", "wrong password", None), new)
    assert wrong == Refused(None)
    assert isinstance(enter(gate), Opened)
    with gate() as session:
        accounts.change_password(session, Attempt("wang", PASSWORD, None), new)
    assert enter(gate) == Refused(None)
    assert isinstance(enter(gate, password=new), Opened)


def test_a_hash_of_older_parameters_is_made_anew(gate, wang):
    from argon2 import PasswordHasher  # noqa: PLC0415 - the one place that makes a weak one

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with gate() as session:
        session.execute(update(Account).values(password_hash=weak))
    assert isinstance(enter(gate), Opened)
    with gate() as session:
        stored = session.scalar(select(Account.password_hash))
    assert stored != weak
    assert stored.split("$")[:4] == hash_password("x" * 12).split("$")[:4]


@pytest.mark.parametrize("login", ["", "王", "a b", "-a", "a-", "a" * 65, "a/b", "a\nb"])
def test_a_bad_login_is_refused(gate, login):
    with pytest.raises(Invalid), gate() as session:
        accounts.add_account(session, OPERATOR, login, "", PASSWORD)


def test_a_login_is_taken_once_in_any_spelling(gate, wang):
    with pytest.raises(Conflict), gate() as session:
        accounts.add_account(session, OPERATOR, "Wang", "", PASSWORD)


def test_a_key_works_until_it_expires_or_is_revoked(gate, world_engine):
    with gate() as session:
        key, secret = accounts.add_key(
            session, OPERATOR, kind="key", name="热线", role=Role.INTEGRATION, division=EAST, days=7
        )
        number = key.api_key_id
    assert secret.text.startswith("gm_")
    assert len(secret.text) == 46
    assert secret.text not in repr(secret)
    with gate() as session:
        actor = accounts.admit_key(session, secret.text)
    assert actor.name == "key:热线"
    assert actor.scope().divisions == (EAST,)
    with gate() as session:
        (listed,) = accounts.list_keys(session, OPERATOR, "key")
        assert listed.last_used_at is not None
        assert (listed.expires_at - listed.created_at).days == 7
        session.execute(update(ApiKey).values(expires_at=text("now()")))
    with gate() as session:
        assert accounts.admit_key(session, secret.text) is None
        session.execute(update(ApiKey).values(expires_at=None))
    with gate() as session:
        assert accounts.admit_key(session, secret.text)
        accounts.revoke_key(session, OPERATOR, number)
    with gate() as session:
        assert accounts.admit_key(session, secret.text) is None


def test_two_keys_in_use_have_two_names(gate):
    def add(kind: str = "key"):
        with gate() as session:
            return accounts.add_key(
                session, OPERATOR, kind=kind, name="热线", role=Role.VIEWER, division=EAST, days=1
            )[0].api_key_id

    number = add()
    add("kiosk")
    with pytest.raises(Conflict):
        add()
    with gate() as session:
        accounts.revoke_key(session, OPERATOR, number)
    assert add() != number


def test_a_wall_screen_looks_until_its_link_is_revoked(gate, world_engine):
    with gate() as session:
        key, link = accounts.add_key(
            session, OPERATOR, kind="kiosk", name="大厅", role=Role.VIEWER, division=COUNTY,
            days=None,
        )  # fmt: skip
        number = key.api_key_id
    with gate() as session:
        opened = accounts.open_kiosk(session, link.text, None, LIVES)
        assert accounts.admit_key(session, link.text) is None, "a link is no key"
    assert opened.actor.name == "kiosk:大厅"
    with world_engine.begin() as connection:
        connection.execute(text("UPDATE login_session SET last_seen_at = now() - interval '99 d'"))
    assert admitted(gate, opened.token), "nobody touches a wall screen for weeks"
    with gate() as session:
        accounts.revoke_key(session, OPERATOR, number)
    assert admitted(gate, opened.token) is None
    with gate() as session:
        assert accounts.open_kiosk(session, link.text, None, LIVES) is None


def test_a_wall_screen_may_only_look(gate):
    with pytest.raises(Invalid), gate() as session:
        accounts.add_key(
            session, OPERATOR, kind="kiosk", name="x", role=Role.ADMIN, division=COUNTY, days=None
        )


def test_grants_take_effect_at_once_and_are_given_once(gate, wang):
    token = enter(gate).token
    for _ in range(2):
        with gate() as session:
            accounts.grant_role(session, OPERATOR, "wang", Role.DISPATCHER, VILLAGES[2])
    assert len(admitted(gate, token).grants) == 2
    with gate() as session:
        accounts.revoke_role(session, OPERATOR, "wang", Role.DISPATCHER, VILLAGES[2])
    assert len(admitted(gate, token).grants) == 1
    with pytest.raises(NotFound), gate() as session:
        accounts.revoke_role(session, OPERATOR, "wang", Role.DISPATCHER, VILLAGES[2])
    with pytest.raises(NotFound), gate() as session:
        accounts.grant_role(session, OPERATOR, "wang", Role.VIEWER, "999999000000")
    with pytest.raises(Invalid), gate() as session:
        accounts.grant_role(session, OPERATOR, "wang", Role.PUBLIC, EAST)


def test_an_administrator_decides_in_the_own_area_only(gate, wang):
    east = administrator(gate, "east", EAST)
    with gate() as session:
        accounts.grant_role(session, east, "wang", Role.VIEWER, VILLAGES[0])
    for division in (WEST, COUNTY, VILLAGES[3], "999999000000"):
        with pytest.raises(Forbidden, match="not in your area"), gate() as session:
            accounts.grant_role(session, east, "wang", Role.VIEWER, division)
        with pytest.raises(Forbidden, match="not in your area"), gate() as session:
            accounts.add_key(
                session, east, kind="key", name="k", role=Role.VIEWER, division=division, days=1
            )
        with pytest.raises(Forbidden), gate() as session:
            accounts.open_account(
                session, east, "new", "", password=None, role=Role.VIEWER, division=division
            )
    with gate() as session:
        assert {one.login for one in accounts.list_accounts(session, east)} == {"wang", "east"}


def test_an_administrator_never_changes_the_own_account(gate):
    east = administrator(gate, "east", EAST)
    deeds = [
        lambda session: accounts.grant_role(session, east, "east", Role.DISPATCHER, EAST),
        lambda session: accounts.revoke_role(session, east, "east", Role.ADMIN, EAST),
        lambda session: accounts.disable_account(session, east, "east"),
        lambda session: accounts.enable_account(session, east, "east"),
        lambda session: accounts.link_account(session, east, "east", "https://id.example mine"),
        lambda session: accounts.reset_password(session, east, "east"),
    ]
    for deed in deeds:
        with pytest.raises(Forbidden, match="another administrator"), gate() as session:
            deed(session)


def test_who_also_works_elsewhere_is_not_an_areas_to_take_over(gate, wang):
    east = administrator(gate, "east", EAST)
    west = administrator(gate, "west", WEST)
    with gate() as session:
        accounts.grant_role(session, OPERATOR, "wang", Role.VIEWER, WEST)
    deeds = [
        lambda session: accounts.reset_password(session, east, "wang"),
        lambda session: accounts.disable_account(session, east, "wang"),
        lambda session: accounts.link_account(session, east, "wang", "https://id.example x"),
        lambda session: accounts.grant_role(session, east, "wang", Role.ADMIN, EAST),
    ]
    for deed in deeds:
        with pytest.raises(Forbidden, match="outside your area"), gate() as session:
            deed(session)
    with gate() as session:
        (seen,) = [one for one in accounts.list_accounts(session, west) if one.login == "wang"]
        assert not seen.is_managed
        assert [grant.division for grant in seen.grants] == [WEST]
        # What is theirs they may always take.
        accounts.revoke_role(session, west, "wang", Role.VIEWER, WEST)
    with pytest.raises(NotFound), gate() as session:
        accounts.disable_account(session, west, "wang")
    with pytest.raises(NotFound), gate() as session:
        accounts.disable_account(session, west, "nobody")


def test_an_identity_is_linked_to_one_account(gate, wang):
    subject = "https://id.example.cn 7f3a"
    with gate() as session:
        assert accounts.log_in_as_subject(session, subject, None, LIVES) is None
        accounts.link_account(session, OPERATOR, "wang", subject)
        accounts.add_account(session, OPERATOR, "li", "李", None)
    with gate() as session:
        opened = accounts.log_in_as_subject(session, subject, None, LIVES)
        assert opened.actor.login == "wang"
    with pytest.raises(Conflict), gate() as session:
        accounts.link_account(session, OPERATOR, "li", subject)
    for bad in ("7f3a", "https://id.example.cn", "ftp://id x", "https://id a b"):
        with pytest.raises(Invalid), gate() as session:
            accounts.link_account(session, OPERATOR, "li", bad)
    assert enter(gate, "li", "") == Refused(None)
    with gate() as session:
        accounts.disable_account(session, OPERATOR, "wang")
        assert accounts.log_in_as_subject(session, subject, None, LIVES) is None


def test_every_change_is_in_the_audit_and_its_chain_holds(gate, wang, world_engine):
    enter(gate)
    with gate() as session:
        accounts.disable_account(session, OPERATOR, "wang")
        accounts.enable_account(session, OPERATOR, "wang")
        accounts.reset_password(session, OPERATOR, "wang")
    assert [entry[1:] for entry in entries(world_engine)] == [
        ("account.add", "account:wang"),
        ("grant.add", "account:wang"),
        ("session.log_in", "account:wang"),
        ("account.disable", "account:wang"),
        ("account.enable", "account:wang"),
        ("account.password", "account:wang"),
    ]
    with read_session(world_engine) as session:
        assert audit.verify(session).fault is None


def test_what_is_refused_leaves_no_trace(gate, wang, world_engine):
    before = entries(world_engine)
    with pytest.raises(NotFound), gate() as session:
        accounts.open_account(
            session, OPERATOR, "new", "", password=None, role=Role.VIEWER, division="9" * 12
        )
    assert entries(world_engine) == before
    with gate() as session:
        assert [one.login for one in accounts.list_accounts(session, OPERATOR)] == ["wang"]


def test_the_demo_makes_random_passwords_once(world_url, gate, tmp_path):
    settings = Settings(state_dir=tmp_path)
    made = make_accounts(settings, world_url)
    kept = made.file.read_text(encoding="utf-8")
    assert kept.splitlines() == list(made.lines)
    assert S_IMODE(made.file.stat().st_mode) == 0o600
    for one, line in zip(ACCOUNTS, made.lines, strict=True):
        login, password = line.split()[:2]
        opened = enter(gate, login, password)
        assert opened.actor.grants[0].role is one.role
        assert opened.actor.grants[0].division == (EAST if one.is_local else COUNTY)
    assert make_accounts(settings, world_url).lines == ()
    assert made.file.read_text(encoding="utf-8") == kept


def test_a_gate_session_sees_nothing_else(gate):
    """The contract on which this package stands: it could not read a household if it wanted to."""
    from sqlalchemy.exc import ProgrammingError  # noqa: PLC0415

    with pytest.raises(ProgrammingError, match="permission denied"), gate() as session:
        GateSession(session).execute(text("SELECT 1 FROM household"))
