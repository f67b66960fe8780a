"""The one engine: psycopg2 with time-outs, for the API, the CLI, migrations and GeoPandas."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gis.core.errors import Invalid


def driver_url(url: str | URL) -> URL:
    """Return the URL with our driver, whatever spelling of PostgreSQL it came with.

    Raises
    ------
    Invalid
        It is no URL, or that of another kind of database. Its text is not repeated: it may hold
        a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _no_postgresql() from error
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise _no_postgresql()
    return parsed.set(drivername="postgresql+psycopg2")


def _no_postgresql() -> Invalid:
    return Invalid(
        "DATABASE_URL names no PostgreSQL database; write postgresql://user:password@host/name",
        zh="DATABASE_URL 不是 PostgreSQL 数据库地址，应形如 postgresql://用户:密码@主机/库名",
    )


def make_engine(url: str | URL, *, statement_timeout_s: float, pool_size: int = 4) -> Engine:
    """Open an engine.

    Parameters
    ----------
    url
        ``postgresql://…`` (``DATABASE_URL``).
    statement_timeout_s
        Longest time of one statement in seconds; 0 for none (imports and migrations).
    pool_size
        Connections kept; as many again may be opened for a peak.

    Returns
    -------
    Engine
    """
    options = " ".join(
        (
            # A runaway query must not hold a pool slot for ever.
            f"-c statement_timeout={int(statement_timeout_s * 1000)}",
            # A writer waiting behind a publish gives up with a clear 503 instead of hanging.
            "-c lock_timeout=20000",
            # A client that died inside a transaction must not keep its locks.
            "-c idle_in_transaction_session_timeout=300000",
            # Ours are short statements with long plans, of which row-level security makes longer
            # ones yet: to compile one takes a hundred times as long as to run it.
            "-c jit=off",
            "-c timezone=Asia/Shanghai",
        )
    )
    return create_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        # The one that was used last: it has read catalogues and compiled triggers already.
        pool_use_lifo=True,
        pool_timeout=10,
        pool_pre_ping=True,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        # Values may be personal: no error and no log repeats them.
        hide_parameters=True,
        connect_args={"options": options, "application_name": "gridmap", "connect_timeout": 10},
    )


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()
