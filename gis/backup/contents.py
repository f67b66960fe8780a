"""Read what is in a database: rows, sequences, definitions, roles."""

from __future__ import annotations

import hashlib
import re

from sqlalchemy import text

from gis.backup.manifest import Contents, Digest, Role
from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.tabular import Progress

#: The text of a row must not depend on who reads it.
_PLAIN = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD';"
    " SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL extra_float_digits = 1;"
    " SET LOCAL bytea_output = 'hex'; SET LOCAL xmloption = 'content';"
    " SET LOCAL search_path = public; SET LOCAL statement_timeout = 0;"
    " SET LOCAL idle_in_transaction_session_timeout = 0"
)

# Sums of four parts of 60 bits: they do not depend on the order, and a row that is there twice
# counts twice. sum(bigint) is exact.
_DIGEST = """
SELECT count(*) AS rows, concat_ws('.', {sums}) AS sums
  FROM (SELECT encode(sha256(convert_to(t::text, 'UTF8')), 'hex') AS h FROM {table} AS t) AS hashed
"""
_SUMS = ", ".join(
    f"sum(('x' || substr(h, {1 + 16 * part}, 15))::bit(60)::bigint)" for part in range(4)
)


def speak_plainly(session: ReadSession) -> None:
    """Set how the transaction writes values as text, and let it last as long as it takes."""
    session.execute(text(_PLAIN))


def list_tables(session: ReadSession) -> list[str]:
    """List our tables, as they are written in a statement, with schema."""
    return list(session.scalars(text(read_sql(__file__, "tables"))))


def read_contents(session: ReadSession, progress: Progress, zh: str, en: str) -> Contents:
    """Read what is in a database.

    Parameters
    ----------
    session
        One transaction: all of it is one moment.
    progress
        Told how far it is.
    zh, en
        What is being done.

    Returns
    -------
    Contents
    """
    speak_plainly(session)
    names = list_tables(session)
    tables = {}
    for number, name in enumerate(names):
        progress(zh, en, number / len(names))
        tables[name] = _digest(session, name)
    return Contents(
        tables=tables,
        sequences=_sequences(session),
        structure=_structure(session),
        roles=_roles(session),
    )


def _digest(session: ReadSession, table: str) -> Digest:
    row = session.execute(text(_DIGEST.format(sums=_SUMS, table=table))).one()
    return Digest(row.rows, hashlib.sha256((row.sums or "").encode()).hexdigest())


def _sequences(session: ReadSession) -> dict[str, int]:
    rows = session.execute(
        text(
            "SELECT format('%I.%I', schemaname, sequencename) AS name,"
            " coalesce(last_value, 0) AS last FROM pg_sequences ORDER BY name"
        )
    )
    return {row.name: row.last for row in rows}


#: PostgreSQL writes ``(ARRAY['a'::varchar])::text[]``, reads that, and then writes
#: ``ARRAY[('a'::varchar)::text]``: what a dump may change without changing the meaning.
_REWRITTEN = re.compile(r"::(?:text|character varying)(?:\[\])?|[()]")


def _structure(session: ReadSession) -> dict[str, Digest]:
    kinds: dict[str, list[str]] = {}
    for row in session.execute(text(read_sql(__file__, "structure"))):
        kinds.setdefault(row.kind, []).append(_REWRITTEN.sub("", row.definition))
    return {
        kind: Digest(len(found), hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest())
        for kind, found in sorted(kinds.items())
    }


def _roles(session: ReadSession) -> tuple[Role, ...]:
    rows = session.execute(text(read_sql(__file__, "roles")))
    return tuple(Role(row.name, row.may_log_in, row.inherits, tuple(row.member_of)) for row in rows)


def differences(wanted: Contents, found: Contents, *, same_major: bool) -> list[str]:
    """Say in what a restored database differs from its backup.

    Parameters
    ----------
    wanted
        Of the backup.
    found
        Of the database.
    same_major
        Whether both servers write definitions in the same words; else they are only counted.

    Returns
    -------
    list of str
        Nothing where all is as it was.
    """
    said = [
        f"table {name}: {_told(found.tables.get(name))} instead of {_told(table)}"
        for name, table in wanted.tables.items()
        if found.tables.get(name) != table
    ]
    said += [f"table {name} is not of the backup" for name in found.tables.keys() - wanted.tables]
    for kind, digest in wanted.structure.items():
        other = found.structure.get(kind)
        same = other is not None and other.rows == digest.rows
        if not same or (same_major and other != digest):
            said.append(f"{kind}: {_told(other)} instead of {_told(digest)}")
    said += [
        f"sequence {name} stands at {found.sequences.get(name)}, before {last}"
        for name, last in wanted.sequences.items()
        if found.sequences.get(name, -1) < last
    ]
    return said


def _told(digest: Digest | None) -> str:
    return "nothing" if digest is None else f"{digest.rows} ({digest.digest[:8]})"
