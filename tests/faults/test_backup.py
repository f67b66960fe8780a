"""A backup is whole or not there; a restore is proven alike, or has changed nothing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import make_url

from gis.backup import back_up, check_backup, manifest_path, restore_as, restore_into
from gis.backup.programs import connection_words
from gis.core.errors import BadFile, Conflict, Unavailable
from gis.db.cluster import Cluster
from gis.db.row_security import api_url
from tests import factories
from tests.faults.disks import small_disk  # noqa: F401 - a fixture
from tests.imports import ROOT, Gridmap

TIMEOUT_S = 120
TOWNSHIP = factories.TOWNSHIPS[0]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Another server, which has none of our roles yet."""
    cluster = Cluster(tmp_path_factory.mktemp("elsewhere"))
    cluster.start()
    yield cluster
    cluster.destroy()


@pytest.fixture(scope="module")
def saved(cluster: Cluster, small_world: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the small county, which tests copy before they harm it."""
    file = tmp_path_factory.mktemp("saved") / "world.backup"
    back_up(cluster.url(small_world), file)
    return file


def copied(saved: Path, folder: Path) -> Path:
    file = folder / saved.name
    file.write_bytes(saved.read_bytes())
    manifest_path(file).write_bytes(manifest_path(saved).read_bytes())
    return file


def databases(cluster: Cluster) -> set[str]:
    return {row[0] for row in Gridmap(cluster.url("postgres")).query(NAMES)}


NAMES = "SELECT datname FROM pg_database"
OF_TOWNSHIP = f"SET ROLE gridmap_scoped; SET gridmap.scope = '{{{TOWNSHIP}}}'"


def seen(url: str, scope: str, statement: str) -> int:
    """Return what the server's login counts, in a scope."""
    login = api_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with contextlib.closing(psycopg2.connect(login)) as connection, connection.cursor() as cursor:
        if scope:
            cursor.execute(scope)
        cursor.execute(statement)
        return cursor.fetchone()[0]


# Back and forth


def test_restored_on_another_server_it_is_the_same(
    cluster: Cluster, small_world: str, elsewhere: Cluster, tmp_path: Path
) -> None:
    file = tmp_path / "县 'backup'.dump"
    source, target = cluster.url(small_world), elsewhere.url("restored")
    backed_up = Gridmap(source).run("backup", file)
    assert backed_up.code == 0, backed_up.said
    assert {path.stat().st_mode & 0o777 for path in (file, manifest_path(file))} == {0o600}
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.name, file.name + ".json"]

    came = Gridmap(elsewhere.url("postgres")).run("restore", file, "--database", "restored")
    assert came.code == 0, came.said
    # Hashed by other means than the backup's own.
    assert Gridmap(target).fingerprint() == Gridmap(source).fingerprint()
    assert Gridmap(target).run("check").code == 0

    # Row-level security is on, for the login that came with it.
    counts = "SELECT count(*) FROM event"
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        seen(target, "", counts)
    whole = seen(target, "SET ROLE gridmap_whole", counts)
    part = seen(target, OF_TOWNSHIP, counts)
    assert 0 < part < whole == factories.Tally.events
    assert part == seen(source, OF_TOWNSHIP, counts)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        seen(target, OF_TOWNSHIP, "SELECT count(*) FROM account")


def test_a_backup_is_of_one_moment(cluster: Cluster, world_url: str, tmp_path: Path) -> None:
    writer = psycopg2.connect(world_url)
    writer.autocommit = True

    def write_meanwhile(_zh: str, _en: str, _share: float = 0.0) -> None:
        writer.cursor().execute("UPDATE household SET floating_count = floating_count + 1")

    before = Gridmap(world_url).fingerprint()
    file = tmp_path / "moment"
    manifest = back_up(world_url, file, write_meanwhile)
    writer.close()
    after = Gridmap(world_url).fingerprint()
    restore_as(cluster.url("postgres"), "gridmap_test_moment", file, manifest)
    restored = Gridmap(cluster.url("gridmap_test_moment")).fingerprint()
    cluster.drop_database("gridmap_test_moment")

    assert before["household"] != after["household"]
    assert restored == before


def test_into_an_empty_database_that_is_there(
    cluster: Cluster, small_world: str, saved: Path
) -> None:
    cluster.create_database("gridmap_test_empty")
    target = Gridmap(cluster.url("gridmap_test_empty"))
    assert target.run("restore", saved).code == 0
    assert target.fingerprint() == Gridmap(cluster.url(small_world)).fingerprint()
    cluster.drop_database("gridmap_test_empty")


# Refused, and nothing changed


def test_nothing_is_overwritten(cluster: Cluster, world_url: str, saved: Path) -> None:
    before = saved.read_bytes()
    refused = Gridmap(world_url).run("backup", saved)
    assert "never overwritten" in refused.said
    assert saved.read_bytes() == before

    held = Gridmap(world_url)
    state = held.fingerprint()
    assert "only restored into an empty one" in held.run("restore", saved).said
    name = make_url(world_url).database
    again = Gridmap(cluster.url("postgres")).run("restore", saved, "--database", name)
    assert "only restored into an empty one" in again.said
    assert held.fingerprint() == state


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size * 2 // 3)


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def lose_manifest(file: Path) -> None:
    manifest_path(file).unlink()


def lose_dump(file: Path) -> None:
    file.unlink()


def half_manifest(file: Path) -> None:
    os.truncate(manifest_path(file), 1000)


def edited(**more: object):
    def edit(file: Path) -> None:
        path = manifest_path(file)
        path.write_text(json.dumps(json.loads(path.read_text()) | more))

    return edit


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (cut, "cut off"),
        (flip, "damaged"),
        (lose_manifest, "both are needed"),
        (lose_dump, "cannot be read"),
        (half_manifest, "damaged"),
        (edited(format=2), "format 2"),
        (edited(contents={}), "damaged"),
        (edited(schema="of_tomorrow"), "another version of gridmap"),
        (edited(server_version=990001), "PostgreSQL 99"),
        (
            edited(extensions={"postgis": "3", "of_tomorrow": "1"}),
            "lacks the extensions of_tomorrow",
        ),
    ],
)
def test_a_backup_that_cannot_be_restored_changes_nothing(
    cluster: Cluster, saved: Path, tmp_path: Path, harm, says: str
) -> None:
    file = copied(saved, tmp_path)
    harm(file)
    before = databases(cluster)
    ran = Gridmap(cluster.url("postgres")).run("restore", file, "--database", "gridmap_test_no")
    assert ran.code == 1
    assert says in ran.said
    assert ran.error is not None
    assert ran.error.detail_zh != ran.error.detail
    assert databases(cluster) == before


def test_what_differs_is_told_and_not_kept(cluster: Cluster, saved: Path, tmp_path: Path) -> None:
    """A manifest that says otherwise: as if the dump had lost a row, or a policy."""
    for part, name, says in (
        ("tables", "public.event", "table public.event"),
        ("structure", "policies", "policies"),
    ):
        file = copied(saved, tmp_path)
        said = json.loads(manifest_path(file).read_text())
        said["contents"][part][name]["rows"] += 1
        manifest_path(file).write_text(json.dumps(said))
        before = databases(cluster)
        ran = Gridmap(cluster.url("postgres")).run("restore", file, "--database", "gridmap_test_no")
        assert f"do not use it: {says}" in ran.said
        assert databases(cluster) == before


def test_a_role_above_row_security_is_refused(elsewhere: Cluster, saved: Path) -> None:
    admin = psycopg2.connect(elsewhere.url("postgres"))
    admin.autocommit = True
    with contextlib.closing(admin), admin.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS gridmap_stranger")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'gridmap_scoped'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE ROLE gridmap_scoped")
        cursor.execute("ALTER ROLE gridmap_scoped BYPASSRLS")
        try:
            with pytest.raises(Conflict, match="above row-level security"):
                restore_as(elsewhere.url("postgres"), "unbound", saved, check_backup(saved))
        finally:
            cursor.execute("ALTER ROLE gridmap_scoped NOBYPASSRLS")
    assert "unbound" not in databases(elsewhere)


def test_a_full_disk(cluster: Cluster, small_world: str, small_disk: Path) -> None:  # noqa: F811
    (small_disk / "filler").write_bytes(bytes((16 << 20) - (64 << 10)))
    with pytest.raises(Unavailable, match="no space for the backup"):
        back_up(cluster.url(small_world), small_disk / "file")
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def test_a_folder_that_is_not_there(cluster: Cluster, small_world: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        back_up(cluster.url(small_world), tmp_path / "none" / "file")
    with pytest.raises(BadFile, match="both are needed"):
        check_backup(tmp_path / "none" / "file")


# Killed


def started(url: str, *command: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gis.cli", *map(str, command)],
        cwd=ROOT,
        env={**os.environ, **Gridmap(url).environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(url: str, condition: str, process: subprocess.Popen[str]) -> None:
    """Return as soon as the database says so; pytest's own time-out ends it else."""
    watcher = psycopg2.connect(url)
    watcher.autocommit = True
    with contextlib.closing(watcher), watcher.cursor() as cursor:
        said = False
        while not said:
            assert process.poll() in (None, -signal.SIGKILL), process.communicate()
            cursor.execute(f"SELECT EXISTS ({condition})")
            said = cursor.fetchone()[0]


def test_a_killed_backup_leaves_no_file_that_looks_whole(world_url: str, tmp_path: Path) -> None:
    holder = psycopg2.connect(world_url)
    holder.cursor().execute("LOCK TABLE household IN ACCESS EXCLUSIVE MODE")
    file = tmp_path / "file"
    with started(world_url, "backup", file) as process:
        blocked = "FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
        until(world_url, f"SELECT {blocked} AND datname = current_database()", process)
        process.kill()
        process.communicate()
    holder.close()

    assert not file.exists()
    assert not manifest_path(file).exists()
    assert {path.suffix for path in tmp_path.iterdir()} == {".part"}
    again = Gridmap(world_url).run("backup", file)
    assert again.code == 0, again.said
    check_backup(file)


def test_a_killed_restore_leaves_no_database_that_looks_whole(
    cluster: Cluster, small_world: str, saved: Path
) -> None:
    server, name = cluster.url("postgres"), "gridmap_test_back"
    fresh = f"{name}_restoring"
    with started(server, "restore", saved, "--database", name) as process:
        until(server, f"SELECT FROM pg_stat_activity WHERE datname = '{fresh}'", process)
        process.kill()
        process.communicate()
        assert name not in databases(cluster)
        gone = f"SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '{fresh}')"
        until(server, gone, process)

    again = Gridmap(server).run("restore", saved, "--database", name)
    assert again.code == 0, again.said
    assert fresh not in databases(cluster)
    same = Gridmap(cluster.url(small_world)).fingerprint()
    assert Gridmap(cluster.url(name)).fingerprint() == same
    cluster.drop_database(name)


# Secrets


def test_no_argument_of_any_process_holds_the_password(
    cluster: Cluster, small_world: str, tmp_path: Path
) -> None:
    url = cluster.tcp_url(small_world)
    password = make_url(url).password
    assert password
    words, secret = connection_words(url)
    assert password not in words
    assert secret == {"PGPASSWORD": password}
    assert password not in connection_words(f"{url}?password={password}")[0]

    found = []

    def look(_zh: str, _en: str, _share: float = 0.0) -> None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if password.encode() in process.read_bytes():
                    found.append(process)

    file = tmp_path / "file"
    manifest = back_up(url, file, look)
    cluster.create_database("gridmap_test_secret")
    restore_into(cluster.tcp_url("gridmap_test_secret"), file, manifest, look)
    cluster.drop_database("gridmap_test_secret")
    assert not found
    assert password not in manifest_path(file).read_text()
    assert password.encode() not in file.read_bytes()
