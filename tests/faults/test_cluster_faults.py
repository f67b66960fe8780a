"""The private cluster comes back whole, whatever was killed, taken, filled up or replaced."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from gis.core.errors import Conflict, Unavailable
from gis.db.cluster import Cluster, failures
from gis.db.cluster.account import choose_account, outside_home
from gis.db.cluster.binaries import installed_servers, standard_places
from gis.db.cluster.process import find_postmaster, wait_for_end, works_in
from gis.db.cluster.site import Site, initialise

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
SERVER = installed_servers(standard_places())[0]


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    """A state directory; whatever a test leaves running there is stopped and deleted."""
    folder = tmp_path / "state"
    yield folder
    Cluster(folder).destroy()


@pytest.fixture
def cluster(state_dir: Path) -> Iterator[Cluster]:
    """A started cluster."""
    cluster = Cluster(state_dir)
    cluster.start()
    yield cluster
    cluster.stop()


def data_of(cluster: Cluster) -> Path:
    return cluster._home / "pg" / str(SERVER.major)


def pid_of(cluster: Cluster) -> int:
    running = find_postmaster(data_of(cluster))
    assert running is not None
    return running.pid


def ask(url: str, statement: str, *values: object) -> object:
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()[0] if cursor.description else None


def in_another_process(state_dir: Path, then: str) -> list[str]:
    code = f"""
import sys
from pathlib import Path
from gis.db.cluster import Cluster
cluster = Cluster(Path({str(state_dir)!r}))
cluster.start()
print("started", flush=True)
{then}
"""
    return [sys.executable, "-c", code]


# Killed


def test_a_killed_server_comes_back_with_all_that_was_committed(cluster):
    ask(cluster.url("postgres"), "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(pid_of(cluster), signal.SIGKILL)
    cluster.start()
    assert ask(cluster.url("postgres"), "SELECT answer FROM kept") == 42


def test_a_session_that_outlives_its_killed_server_does_not_stop_the_next(cluster):
    busy = psycopg2.connect(cluster.url("postgres"))
    session = busy.info.backend_pid
    working = threading.Thread(target=work_for_ever, args=(busy,))
    working.start()
    os.kill(session, signal.SIGSTOP)  # as stuck as a session can be
    os.kill(pid_of(cluster), signal.SIGKILL)
    cluster.start()
    working.join()
    assert not works_in(session, data_of(cluster))
    assert ask(cluster.url("postgres"), "SELECT 1") == 1


def work_for_ever(connection: "psycopg2.extensions.connection") -> None:
    with contextlib.closing(connection), contextlib.suppress(psycopg2.OperationalError):
        connection.cursor().execute("SELECT count(*) FROM generate_series(1, 1000000000000)")


def test_the_server_of_a_killed_starter_is_taken_over(state_dir):
    command = in_another_process(state_dir, "sys.stdin.read()")
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as starter:
        assert starter.stdout.readline() == b"started\n"
        cluster = Cluster(state_dir)
        orphan = pid_of(cluster)
        starter.kill()
    cluster.start()
    assert pid_of(cluster) == orphan
    cluster.stop()
    assert not cluster.is_running()


def test_everything_killed_at_once(state_dir):
    command = in_another_process(state_dir, "sys.stdin.read()")
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as starter:
        assert starter.stdout.readline() == b"started\n"
        cluster = Cluster(state_dir)
        ask(cluster.url("postgres"), "CREATE TABLE kept AS SELECT 42 AS answer")
        server = pid_of(cluster)
        starter.kill()
        os.kill(server, signal.SIGKILL)
    with cluster:
        assert pid_of(cluster) != server
        assert ask(cluster.url("postgres"), "SELECT answer FROM kept") == 42


def test_a_lock_file_whose_number_is_somebody_elses_now(cluster):
    server = pid_of(cluster)
    lock_file = data_of(cluster) / "postmaster.pid"
    lines = lock_file.read_text().split("\n")
    os.kill(server, signal.SIGKILL)
    assert wait_for_end(server, timeout_s=60)
    account = choose_account(cluster.state_dir)
    stranger = subprocess.Popen(
        ["sleep", "600"], user=account.uid if account.dropped else None, cwd="/"
    )
    with stranger:
        lock_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        cluster.start()
        assert pid_of(cluster) not in (server, stranger.pid)
        stranger.kill()


def test_a_start_killed_while_it_makes_the_cluster(state_dir):
    starter = subprocess.Popen(
        in_another_process(state_dir, ""), cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE
    )
    with starter:
        half = Cluster(state_dir)._home / "pg" / f"{SERVER.major}.new" / "PG_VERSION"
        while not half.exists():
            assert starter.poll() is None
        os.killpg(starter.pid, signal.SIGKILL)
    assert half.exists()
    with Cluster(state_dir) as cluster:
        assert ask(cluster.url("postgres"), "SELECT 1") == 1
    assert not half.exists()


# Shared


def test_two_starters_at_once_get_one_server(state_dir):
    ask_pid = "print(cluster._running().pid); sys.stdout.flush(); sys.stdin.read()"
    command = in_another_process(state_dir, ask_pid)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        subprocess.Popen(command, cwd=ROOT, **pipes) as one,
        subprocess.Popen(command, cwd=ROOT, **pipes) as two,
    ):
        answers = [[starter.stdout.readline() for _ in range(2)] for starter in (one, two)]
        one.stdin.close()
        two.stdin.close()
    assert answers[0] == answers[1]
    assert int(answers[0][1]) == pid_of(Cluster(state_dir))


def test_the_last_to_leave_stops_the_server(state_dir):
    first, second = Cluster(state_dir), Cluster(state_dir)
    first.start()
    second.start()
    first.stop()
    assert second.is_running()
    second.stop()
    assert not second.is_running()


def test_a_copied_template_and_one_that_is_in_use(cluster):
    cluster.create_database("model")
    ask(cluster.url("model"), "CREATE TABLE kept AS SELECT 42 AS answer")
    assert cluster.create_database("copy", template="model")
    assert not cluster.create_database("copy", template="model")
    assert ask(cluster.url("copy"), "SELECT answer FROM kept") == 42
    with (
        contextlib.closing(psycopg2.connect(cluster.url("model"))),
        pytest.raises(Conflict, match="model is in use"),
    ):
        cluster.create_database("another", template="model")
    cluster.drop_database("copy")
    assert cluster.create_database("copy")


# Taken, full, replaced


def test_a_port_that_was_taken_meanwhile_is_given_up(cluster):
    before = find_postmaster(data_of(cluster)).port
    cluster.stop()
    with socket.create_server(("127.0.0.1", before)):
        cluster.start()
        assert find_postmaster(data_of(cluster)).port != before
        assert ask(cluster.tcp_url("postgres"), "SELECT 1") == 1


def test_the_port_stays_from_start_to_start(cluster):
    before = find_postmaster(data_of(cluster)).port
    cluster.stop()
    cluster.start()
    assert find_postmaster(data_of(cluster)).port == before


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A real disk of 16 MiB that every account can walk to."""
    folder = Path(tempfile.mkdtemp(prefix="gridmap-small-"))
    folder.chmod(0o755)
    options = f"size=16m,mode=0755,uid={os.geteuid()},gid={os.getegid()}"
    subprocess.run(
        [*AS_ROOT, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True
    )
    yield folder
    subprocess.run([*AS_ROOT, "umount", str(folder)], check=True)
    folder.rmdir()


def test_a_nearly_full_disk_is_refused_before_anything_is_made(small_disk):
    with pytest.raises(Unavailable, match="no disk space") as refusal:
        Cluster(small_disk / "state").start()
    assert "磁盘空间不足" in refusal.value.detail_zh
    assert not list((small_disk / "state" / "pg").iterdir())


def test_a_disk_that_fills_up_while_the_cluster_is_made(small_disk):
    account = choose_account(small_disk)
    account.make_private_dir(small_disk / "pg")
    site = Site(small_disk / "pg", small_disk / "run", account, SERVER)
    with pytest.raises(Unavailable, match="no disk space"):
        initialise(site)
    assert not site.data.exists()


def test_a_disk_too_full_to_start_on(cluster, monkeypatch):
    cluster.stop()
    monkeypatch.setattr(failures, "OLD_CLUSTER_BYTES", 1 << 62)
    with pytest.raises(Unavailable, match="no disk space"):
        cluster.start()
    assert not cluster.is_running()


@pytest.fixture
def programs() -> Iterator[Path]:
    """A copy of PostgreSQL's programs, which find libraries and data relative to themselves."""
    home = Path(tempfile.mkdtemp(prefix="gridmap-programs-"))
    home.chmod(0o755)
    bindir = home / "lib" / "postgresql" / str(SERVER.major) / "bin"
    shutil.copytree(SERVER.bindir, bindir)
    (bindir.parent / "lib").symlink_to(SERVER.bindir.parent / "lib")
    (home / "share").symlink_to("/usr/share")
    yield bindir
    shutil.rmtree(home)


def test_programs_upgraded_under_a_running_server(state_dir, programs):
    bindir = programs
    cluster = Cluster(state_dir, places=[bindir])
    cluster.start()
    before = pid_of(cluster)
    ask(cluster.url("postgres"), "CREATE TABLE kept AS SELECT 42 AS answer")

    cluster.start()
    assert pid_of(cluster) == before

    shutil.copy2(bindir / "postgres", bindir / "postgres.dpkg-new")  # as dpkg does it
    (bindir / "postgres.dpkg-new").replace(bindir / "postgres")
    cluster.start()
    assert pid_of(cluster) != before
    assert ask(cluster.url("postgres"), "SELECT answer FROM kept") == 42
    cluster.stop()


def test_data_of_a_version_that_is_not_installed(state_dir):
    cluster = Cluster(state_dir)
    (cluster._home / "pg" / "9").mkdir(parents=True)
    with pytest.raises(Unavailable, match="written by PostgreSQL 9") as refusal:
        cluster.start()
    assert "apt-get install postgresql-9-postgis-3" in refusal.value.detail


def test_no_postgresql_installed(state_dir, tmp_path):
    with pytest.raises(Unavailable, match="apt-get install postgresql-15-postgis-3"):
        Cluster(state_dir, places=[tmp_path]).start()


# Awkward places


@pytest.mark.parametrize("name", ["网" * 50, "with 'quotes', \"more\" and $(blanks)", "long" * 40])
def test_an_awkward_path(tmp_path, name):
    cluster = Cluster(tmp_path / name / "state")
    try:
        cluster.start()
        cluster.create_database("a b%c")
        assert ask(cluster.url("a b%c"), "SELECT current_database()") == "a b%c"
        assert ask(cluster.tcp_url("a b%c"), "SHOW server_encoding") == "UTF8"
    finally:
        cluster.destroy()


def test_a_folder_that_the_account_cannot_walk_to(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    said = []
    cluster = Cluster(closed / "state", say=lambda _zh, en: said.append(en))
    cluster.start()
    cluster.destroy()
    # Root drops to another account, which needs another place; a person's own place is open to it.
    outside = outside_home(closed / "state")
    assert any(str(outside) in line for line in said) == (os.geteuid() == 0)
    assert not outside.exists()


def test_nobody_gets_in_without_a_password(cluster):
    address = cluster.tcp_url("postgres")
    password = address.split(":")[2].split("@")[0]
    assert len(password) >= 32
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        psycopg2.connect(address.replace(f":{password}@", "@"))
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(address.replace(password, "x" * len(password)))
    assert (cluster._home / "pg" / "password").stat().st_mode & 0o777 == 0o600
    assert find_postmaster(data_of(cluster)).socket_dir.stat().st_mode & 0o777 == 0o700
