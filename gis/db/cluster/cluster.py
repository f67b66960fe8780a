"""The private PostgreSQL cluster with PostGIS that the demo and the tests run on.

It lives under a state directory, listens on a Unix socket and on a free port of 127.0.0.1, and is
shared by everybody who has started it: the last one to leave stops it. Kill any of them, or the
server, at any moment; the next start puts things right.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg2
from psycopg2 import errors, sql

from gis.core.errors import Conflict, Unavailable
from gis.db.cluster import failures
from gis.db.cluster.account import Account, choose_account, outside_home, socket_dir
from gis.db.cluster.binaries import Server, installed_servers, standard_places
from gis.db.cluster.process import Postmaster, find_postmaster
from gis.db.cluster.settings import SUPERUSER
from gis.db.cluster.site import Site, halt, initialise, launch, take_over

Say = Callable[[str, str], None]


class Cluster:
    """A private PostgreSQL cluster.

    Parameters
    ----------
    state_dir
        Folder for its files, made when missing.
    say
        Told, in Chinese and in English, what takes time or is out of the ordinary.
    places
        Folders that may hold PostgreSQL's programs; the distributions' by default.

    Examples
    --------
    >>> with Cluster(Path(".gridmap")) as cluster:  # doctest: +SKIP
    ...     cluster.create_database("gridmap_minquan")
    ...     url = cluster.url("gridmap_minquan")
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        say: Say = lambda _zh, _en: None,
        places: Sequence[Path] | None = None,
    ) -> None:
        self.state_dir = state_dir.absolute()
        self._say = say
        self._places = places
        self._in_use: int | None = None

    def start(self) -> str:
        """Make the cluster if there is none, and start it or take over the one that runs.

        Returns
        -------
        str
            ``postgresql://`` URL of the maintenance database over the socket.

        Raises
        ------
        Unavailable
            No programs, no space, no right to the folder, or the server does not come up; the
            message tells what to do.
        """
        server = self._choose_server(installed_servers(self._places or standard_places()))
        self._make_state_dir()
        with self.alone("cluster"), _full_disk_named(self.state_dir):
            self._bring_up(self._prepare_site(server))
            if self._in_use is None:
                self._in_use = self._open_lock("in-use.lock")
                fcntl.flock(self._in_use, fcntl.LOCK_SH)
        return self.url("postgres")

    def stop(self) -> None:
        """Leave the cluster; the last one to leave stops the server."""
        if self._in_use is None:
            return
        with self.alone("cluster"):
            if self._leave():
                self._halt_running()

    def destroy(self) -> None:
        """Stop the server, whoever uses it, and delete its data for good."""
        self._make_state_dir()
        with self.alone("cluster"):
            self._leave()
            self._halt_running()
            shutil.rmtree(self._socket_dir, ignore_errors=True)
            shutil.rmtree(self._home / "pg", ignore_errors=True)
            if self._home != self.state_dir:
                shutil.rmtree(self._home, ignore_errors=True)

    def is_running(self) -> bool:
        """Tell whether the server takes connections."""
        running = self._running()
        return running is not None and running.ready

    def url(self, database: str) -> str:
        """Return the URL of a database over the socket, for libpq and SQLAlchemy alike.

        Raises
        ------
        Unavailable
            The server does not run.
        """
        running = self._require_running()
        query = f"host={quote(str(running.socket_dir), safe='')}&port={running.port}"
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?{query}"

    def tcp_url(self, database: str) -> str:
        """Return the URL over 127.0.0.1, password included, for programs such as QGIS.

        Raises
        ------
        Unavailable
            The server does not run.
        """
        port = self._require_running().port
        password = (self._home / "pg" / "password").read_text(encoding="utf-8").strip()
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{quote(database, safe='')}"

    def create_database(self, name: str, template: str | None = None) -> bool:
        """Create a database unless it exists.

        Parameters
        ----------
        name
            Its name.
        template
            Database to copy; nobody may be connected to it.

        Returns
        -------
        bool
            Whether it was made now.

        Raises
        ------
        Conflict
            Somebody is connected to the template.
        """
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template1")
        )
        try:
            self._execute(statement)
        except (errors.DuplicateDatabase, errors.UniqueViolation):
            return False
        except errors.ObjectInUse as error:
            raise Conflict(
                f"the database {template} is in use and cannot be copied now",
                zh=f"数据库 {template} 正在使用,暂时不能复制",
            ) from error
        return True

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, and disconnect whoever uses it."""
        self._execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Keep everybody else out of the same work, in whatever process.

        Parameters
        ----------
        name
            What is being done; starts and stops of the cluster are ``cluster``. The kernel frees
            the lock of whoever is killed.
        """
        lock = self._open_lock(f"{name}.lock")
        try:
            if not _try_exclusive(lock):
                self._say(f"等待另一个进程({name})…", f"waiting for another process ({name})…")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def __enter__(self) -> Self:
        """Start the cluster."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the cluster."""
        self.stop()

    # Where it is

    @cached_property
    def _account(self) -> Account:
        return choose_account(self.state_dir)

    @cached_property
    def _home(self) -> Path:
        """The state directory, or a folder outside when the account cannot walk to it."""
        outside = outside_home(self.state_dir)
        nearest = next(p for p in (self.state_dir, *self.state_dir.parents) if p.exists())
        if not self._account.dropped or self._account.can_walk_to(nearest):
            inside_first = any(_majors(self.state_dir / "pg")) or not any(_majors(outside / "pg"))
            return self.state_dir if inside_first else outside
        return outside

    @property
    def _socket_dir(self) -> Path:
        return socket_dir(self._home, self._account)

    def _choose_server(self, servers: Sequence[Server]) -> Server:
        """Return the newest server that fits the data there is."""
        folder = self._home / "pg"
        present = _majors(folder)
        fitting = [server for server in servers if server.major in present or not present]
        if fitting:
            return fitting[0]
        raise failures.other_version(folder, max(present), servers[0].major)

    def _make_state_dir(self) -> None:
        try:
            if not self.state_dir.exists():
                self.state_dir.mkdir(parents=True)
                self._account.hand_over(self.state_dir)
        except OSError as error:
            raise failures.not_ours(self.state_dir, error.strerror or str(error)) from error

    def _prepare_site(self, server: Server) -> Site:
        folder = self._home / "pg"
        if self._home != self.state_dir:
            self._say(
                f"账户无法进入 {self.state_dir},数据放在 {self._home}",
                f"its account cannot enter {self.state_dir}: the data is kept in {self._home}",
            )
            self._account.make_private_dir(self._home)
        self._account.make_private_dir(folder)
        self._account.make_private_dir(self._socket_dir)
        return Site(folder, self._socket_dir, self._account, server)

    # What runs

    def _bring_up(self, site: Site) -> None:
        if not site.data.exists():
            failures.check_space(site.folder, failures.NEW_CLUSTER_BYTES)
            self._say("正在创建数据库…", "making the database…")
            initialise(site)
        if not take_over(site):
            failures.check_space(site.folder, failures.OLD_CLUSTER_BYTES)
            launch(site)

    def _running(self) -> Postmaster | None:
        folder = self._home / "pg"
        found = (find_postmaster(folder / str(major)) for major in _majors(folder))
        return next((running for running in found if running), None)

    def _require_running(self) -> Postmaster:
        running = self._running()
        if running is None:
            raise Unavailable(
                f"the database under {self.state_dir} does not run; type: ./run demo",
                zh=f"{self.state_dir} 下的数据库未运行;请执行:./run demo",
            )
        return running

    def _halt_running(self) -> None:
        running = self._running()
        if running:
            halt(running)

    def _execute(self, statement: sql.Composable) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        try:
            connection.autocommit = True  # CREATE and DROP DATABASE refuse a transaction
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    # Who uses it

    def _leave(self) -> bool:
        """Stop using the cluster; tell whether nobody else uses it."""
        if self._in_use is None:
            return False
        last = _try_exclusive(self._in_use)
        # Said aloud, since a forked child may hold a copy of the handle.
        fcntl.flock(self._in_use, fcntl.LOCK_UN)
        os.close(self._in_use)
        self._in_use = None
        return last

    def _open_lock(self, name: str) -> int:
        path = self.state_dir / name
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise failures.not_ours(path, error.strerror or str(error)) from error
        self._account.hand_over(path)
        return handle


def _try_exclusive(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _majors(folder: Path) -> set[int]:
    """Return the major versions of which there is data in ``folder``."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except FileNotFoundError:
        return set()
    except PermissionError as error:
        raise failures.not_ours(folder, error.strerror or str(error)) from error
    return {int(name) for name in names if name.isdigit()}


@contextmanager
def _full_disk_named(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            free = shutil.disk_usage(folder).free // failures.MIB
            needed = failures.NEW_CLUSTER_BYTES // failures.MIB
            raise failures.no_space(folder, free, needed) from error
        raise
