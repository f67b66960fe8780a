"""``gridmap person`` and ``gridmap audit``: keys, rotation, erasure, proof."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import Engine, text

from gis.audit import AuditEntry, AuditFilter, list_entries, verify
from gis.core import clock
from gis.core.access import WHOLE
from gis.core.errors import Conflict, Invalid, Unavailable
from gis.db.session import as_reader, read_session, write_session
from gis.privacy import (
    START,
    Doer,
    Person,
    find_by_phone,
    find_subject,
    masked_person,
    put_person,
    read_keyring,
    rotate_batch,
    unmask_person,
)
from tests.imports import ROOT, Gridmap

TESTER = Doer("command:test")
REASON = "测试轮换"
PEOPLE = 45


@dataclass(frozen=True)
class Keeper(Gridmap):
    """The command line with a key file."""

    keys: Path

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"GRIDMAP_PERSON_KEYS": str(self.keys)}


@pytest.fixture
def keeper(world_url: str, tmp_path: Path) -> Keeper:
    keeper = Keeper(world_url, tmp_path / "keys.json")
    made = keeper.run("person", "keys", "init")
    assert made.code == 0, made.said
    return keeper


@pytest.fixture
def kept(keeper: Keeper, world_engine: Engine) -> Keeper:
    """Some households whose heads are stored; two of them share a phone."""
    keyring = read_keyring(keeper.keys)
    for n in range(PEOPLE):
        with write_session(world_engine) as session:
            subject = find_subject(as_reader(session), "household", f"H{n:06d}")
            day = dt.date(2030, 1, 1) + dt.timedelta(days=n) if n < 10 else None
            given = {"name": f"张{n}", "phone": phone(n)}
            put_person(session, keyring, TESTER, subject, given, retain_until=day)
    return keeper


def phone(n: int) -> str:
    return f"138{max(n, 1):08d}"


def person(engine: Engine, keeper: Keeper, n: int) -> Person:
    with write_session(engine) as session:
        subject = find_subject(as_reader(session), "household", f"H{n:06d}")
        return unmask_person(session, read_keyring(keeper.keys), TESTER, subject, REASON)


def holders(engine: Engine, keeper: Keeper, n: int) -> list[str]:
    with write_session(engine) as session:
        found = find_by_phone(session, read_keyring(keeper.keys), TESTER, phone(n), REASON)
    return sorted(person.number for person in found)


def all_readable(engine: Engine, keeper: Keeper) -> bool:
    keyring = read_keyring(keeper.keys)
    with read_session(engine) as session:
        for n in range(PEOPLE):
            subject = find_subject(session, "household", f"H{n:06d}")
            assert masked_person(session, keyring, subject).fields["name"] == "张**"
    return person(engine, keeper, 7).fields == {"name": "张7", "phone": phone(7)} and (
        holders(engine, keeper, 0) == ["H000000", "H000001"]
    )


def key_ids(engine: Engine) -> set[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT DISTINCT key_id, index_key_id FROM person_private"))
        return {(row.key_id, row.index_key_id) for row in rows}


def entries(engine: Engine, action: str) -> list[AuditEntry]:
    with read_session(engine) as session:
        return list_entries(session, WHOLE, AuditFilter(action=action))


def test_keys_are_made_once_and_never_shown(keeper: Keeper) -> None:
    document = json.loads(keeper.keys.read_text(encoding="utf-8"))
    secrets = [key["key"] for key in (*document["ciphers"], *document["indexes"])]
    assert isinstance(keeper.run("person", "keys", "init").error, Conflict)
    said = [keeper.run("person", "keys", *words).said for words in (("add",), ("list",))]
    listed = keeper.run("person", "keys", "list")

    assert listed.code == 0
    marks = [line[0] for line in listed.out.splitlines() if line[:1] in "* "]
    assert sorted(marks) == [" ", " ", "*", "*"]
    document = json.loads(keeper.keys.read_text(encoding="utf-8"))
    secrets += [key["key"] for key in (*document["ciphers"], *document["indexes"])]
    assert not any(secret in "\n".join((*said, listed.said)) for secret in secrets)


def test_without_a_place_for_the_keys_it_is_told(world_url: str, tmp_path: Path) -> None:
    nowhere = Gridmap(world_url)
    assert isinstance(nowhere.run("person", "keys", "init").error, Invalid)
    missing = Keeper(world_url, tmp_path / "none.json")
    assert isinstance(missing.run("person", "rotate").error, Unavailable)


def test_a_rotation_leaves_everybody_readable(kept: Keeper, world_engine: Engine) -> None:
    assert len(key_ids(world_engine)) == 1
    old = read_keyring(kept.keys)
    assert kept.run("person", "keys", "add", "--algorithm", "aes-256-gcm").code == 0
    new = read_keyring(kept.keys)
    assert all_readable(world_engine, kept)
    with write_session(world_engine) as session:
        rotate_batch(session, new, START, limit=1)
    assert len(key_ids(world_engine)) == 2
    assert all_readable(world_engine, kept)
    assert isinstance(kept.run("person", "keys", "drop").error, Conflict)

    done = kept.run("person", "rotate", "--batch", "10")

    assert done.code == 0, done.said
    assert "44/44" in done.out
    assert key_ids(world_engine) == {(new.writing.key_id, new.indexing.key_id)}
    assert all_readable(world_engine, kept)
    (entry,) = entries(world_engine, "person.rotate")
    assert entry.after == {
        "count": PEOPLE - 1,
        "key": new.writing.key_id,
        "index_key": new.indexing.key_id,
    }
    assert kept.run("person", "rotate").code == 0
    assert len(entries(world_engine, "person.rotate")) == 1
    assert kept.run("person", "keys", "drop").code == 0
    assert read_keyring(kept.keys).ciphers == new.ciphers[-1:]
    assert all_readable(world_engine, kept)
    assert old.writing.key_id not in kept.run("person", "keys", "list").out


def test_a_rotation_that_is_killed_goes_on(kept: Keeper, world_engine: Engine) -> None:
    assert kept.run("person", "keys", "add").code == 0
    new = read_keyring(kept.keys)
    with write_session(world_engine) as session:
        first = rotate_batch(session, new, START, limit=20)
    assert first.count == 20
    holder = psycopg2.connect(kept.url)
    with holder.cursor() as cursor:
        # Batches can be read and locked, but not written.
        cursor.execute("LOCK TABLE person_private IN SHARE MODE")
    process = subprocess.Popen(
        [sys.executable, "-m", "gis.cli", "person", "rotate", "--batch", "10"],
        cwd=ROOT,
        env={**os.environ, **kept.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_until_held(kept, process)
    process.kill()
    process.communicate()
    holder.rollback()
    holder.close()

    assert len(key_ids(world_engine)) == 2
    assert all_readable(world_engine, kept)
    assert kept.run("person", "rotate", "--batch", "10").code == 0
    assert key_ids(world_engine) == {(new.writing.key_id, new.indexing.key_id)}
    assert all_readable(world_engine, kept)


def wait_until_held(keeper: Keeper, process: subprocess.Popen[bytes]) -> None:
    """Return as soon as the rotation waits for the lock; pytest's own time-out ends it else."""
    watcher = psycopg2.connect(keeper.url)
    watcher.autocommit = True
    with watcher.cursor() as cursor:
        held = 0
        while not held:
            assert process.poll() is None, process.communicate()
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND cardinality(pg_blocking_pids(pid)) > 0"
            )
            held = cursor.fetchone()[0]
    watcher.close()


def test_a_person_is_erased_for_good(kept: Keeper, world_engine: Engine) -> None:
    words = ("person", "erase", "--subject", "household", "--no", "H000003", "--reason", "已搬离")
    assert isinstance(kept.run(*words, "--yes").error, Invalid)  # three characters are no reason
    words = (*words[:-1], "住户已搬离")
    refused = kept.run(*words)  # nobody has said yes
    assert refused.code == 1
    assert "H000003" not in str(entries(world_engine, "person.erase"))

    assert kept.run(*words, "--yes").code == 0

    with world_engine.connect() as connection:
        left = connection.scalar(text("SELECT count(*) FROM person_private"))
    assert left == PEOPLE - 1
    (entry,) = entries(world_engine, "person.erase")
    assert (entry.subject, entry.reason) == ("household:H000003", "住户已搬离")
    assert entry.actor.startswith("command:")
    again = kept.run(*words, "--yes")
    assert isinstance(again.error, Conflict)
    assert len(entries(world_engine, "person.erase")) == 1


def test_those_whose_time_is_over_are_erased(kept: Keeper, world_engine: Engine) -> None:
    for today, gone in ((dt.date(2030, 1, 1), 0), (dt.date(2030, 1, 6), 5)):
        with clock.held_at(dt.datetime.combine(today, dt.time(0, 1), clock.SHANGHAI)):
            assert kept.run("person", "purge").code == 0
        with world_engine.connect() as connection:
            days = connection.scalars(
                text("SELECT retain_until FROM person_private WHERE retain_until IS NOT NULL")
            ).all()
        assert len(days) == 10 - gone
        assert all(day >= today for day in days)

    assert [entry.before for entry in entries(world_engine, "person.purge")] == [{"household": 5}]


@pytest.fixture
def audited(keeper: Keeper, world_engine: Engine) -> Callable[[], str]:
    with write_session(world_engine) as session:
        subject = find_subject(as_reader(session), "household", "H000000")
        given = {"name": "张三"}
        put_person(session, read_keyring(keeper.keys), TESTER, subject, given)

    def head() -> str:
        with read_session(world_engine) as session:
            return verify(session).head_hash.hex()

    return head


def test_the_audit_is_proved_from_the_command_line(
    keeper: Keeper, world_engine: Engine, audited: Callable[[], str]
) -> None:
    whole = keeper.run("audit", "verify")
    assert whole.code == 0
    assert whole.out.splitlines()[0] == f"1 {audited()}"
    assert keeper.run("audit", "verify", "--expect", audited()).code == 0
    assert keeper.run("audit", "verify", "--expect", "00" * 32).code == 1
    assert isinstance(keeper.run("audit", "verify", "--expect", "x").error, Invalid)

    with world_engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE audit SET actor = 'account:li'"))
    damaged = keeper.run("audit", "verify")
    assert damaged.code == 1
    assert "Entry 1 was changed" in damaged.out
    assert keeper.spawn("audit", "verify").returncode == 1


def test_the_audit_of_nothing_is_whole(empty_url: str) -> None:
    assert Gridmap(empty_url).run("audit", "verify").out.splitlines()[0] == "0 -"
    assert Gridmap(empty_url).run("audit", "verify", "--expect", "-").code == 0


def test_the_audit_is_listed_and_taken_elsewhere(
    keeper: Keeper, audited: Callable[[], str], tmp_path: Path
) -> None:
    listed = keeper.run("audit", "list", "--action", "person.put")
    assert listed.code == 0
    (line,) = [line for line in listed.out.splitlines() if "person.put" in line]
    assert "household:H000000" in line
    assert "command:test" in line
    assert "person.put" not in keeper.run("audit", "list", "--actor", "nobody").out
    file = tmp_path / "audit.jsonl"
    assert keeper.run("audit", "export", file).code == 0
    (document,) = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert document["row_hash"] == audited()
    assert document["after"] == {"fields": ["name"], "retain_until": None}
    assert file.stat().st_mode & 0o777 == 0o600
    assert isinstance(keeper.run("audit", "export", file).error, Conflict)


def test_what_an_entry_says_cannot_write_over_the_list(
    keeper: Keeper, world_engine: Engine
) -> None:
    with write_session(world_engine) as session:
        subject = find_subject(as_reader(session), "household", "H000000")
        doer = Doer("key:a\x1b[2Jb\nc")
        put_person(session, read_keyring(keeper.keys), doer, subject, {"name": "张三"})

    out = keeper.run("audit", "list").out

    assert "\x1b" not in out
    assert "key:a�[2Jb�c" in out


def people_file(folder: Path, *rows: str) -> Path:
    file = folder / "people.csv"
    file.write_text("户号,户主姓名,联系电话,住址,身份证号\n" + "\n".join(rows), encoding="utf-8")
    return file


def test_a_file_of_persons_is_stored_as_a_whole(
    keeper: Keeper, world_engine: Engine, tmp_path: Path
) -> None:
    rows = [f"H{n:06d},张{n},{phone(n)},幸福小区{n}号楼1室,11010519491231002X" for n in range(60)]
    file = people_file(tmp_path, *rows)

    done = keeper.run("person", "import", file, "--subject", "household")

    assert done.code == 0, done.said
    assert person(world_engine, keeper, 7).fields == {
        "name": "张7",
        "phone": phone(7),
        "address": "幸福小区7号楼1室",
    }
    (entry,) = entries(world_engine, "person.import")
    assert entry.after == {
        "subject": "household",
        "count": 60,
        "fields": ["address", "name", "phone"],
    }


def test_a_refused_row_shows_nothing_of_a_person(
    keeper: Keeper, world_engine: Engine, tmp_path: Path
) -> None:
    file = people_file(
        tmp_path,
        "H000001,诸葛秋水,1391234x678,秘密花园,",
        "H000002,诸葛秋水,13912345678,秘密花园,",
        "H000003,,,,",
        "H000002,诸葛秋水,13912345678,秘密花园,",
        "H999999,诸葛秋水,13912345678,秘密花园,",
        f"H000004,{'诸葛秋水' * 20},13912345678,秘密花园,",
        ",诸葛秋水,13912345678,秘密花园,",
    )

    refused = keeper.run("person", "import", file, "--subject", "household")

    assert refused.code == 1
    written = (tmp_path / "people.refused.csv").read_text(encoding="utf-8")
    for value in ("诸葛", "139", "秘密"):
        assert value not in refused.said + written
    assert all(number in written for number in ("H000002", "H999999"))
    with world_engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM person_private")) == 0
