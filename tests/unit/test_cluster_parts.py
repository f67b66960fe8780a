"""The parts of the private cluster that need no server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gis.core.errors import Unavailable
from gis.db.cluster import failures
from gis.db.cluster.account import SOCKET_PATH_BYTES, Account, outside_home, socket_dir
from gis.db.cluster.binaries import installed_servers, standard_places
from gis.db.cluster.process import find_postmaster, runs_program, works_in
from gis.db.cluster.settings import settings_text

MYSELF = Account(os.geteuid(), os.getegid(), dropped=False)


def test_no_server_anywhere_names_the_command(tmp_path):
    with pytest.raises(Unavailable) as refusal:
        installed_servers([tmp_path])
    assert "apt-get install postgresql-15-postgis-3" in refusal.value.detail
    assert "apt-get install postgresql-15-postgis-3" in refusal.value.detail_zh


def test_an_old_server_is_named_with_its_version(tmp_path):
    make_server(tmp_path / "lib/postgresql/14/bin", "postgres (PostgreSQL) 14.9")
    with pytest.raises(Unavailable, match="only PostgreSQL 14 is installed"):
        installed_servers([tmp_path / "lib/postgresql/14/bin"])


def test_a_server_without_postgis_is_told_so(tmp_path):
    bindir = tmp_path / "lib/postgresql/16/bin"
    make_server(bindir, "postgres (PostgreSQL) 16.2")
    (tmp_path / "share/postgresql/16/extension").mkdir(parents=True)
    with pytest.raises(Unavailable, match=r"PostGIS is not.*postgresql-16-postgis-3"):
        installed_servers([bindir])


def test_the_newest_server_with_postgis_comes_first(tmp_path):
    for major in (15, 17, 16):
        make_server(tmp_path / f"lib/postgresql/{major}/bin", f"postgres (PostgreSQL) {major}.1")
        extension = tmp_path / f"share/postgresql/{major}/extension"
        extension.mkdir(parents=True)
        (extension / "postgis.control").touch()
    servers = installed_servers((tmp_path / "lib/postgresql").glob("*/bin"))
    assert [server.major for server in servers] == [17, 16, 15]


def test_the_server_of_this_machine_is_found():
    assert all(server.postgres.is_file() for server in installed_servers(standard_places()))


def test_a_short_home_keeps_its_socket_inside():
    assert socket_dir(Path("/srv/map"), MYSELF) == Path("/srv/map/run")


def test_a_long_home_gets_a_socket_that_the_kernel_takes(monkeypatch, tmp_path):
    home = Path("/srv") / ("网格地图" * 20)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("x" * 60)))
    chosen = socket_dir(home, MYSELF)
    assert len(os.fsencode(chosen / ".s.PGSQL.65535.lock")) <= SOCKET_PATH_BYTES
    assert chosen != socket_dir(home.with_name("other" * 20), MYSELF)


def test_two_checkouts_never_share_a_home_outside():
    assert outside_home(Path("/root/a/.gridmap")) != outside_home(Path("/root/b/.gridmap"))


def test_a_private_folder_of_somebody_else_is_refused(tmp_path):
    stranger = Account(os.geteuid() + 1, os.getegid(), dropped=False)
    with pytest.raises(Unavailable, match="belongs to user number"):
        stranger.make_private_dir(tmp_path)


def test_a_link_does_not_pass_for_a_private_folder(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(Unavailable):
        MYSELF.make_private_dir(tmp_path / "link")


def test_a_private_file_is_closed_to_others(tmp_path):
    MYSELF.write_private(tmp_path / "password", "secret")
    assert (tmp_path / "password").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "password").read_text() == "secret"
    assert [path.name for path in tmp_path.iterdir()] == ["password"]


def test_settings_survive_an_awkward_path():
    text = settings_text(5433, Path('/srv/O\'Brien, "网格"\\x'))
    assert """unix_socket_directories = '"/srv/O''Brien, ""网格""\\\\x"'""" in text


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("FATAL:  could not write to file: No space left on device", "no disk space"),
        ("FATAL:  could not write to file: Disk quota exceeded", "no disk space"),
        ('initdb: error: invalid locale name "C.UTF-8"', "C.UTF-8 is missing"),
        ("FATAL:  could not create any TCP/IP sockets", "loopback"),
        ("FATAL:  database files are incompatible with server", "another version"),
        ("FATAL:  could not map anonymous shared memory", "not enough memory"),
        ("FATAL:  something never seen", "something never seen"),
    ],
)
def test_what_postgresql_says_is_explained(tmp_path, output, told):
    error = failures.explain("starting the database", "启动数据库", output, tmp_path)
    assert told in error.detail
    assert error.detail_zh != error.detail


def test_no_space_is_told_before_anything_is_made(tmp_path):
    with pytest.raises(Unavailable, match="no disk space") as refusal:
        failures.check_space(tmp_path, needed_bytes=1 << 62)
    assert "磁盘空间不足" in refusal.value.detail_zh


@pytest.mark.parametrize("content", ["", "\n", "no number\n", "4194305\n/data\n"])
def test_a_lock_file_without_a_live_server_counts_for_nothing(tmp_path, content):
    (tmp_path / "postmaster.pid").write_text(content)
    assert find_postmaster(tmp_path) is None


def test_a_lock_file_with_a_strangers_number_counts_for_nothing(tmp_path):
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n0\n5432\n/run\n")
    assert find_postmaster(tmp_path) is None


def test_a_process_is_known_by_its_folder_and_its_program(tmp_path):
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as process:
        try:
            assert works_in(process.pid, tmp_path)
            assert not works_in(process.pid, tmp_path.parent)
            assert not runs_program(process.pid, Path(sys.executable))
        finally:
            process.kill()


def make_server(bindir: Path, version: str) -> None:
    """Programs that only tell a version: what is installed, not what runs, is looked at."""
    bindir.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_ctl"):
        (bindir / name).write_text(f"#!/bin/sh\necho '{version}'\n")
        (bindir / name).chmod(0o755)
