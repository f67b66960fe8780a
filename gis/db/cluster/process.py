"""The processes of a cluster, seen through ``postmaster.pid`` and ``/proc``.

PostgreSQL trusts the number in ``postmaster.pid`` if any process of its account has it. After
``kill -9`` or a restart of the machine that number may belong to somebody else, and the server
would refuse to start. Every process of a cluster has the data directory as its working directory,
so that is what we go by.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PID, _PORT, _SOCKET, _STATUS = 0, 3, 4, 7


@dataclass(frozen=True)
class Postmaster:
    """A running server, as its lock file tells.

    Attributes
    ----------
    pid
        Process number.
    port
        TCP port, which also names the socket.
    socket_dir
        Folder of the Unix socket.
    ready
        Whether it takes connections.
    """

    pid: int
    port: int
    socket_dir: Path
    ready: bool


def find_postmaster(data: Path) -> Postmaster | None:
    """Return the live server of the data directory, None when there is none.

    Parameters
    ----------
    data
        Data directory.
    """
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    pid = int(lines[_PID]) if lines and lines[_PID].isdigit() else 0
    if pid == 0 or not works_in(pid, data):
        return None
    if len(lines) <= _SOCKET:  # it has only just begun to write the file
        return Postmaster(pid, 0, data, ready=False)
    ready = len(lines) > _STATUS and lines[_STATUS].strip() == "ready"
    return Postmaster(pid, int(lines[_PORT]), Path(lines[_SOCKET]), ready)


def runs_program(pid: int, program: Path) -> bool:
    """Tell whether the process still runs the file that ``program`` is now.

    A package upgrade replaces the file under the running server; the libraries that new sessions
    load then no longer fit it.
    """
    try:
        running = Path(f"/proc/{pid}/exe").stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(running, program.stat())


def works_in(pid: int, folder: Path) -> bool:
    """Tell whether the process has ``folder`` as its working directory."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False


#: A killed process is gone when its last write is: a slow disk takes its time.
GONE_S = 30.0


def clear_leftovers(data: Path, socket_dir: Path) -> None:
    """Remove what a killed server left: its sessions, its lock file, its sockets.

    Parameters
    ----------
    data
        Data directory, of which no server is alive.
    socket_dir
        Folder of this cluster's sockets, and of nothing else.
    """
    left = list(_workers(data))
    for pid in left:
        _kill(pid)
    # A session that is killed in mid-write still finishes that write. Were the lock file gone by
    # then, a new server could begin its recovery beneath it.
    if not all(wait_for_end(pid, GONE_S) for pid in left):
        return  # PostgreSQL itself then refuses to start, and says why
    (data / "postmaster.pid").unlink(missing_ok=True)
    if socket_dir.is_dir():
        for socket in socket_dir.glob(".s.PGSQL.*"):
            socket.unlink(missing_ok=True)


def wait_for_end(pid: int, timeout_s: float) -> bool:
    """Wait until the process is gone.

    Returns
    -------
    bool
        False when it is still there after ``timeout_s`` seconds.
    """
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], timeout_s)[0])
    finally:
        os.close(handle)


def _workers(data: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and works_in(int(entry.name), data):
            program = _program(int(entry.name))
            # A person's shell may stand in the folder too.
            if program.startswith("postgres"):
                yield int(entry.name)


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return ""


def _kill(pid: int) -> None:
    # A session without its server holds the shared memory; SIGQUIT is its order to leave at once.
    for order in (signal.SIGQUIT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, order)
        if wait_for_end(pid, timeout_s=5):
            return
