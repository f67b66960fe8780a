"""The database that a backup is restored into: an empty one, or one that is made for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from psycopg2 import errorcodes
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from gis.backup.manifest import Manifest
from gis.backup.restoring import restore_into
from gis.core.errors import Conflict, Invalid, Unavailable
from gis.db.engine import driver_url, make_engine
from gis.tabular import Progress, silent

_SUFFIX = "_restoring"
#: PostgreSQL cuts longer names off.
_LONGEST_NAME = 63 - len(_SUFFIX)


def restore_as(
    server_url: str, name: str, file: Path, manifest: Manifest, progress: Progress = silent
) -> None:
    """Restore a checked backup as the database of a name, which is empty or not there yet.

    A new database gets its name when all of it is proven: what was killed before is another one.

    Parameters
    ----------
    server_url
        Of any database of the server.
    name
        Name of the database.
    file, manifest
        From `check_backup`.
    progress
        Told how far it is.

    Raises
    ------
    Invalid
        The name is too long.
    Conflict
        The database holds something, or is being restored by somebody else; see `restore_into`.
    Unavailable
        No database may be made, or see `restore_into`.
    """
    if not 0 < len(name.encode()) <= _LONGEST_NAME:
        raise Invalid(
            f"--database {name[:80]!r}: a name has 1 to {_LONGEST_NAME} bytes",
            zh=f"--database {name[:80]!r}：库名应为 1 至 {_LONGEST_NAME} 字节",
        )
    server = driver_url(server_url)

    def restore(database: str) -> None:
        restore_into(_text(server, database), file, manifest, progress)

    engine = make_engine(server, statement_timeout_s=0, pool_size=1)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if _exists(connection, name):
                restore(name)
            else:
                _restore_anew(connection, name, restore)
    finally:
        engine.dispose()


def _restore_anew(connection: Connection, name: str, restore: Callable[[str], None]) -> None:
    fresh = name + _SUFFIX
    quoted = connection.dialect.identifier_preparer.quote
    try:
        # Left by a restore that was killed; nobody may be using it.
        connection.execute(text(f"DROP DATABASE IF EXISTS {quoted(fresh)}"))
        connection.execute(text(f"CREATE DATABASE {quoted(fresh)} TEMPLATE template0"))
    except DBAPIError as error:
        raise _not_made(fresh, error) from error
    try:
        restore(fresh)
        connection.execute(text(f"ALTER DATABASE {quoted(fresh)} RENAME TO {quoted(name)}"))
    except BaseException:
        connection.execute(text(f"DROP DATABASE IF EXISTS {quoted(fresh)} WITH (FORCE)"))
        raise


def _not_made(name: str, error: DBAPIError) -> Conflict | Unavailable:
    if getattr(error.orig, "pgcode", None) == errorcodes.OBJECT_IN_USE:
        return Conflict(
            f"the database {name} is in use: another restore is under way",
            zh=f"数据库 {name} 正在使用：另一恢复任务正在进行",
        )
    said = next(iter(str(error.orig).strip().splitlines()), "")
    return Unavailable(
        f"no new database could be made: {said}. Let an administrator make an empty one, and name"
        " it in DATABASE_URL",
        zh=f"无法新建数据库：{said}。请管理员新建空库，并在 DATABASE_URL 中指定",
    )


def _exists(connection: Connection, name: str) -> bool:
    found = connection.scalar(
        text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}
    )
    return found is not None


def _text(server: URL, database: str) -> str:
    return server.set(drivername="postgresql", database=database).render_as_string(
        hide_password=False
    )
