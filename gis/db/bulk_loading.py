"""Load many rows into empty tables: indexes and foreign keys are made once, after the rows.

Source: ADR 0014.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg2 import errors, sql
from sqlalchemy import text

from gis.db.copying import driver_connection
from gis.db.session import WriteSession

#: Below this the work on indexes row by row costs less than making them anew.
LEAST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class _Made:
    """An index or a constraint, and how to make it again."""

    table: str
    name: str
    kind: str
    definition: str

    def drop(self) -> sql.Composed:
        if self.kind == "i":
            return sql.SQL("DROP INDEX public.{}").format(sql.Identifier(self.name))
        return sql.SQL("ALTER TABLE public.{} DROP CONSTRAINT {}").format(
            sql.Identifier(self.table), sql.Identifier(self.name)
        )

    def make(self) -> sql.Composable:
        if self.kind == "i":
            return sql.SQL(self.definition)
        return sql.SQL("ALTER TABLE public.{} ADD CONSTRAINT {} {}").format(
            sql.Identifier(self.table), sql.Identifier(self.name), sql.SQL(self.definition)
        )


@contextmanager
def bulk_loading(session: WriteSession, tables: Sequence[str], rows: int) -> Iterator[bool]:
    """Leave out indexes and foreign keys of empty tables while rows are loaded into them.

    They are made again at the end of the block, in the same transaction: every row that is
    committed has been checked by every constraint, and a transaction that fails leaves them as
    they were. CHECK and NOT NULL hold all the while.

    Nothing is left out where a table holds rows already, where somebody is using one (nobody is
    kept waiting), or where there are few rows to load.

    Parameters
    ----------
    session
        The open transaction.
    tables
        Names of the tables, each before those that refer to it.
    rows
        About how many rows will be loaded.

    Yields
    ------
    bool
        Whether anything was left out.

    Raises
    ------
    sqlalchemy.exc.IntegrityError, psycopg2.IntegrityError
        At the end of the block: a row breaks a constraint.
    """
    if rows < LEAST_ROWS or not _reserve(session, tables):
        yield False
        return
    made = _list_made(session, tables)
    for one in sorted(made, key=lambda one: "fpui".index(one.kind)):
        _run(session, one.drop())
    yield True
    session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    for one in sorted(made, key=lambda one: "puif".index(one.kind)):
        _run(session, one.make())


def _reserve(session: WriteSession, tables: Sequence[str]) -> bool:
    """Take the tables for this transaction alone if they are empty and nobody is at them."""
    if _have_rows(session, tables):
        return False
    names = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
    lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT").format(names)
    savepoint = session.begin_nested()
    try:
        _run(session, lock)
    except errors.LockNotAvailable:
        savepoint.rollback()
        return False
    if _have_rows(session, tables):
        # Somebody was quicker; going back gives up the locks.
        savepoint.rollback()
        return False
    savepoint.commit()
    return True


def _have_rows(session: WriteSession, tables: Sequence[str]) -> bool:
    return any(_has_rows(session, table) for table in tables)


def _has_rows(session: WriteSession, table: str) -> bool:
    statement = sql.SQL("SELECT EXISTS (SELECT FROM public.{})").format(sql.Identifier(table))
    return bool(session.scalar(text(statement.as_string(driver_connection(session)))))


def _list_made(session: WriteSession, tables: Sequence[str]) -> list[_Made]:
    """List what can be left out: a key that another table refers to stays."""
    found = session.execute(
        text(
            "WITH own AS (SELECT unnest(CAST(:tables AS text[]))::regclass AS id),"
            "  needed AS (SELECT conindid FROM pg_constraint WHERE contype = 'f'"
            "    AND confrelid IN (SELECT id FROM own) AND conrelid NOT IN (SELECT id FROM own))"
            " SELECT r.relname::text AS table, conname::text AS name,"
            "        contype::text AS kind, pg_get_constraintdef(c.oid) AS definition"
            "   FROM pg_constraint AS c JOIN pg_class AS r ON r.oid = conrelid"
            "  WHERE conrelid IN (SELECT id FROM own)"
            "    AND contype IN ('f', 'p', 'u')"
            "    AND (contype = 'f' OR conindid NOT IN (SELECT conindid FROM needed))"
            " UNION ALL"
            " SELECT r.relname::text, i.relname::text, 'i', pg_get_indexdef(indexrelid)"
            "   FROM pg_index JOIN pg_class AS r ON r.oid = indrelid"
            "   JOIN pg_class AS i ON i.oid = indexrelid WHERE indrelid IN (SELECT id FROM own)"
            "    AND NOT EXISTS"
            "        (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')"
            " ORDER BY 1, 2"
        ),
        {"tables": [f'public."{table}"' for table in tables]},
    )
    return [_Made(row.table, row.name, row.kind, row.definition) for row in found]


def _run(session: WriteSession, statement: sql.Composable) -> None:
    with driver_connection(session).cursor() as cursor:
        cursor.execute(statement)
