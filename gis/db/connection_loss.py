"""When PostgreSQL breaks off or refuses for want of something: said so that a person can act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import errors
from sqlalchemy import exc

from gis.core.errors import Unavailable

# COPY speaks to psycopg2 directly, everything else through SQLAlchemy.
LOST = (
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    exc.OperationalError,
    exc.InterfaceError,
)


@contextmanager
def connection_loss_named() -> Iterator[None]:
    """Turn a lost connection, a full disk and the like into an error without a traceback.

    Raises
    ------
    Unavailable
        The server ended, cannot be reached, or has no space left.
    """
    try:
        yield
    except LOST as error:
        raise _named(_first_cause(error)) from error


def _first_cause(error: BaseException) -> BaseException:
    """Return what went wrong first: rolling back on a dead connection only fails again."""
    while isinstance(error.__context__, LOST):
        error = error.__context__
    return error


def _named(cause: BaseException) -> Unavailable:
    said = (str(cause).strip().splitlines() or ["no reason given"])[0]
    if isinstance(cause, errors.DiskFull):
        return Unavailable(
            f"the database has no disk space left: {said}. Nothing was changed; free some space "
            "and start again",
            zh=f"数据库磁盘空间已满:{said}。数据未改动;请清理磁盘后重试",
        )
    return Unavailable(
        f"the database broke off or does not answer: {said}. Nothing was changed; start again",
        zh=f"数据库中断或无响应:{said}。数据未改动;请重新启动",
    )
