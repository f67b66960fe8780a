"""The audit's chain: what is done to it is found, by whomever, and nothing is lost on the way."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from gis.audit import AuditFilter, AuditReport, append, list_entries, stream_entries, verify
from gis.core.access import NOTHING, WHOLE, Scope
from gis.core.errors import Conflict
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.session import ReadSession, WriteSession, gate_session, read_session, write_session
from tests import factories

ENTRIES = 7
RENUMBER = (
    "UPDATE audit SET audit_id = -audit_id WHERE audit_id > {n};"
    " UPDATE audit SET audit_id = -audit_id - 1 WHERE audit_id < 0"
)
SWAP = (
    "UPDATE audit SET audit_id = -1 WHERE audit_id = 3;"
    " UPDATE audit SET audit_id = 3 WHERE audit_id = 4;"
    " UPDATE audit SET audit_id = 4 WHERE audit_id = -1"
)
#: What a forger does who knows how the chain is made, from an entry on.
FORGE = """
DO $$
DECLARE
    entry audit;
    last bytea := (SELECT row_hash FROM audit WHERE audit_id = 2);
BEGIN
    UPDATE audit SET actor = 'account:somebody_else' WHERE audit_id = 3;
    FOR entry IN SELECT * FROM audit WHERE audit_id > 2 ORDER BY audit_id LOOP
        last := audit_hash(last, entry);
        UPDATE audit SET row_hash = last WHERE audit_id = entry.audit_id;
    END LOOP;
    UPDATE audit_head SET row_hash = last;
END
$$
"""
COPY_OF_4 = (
    "INSERT INTO audit SELECT {n}, at, actor, address, action, subject, division_code, reason,"
    " before, after, row_hash FROM audit WHERE audit_id = 4"
)
TAMPERINGS = {
    "update of who": ("UPDATE audit SET actor = 'account:li' WHERE audit_id = 4", 4, "changed"),
    "update of when": ("UPDATE audit SET at = at + interval '1s' WHERE audit_id = 2", 2, "changed"),
    "update of where": ("UPDATE audit SET address = NULL WHERE audit_id = 5", 5, "changed"),
    "update of why": ("UPDATE audit SET reason = reason || '.' WHERE audit_id = 1", 1, "changed"),
    "update of before": ("UPDATE audit SET before = NULL WHERE audit_id = 6", 6, "changed"),
    "update of after": (
        "UPDATE audit SET after = jsonb_set(after, '{n}', '99') WHERE audit_id = 7",
        7,
        "changed",
    ),
    "update of a hash": (r"UPDATE audit SET row_hash = '\x00' WHERE audit_id = 3", 3, "changed"),
    "delete of the first": ("DELETE FROM audit WHERE audit_id = 1", 1, "removed"),
    "delete in the middle": ("DELETE FROM audit WHERE audit_id = 4", 4, "removed"),
    "delete of the end": ("DELETE FROM audit WHERE audit_id >= 6", 6, "removed"),
    "delete of all": ("DELETE FROM audit", 1, "removed"),
    "delete and renumber": (
        "DELETE FROM audit WHERE audit_id = 4; " + RENUMBER.format(n=4),
        4,
        "changed",
    ),
    "renumber": ("UPDATE audit SET audit_id = 70 WHERE audit_id = 7", 7, "removed"),
    "insert at the end": (COPY_OF_4.format(n=8), 8, "changed"),
    "insert before the first": (COPY_OF_4.format(n=0), 0, "inserted"),
    "insert in the middle": (
        "UPDATE audit SET audit_id = audit_id + 100 WHERE audit_id > 4;"
        " UPDATE audit SET audit_id = audit_id - 99 WHERE audit_id > 100; " + COPY_OF_4.format(n=5),
        5,
        "changed",
    ),
    "swap": (SWAP, 3, "changed"),
    "head's hash": (r"UPDATE audit_head SET row_hash = '\x00'", 7, "head"),
    "head's number": ("UPDATE audit_head SET audit_id = 9", 8, "removed"),
    "head set back": (
        "UPDATE audit_head SET (audit_id, row_hash) ="
        " (SELECT audit_id, row_hash FROM audit WHERE audit_id = 5)",
        6,
        "inserted",
    ),
    "head gone": ("DELETE FROM audit_head", 8, "head"),
}


def filled(url: str) -> Engine:
    """Write some entries, as writers of every kind."""
    engine = make_engine(url, statement_timeout_s=30)
    for n in range(1, ENTRIES + 1):
        with write_session(engine, WHOLE if n % 2 else None) as session:
            append(
                session,
                f"account:wang{n}",
                "person.unmask",
                f"household:H{n}",
                address="10.0.0.1",
                division="990101101201",
                reason='回访 “井盖” \\ " %s :x',
                before={"b": 1.5, "a": None},
                after={"n": n, "文": "字"},
            )
    return engine


@pytest.fixture(scope="module")
def engine(cluster: Cluster, migrated: str) -> Iterator[Engine]:
    """A database with seven entries; nothing that is done to them is committed."""
    cluster.create_database("gridmap_test_audit", template=migrated)
    engine = filled(cluster.url("gridmap_test_audit"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def busy(cluster: Cluster, migrated: str) -> Iterator[Engine]:
    """A database in which tests add entries for good."""
    cluster.create_database("gridmap_test_audit_busy", template=migrated)
    engine = filled(cluster.url("gridmap_test_audit_busy"))
    yield engine
    engine.dispose()


@pytest.fixture
def forger(engine: Engine) -> Iterator[Connection]:
    """A superuser who has switched the triggers off."""
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection
        transaction.rollback()


def seen_by(connection: Connection, expected: bytes | None = None) -> AuditReport:
    with Session(connection, join_transaction_mode="rollback_only") as session:
        return verify(ReadSession(session), expected)


def verified(engine: Engine, expected: bytes | None = None) -> AuditReport:
    with read_session(engine) as session:
        return verify(session, expected)


def test_an_audit_that_nobody_touched_is_whole(engine: Engine) -> None:
    report = verified(engine)

    assert (report.count, report.fault) == (ENTRIES, None)
    with read_session(engine) as session:
        hashes = [entry.row_hash for entry in stream_entries(session)]
    assert report.head_hash == hashes[-1]
    assert len(set(hashes)) == len(hashes) == report.count
    for known in (b"", *hashes):
        assert verified(engine, known).fault is None


def test_the_time_zone_of_a_session_does_not_matter(engine: Engine) -> None:
    with read_session(engine) as session:
        session.execute(text("SET LOCAL timezone = 'America/St_Johns'"))
        session.execute(text("SET LOCAL datestyle = 'German'"))
        session.execute(text("SET LOCAL extra_float_digits = 0"))
        assert verify(session).fault is None


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_named(forger: Connection, name: str) -> None:
    statement, first_bad, kind = TAMPERINGS[name]
    forger.exec_driver_sql(statement)

    fault = seen_by(forger).fault

    assert fault is not None
    assert (fault.audit_id, fault.kind) == (first_bad, kind), fault.detail
    assert fault.detail_zh != fault.detail


def test_an_entry_added_by_hand_with_the_right_hash_is_found(forger: Connection) -> None:
    forger.exec_driver_sql(
        "INSERT INTO audit SELECT (audit).* FROM (SELECT ROW(8, now(), 'x', NULL, 'x', 'x', NULL,"
        " NULL, NULL, NULL, '')::audit AS audit) AS made;"
        "UPDATE audit SET row_hash = audit_hash("
        " (SELECT row_hash FROM audit WHERE audit_id = 7), audit) WHERE audit_id = 8",
    )

    fault = seen_by(forger).fault

    assert fault is not None
    assert (fault.audit_id, fault.kind) == (8, "inserted")


def test_a_chain_that_was_computed_afresh_is_found_by_a_hash_noted_elsewhere(
    forger: Connection,
) -> None:
    noted = seen_by(forger).head_hash
    forger.exec_driver_sql(FORGE)

    assert seen_by(forger).fault is None  # why a hash has to be noted elsewhere
    fault = seen_by(forger, noted).fault
    assert fault is not None
    assert fault.kind == "expected"


def test_a_replaced_hash_function_deceives_nobody(forger: Connection) -> None:
    forger.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION audit_hash(previous bytea, entry audit) RETURNS bytea"
        " LANGUAGE sql IMMUTABLE AS 'SELECT entry.row_hash';"
        " UPDATE audit SET actor = 'account:li' WHERE audit_id = 4",
    )

    fault = seen_by(forger).fault

    assert fault is not None
    assert fault.audit_id == 4


@pytest.mark.parametrize("table", ["audit", "audit_head"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}"])
def test_even_the_owner_is_refused_by_the_triggers(
    engine: Engine, table: str, statement: str
) -> None:
    with pytest.raises(ProgrammingError) as caught, engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table))
    assert isinstance(caught.value.orig, InsufficientPrivilege)


def test_even_the_owner_cannot_update(engine: Engine) -> None:
    with pytest.raises(ProgrammingError), engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET reason = NULL")


@pytest.mark.parametrize("scope", ["gate", "whole", "counties", "scoped"])
@pytest.mark.parametrize("table", ["audit", "audit_head"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {0} SELECT * FROM {0}",
        "UPDATE {} SET audit_id = 0",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "SET LOCAL session_replication_role = replica",
    ],
)
def test_the_servers_roles_cannot_write_into_it(
    engine: Engine, scope: str, table: str, statement: str
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL ROLE gridmap_{scope}")
        with pytest.raises(ProgrammingError) as caught:
            connection.exec_driver_sql(statement.format(table))
    assert isinstance(caught.value.orig, InsufficientPrivilege)


def test_every_role_of_the_server_can_append(busy: Engine) -> None:
    before = verified(busy).count
    scopes = (WHOLE, NOTHING, Scope((factories.COUNTY,)), Scope((factories.TOWNSHIPS[0],)))
    for scope in scopes:
        with write_session(busy, scope) as session:
            append(session, "key:x", "test", "test")
    with gate_session(busy) as gate:
        append(gate, "key:x", "test", "test")

    report = verified(busy)
    assert (report.count, report.fault) == (before + len(scopes) + 1, None)


def test_what_is_rolled_back_leaves_no_hole(busy: Engine) -> None:
    before = verified(busy).count
    with suppress(Conflict), write_session(busy) as session:
        append(session, "account:wang", "test", "test")
        raise Conflict("no")
    with write_session(busy) as session:
        assert append(session, "account:wang", "test", "test") == before + 1

    report = verified(busy)
    assert (report.count, report.fault) == (before + 1, None)


def test_writers_at_once_make_one_chain(busy: Engine) -> None:
    before, writers, each = verified(busy).count, 6, 15
    together = threading.Barrier(writers)

    def write(writer: int) -> list[int]:
        numbers = []
        together.wait()
        for n in range(each):
            try:
                with write_session(busy) as session:
                    numbers.append(append(session, f"key:{writer}", "test", str(n)))
                    if n % 5 == 4:
                        raise Conflict("rolled back")
            except Conflict:
                numbers.pop()
        return numbers

    with ThreadPoolExecutor(writers) as pool:
        kept = [number for numbers in pool.map(write, range(writers)) for number in numbers]

    assert sorted(kept) == list(range(before + 1, before + 1 + writers * each * 4 // 5))
    report = verified(busy)
    assert (report.count, report.fault) == (before + len(kept), None)


def test_without_its_head_nothing_is_written(forger: Connection) -> None:
    forger.exec_driver_sql("DELETE FROM audit_head")

    with pytest.raises(DBAPIError):
        append(WriteSession(Session(forger)), "account:wang", "test", "test")


def test_a_second_head_is_refused(engine: Engine) -> None:
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql(r"INSERT INTO audit_head VALUES (2, 0, '\x')")


def test_a_hash_is_sha256_over_the_one_before(engine: Engine) -> None:
    with read_session(engine) as session:
        (content, first) = session.execute(
            text(
                "SELECT jsonb_build_array(audit_id, extract(epoch FROM at), actor, address, action,"
                " subject, division_code, reason, before, after)::text, row_hash FROM audit"
                " WHERE audit_id = 1"
            )
        ).one()
    assert hashlib.sha256(content.encode()).digest() == bytes(first)


def test_entries_are_paged_and_filtered(world_engine: Engine) -> None:
    a, b = factories.TOWNSHIPS
    places = [factories.VILLAGES[0], factories.VILLAGES[3], a, factories.COUNTY, None]
    for n, place in enumerate(places):
        with write_session(world_engine) as session:
            append(session, f"account:{n % 2}", "test", f"s{n}", division=place)

    def subjects(area: Scope, wanted: AuditFilter | None = None, **more: int) -> list[str]:
        with gate_session(world_engine) as session:
            return [entry.subject for entry in list_entries(session, area, wanted, **more)]

    assert subjects(WHOLE) == ["s4", "s3", "s2", "s1", "s0"]
    assert subjects(WHOLE, limit=2) == ["s4", "s3"]
    assert subjects(WHOLE, before=4, limit=2) == ["s2", "s1"]
    assert subjects(NOTHING) == []
    assert subjects(Scope((a,))) == ["s2", "s0"]
    assert subjects(Scope((b,))) == ["s1"]
    assert subjects(Scope((a, b))) == ["s2", "s1", "s0"]
    # Not the whole deployment, though it is the same county: nothing without a division.
    assert subjects(Scope((factories.COUNTY,))) == ["s3", "s2", "s1", "s0"]
    assert subjects(WHOLE, AuditFilter(actor="account:1")) == ["s3", "s1"]
    assert subjects(WHOLE, AuditFilter(subject="s3")) == ["s3"]
    assert subjects(WHOLE, AuditFilter(division=a)) == ["s2", "s0"]
    assert subjects(Scope((b,)), AuditFilter(division=a)) == []
    assert subjects(WHOLE, AuditFilter(action="other")) == []
