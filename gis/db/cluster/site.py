"""One data directory and the server program that runs it: make, start, take over, stop."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from gis.core.errors import Unavailable
from gis.db.cluster import failures
from gis.db.cluster.account import Account
from gis.db.cluster.binaries import Server
from gis.db.cluster.process import (
    Postmaster,
    clear_leftovers,
    find_postmaster,
    runs_program,
    wait_for_end,
)
from gis.db.cluster.settings import HBA, SUPERUSER, ident_text, settings_text

READY_TIMEOUT_S = 180  # after kill -9 the server first replays its write-ahead log
STOP_TIMEOUT_S = 60
PORT_TRIES = 5
LOG_LIMIT_BYTES = 8 * failures.MIB


@dataclass(frozen=True)
class Site:
    """Where a cluster is and what runs it.

    Attributes
    ----------
    folder
        Folder ``pg``: data directories by major version, log, port and password.
    socket_dir
        Folder of the Unix socket, this cluster's alone.
    account
        Who runs the server.
    server
        The programs.
    """

    folder: Path
    socket_dir: Path
    account: Account
    server: Server

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / str(self.server.major)

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder / f"{self.server.major}.log"


def initialise(site: Site) -> None:
    """Make the data directory, beside its place first, so that a killed ``initdb`` leaves none.

    Raises
    ------
    Unavailable
        ``initdb`` failed.
    """
    fresh = site.folder / f"{site.server.major}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    site.account.write_private(site.folder / "password", secrets.token_urlsafe(24) + "\n")
    command: list[str | Path] = [site.server.bindir / "initdb", "--pgdata", fresh.name]
    command += ["--username", SUPERUSER, "--pwfile", "password", "--data-checksums"]
    command += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"]
    command += ["--auth-local", "peer", "--auth-host", "scram-sha-256"]
    # Relative names: PostgreSQL's programs hand paths to a shell, and ours may hold anything.
    made = site.account.run(command, cwd=site.folder)
    if made.returncode != 0:
        raise failures.explain("making the database", "创建数据库", made.stdout, site.folder)
    main = (fresh / "postgresql.conf").read_text(encoding="utf-8")
    site.account.write_private(fresh / "postgresql.conf", main + "\ninclude 'gridmap.conf'\n")
    fresh.rename(site.data)


def take_over(site: Site) -> bool:
    """Take over a server that runs already, if it is fit.

    Returns
    -------
    bool
        False when none runs, and after one was stopped because its program was replaced.
    """
    running = find_postmaster(site.data)
    if running is None:
        return False
    if not runs_program(running.pid, site.server.postgres):
        halt(running)
        return False
    return wait_until_ready(site) is not None


def launch(site: Site) -> None:
    """Start the server on the port it had, or on another when that is taken.

    Raises
    ------
    Unavailable
        It does not come up.
    """
    clear_leftovers(site.data, site.socket_dir)
    if site.log.exists() and site.log.stat().st_size > LOG_LIMIT_BYTES:
        site.log.replace(site.log.with_suffix(".log.1"))
    output = ""
    for _ in range(PORT_TRIES):
        output = _try_launch(site, _free_port(site.folder / "port"))
        if not output:
            return
        if failures.PORT_TAKEN not in output:
            break
        (site.folder / "port").unlink(missing_ok=True)
    raise failures.explain("starting the database", "启动数据库", output, site.folder)


def _try_launch(site: Site, port: int) -> str:
    """Start the server; return nothing, or on failure all that it said."""
    site.account.write_private(site.folder / "port", f"{port}\n")
    site.account.write_private(site.data / "gridmap.conf", settings_text(port, site.socket_dir))
    site.account.write_private(site.data / "pg_hba.conf", HBA)
    account_name = pwd.getpwuid(site.account.uid).pw_name
    site.account.write_private(site.data / "pg_ident.conf", ident_text(account_name))
    said_before = site.log.stat().st_size if site.log.exists() else 0
    command: list[str | Path] = [site.server.bindir / "pg_ctl", "--pgdata", site.data.name]
    command += ["--log", site.log.name, "--timeout", str(READY_TIMEOUT_S), "--wait", "start"]
    started = site.account.run(command, cwd=site.folder)
    if started.returncode == 0:
        return ""
    with contextlib.suppress(FileNotFoundError), site.log.open("rb") as log:
        log.seek(said_before)
        return started.stdout + log.read().decode("utf-8", "replace")
    return started.stdout


def wait_until_ready(site: Site) -> Postmaster | None:
    """Wait for a server that was started by somebody else.

    Returns
    -------
    Postmaster or None
        None when it ended instead.

    Raises
    ------
    Unavailable
        It is neither ready nor gone after ``READY_TIMEOUT_S`` seconds.
    """
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        running = find_postmaster(site.data)
        if running is None or running.ready:
            return running
        wait_for_end(running.pid, timeout_s=0.1)
    raise Unavailable(
        f"the database server does not become ready; see {site.log}",
        zh=f"数据库服务一直未就绪;请查看 {site.log}",
    )


def halt(running: Postmaster) -> None:
    """Stop a server: politely, then at once, then by force; its log makes good any of them."""
    for order in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, order)
        if wait_for_end(running.pid, timeout_s=STOP_TIMEOUT_S):
            return


def _free_port(remembered: Path) -> int:
    """Return the port of last time if it is still free, else a free one."""
    with contextlib.suppress(FileNotFoundError, ValueError, OSError):
        return _bound(int(remembered.read_text(encoding="ascii")))
    return _bound(0)


def _bound(port: int) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])
