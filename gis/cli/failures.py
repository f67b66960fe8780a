"""What the database driver says when something breaks, said so that a person can act on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from sqlalchemy.exc import DBAPIError

from gis.core.errors import Conflict, GridmapError, Unavailable


@contextmanager
def explained_failures() -> Iterator[None]:
    """Turn the driver's errors into ours; the transaction was rolled back by then.

    Raises
    ------
    Conflict
        The database refused a row: somebody else wrote the same at the same time.
    Unavailable
        The database went away, or did not answer.
    """
    try:
        yield
    except (DBAPIError, psycopg2.Error) as error:
        raise _explained(error) from error


def _explained(error: Exception) -> GridmapError:
    cause = getattr(error, "orig", None) or error
    said = next(iter(str(cause).strip().splitlines()), type(cause).__name__)
    if isinstance(cause, psycopg2.IntegrityError):
        return Conflict(
            f"the database refused a row, nothing was changed: {said} "
            "(did somebody else write at the same time?)",
            zh=f"数据库拒绝写入，未做任何更改：{said}（是否有他人同时写入？）",
        )
    return Unavailable(
        f"the database failed, nothing was changed: {said}. Put that right and run the command "
        "again",
        zh=f"数据库出错，未做任何更改：{said}。请排除故障后重新执行",
    )
