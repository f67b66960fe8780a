"""Read and write people's data in the store: ciphertext in, ciphertext out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from gis.core.errors import Conflict, NotFound
from gis.db.session import ReadSession, WriteSession
from gis.db.sql import read_sql
from gis.privacy.keyring import Keyring
from gis.privacy.model import Subject, SubjectKind
from gis.privacy.sealing import Context

ZH = {"household": "住户", "event": "事件", "staff": "网格人员"}


def find_subject(
    session: ReadSession, kind: SubjectKind, number: str, county: str | None = None
) -> Subject:
    """Return a household, event or member of staff that the session sees.

    Parameters
    ----------
    session
        Reads.
    kind
        Which of them.
    number
        household_no, event_no or staff_no.
    county
        Six digits; needed where several counties give the same number.

    Raises
    ------
    NotFound
        There is none in the session's area.
    Conflict
        There are several; lists the counties.
    """
    rows = session.execute(
        text(read_sql(__file__, "find_subject")),
        {"subject": kind, "number": number, "county": county},
    ).all()
    if not rows:
        raise NotFound(
            f"There is no {kind} of this number, or not in the area where you may do this.",
            zh=f"没有该编号的{ZH[kind]}，或其不在您有此权限的区域内。",
        )
    if len(rows) > 1:
        counties = [row.county_code for row in rows]
        raise Conflict(
            f"Several counties have a {kind} of this number; add county: {', '.join(counties)}.",
            zh=f"多个县有该编号的{ZH[kind]}，请用 county 指明：{'、'.join(counties)}。",
            counties=counties,
        )
    return Subject(kind, number, rows[0].county_code, rows[0].subject_id, rows[0].division_code)


def find_row(session: ReadSession, context: Context) -> Row[Any] | None:
    """Return what is stored of a subject's person, or None."""
    return session.execute(
        text(
            "SELECT key_id, ciphertext, retain_until, updated_at FROM person_private"
            " WHERE county_code = :county_code AND subject = :subject"
            "   AND subject_id = :subject_id"
        ),
        _key(context),
    ).one_or_none()


def list_by_phone(session: ReadSession, indexes: Sequence[bytes], limit: int) -> list[Row[Any]]:
    """List what is stored under any of these blind indexes, the newest first."""
    return list(
        session.execute(
            text(read_sql(__file__, "find_by_phone")), {"indexes": list(indexes), "limit": limit}
        )
    )


def upsert_persons(session: WriteSession, rows: list[tuple[Context, dict[str, Any]]]) -> None:
    """Write what is stored of subjects' persons, in place of what was."""
    values = [_key(context) | columns for context, columns in rows]
    session.execute(text(read_sql(__file__, "put_person")), values)


def list_subjects(
    session: ReadSession, kind: SubjectKind, numbers: list[str], county: str | None
) -> list[Row[Any]]:
    """List the subjects of these numbers: number, county_code, subject_id."""
    values = {"subject": kind, "numbers": numbers, "county": county}
    return list(session.execute(text(read_sql(__file__, "list_subjects")), values))


def delete_person(session: WriteSession, context: Context) -> bool:
    """Delete what is stored of a subject's person; return whether there was anything."""
    deleted: Any = session.execute(
        text(
            "DELETE FROM person_private WHERE county_code = :county_code"
            "   AND subject = :subject AND subject_id = :subject_id"
        ),
        _key(context),
    )
    return bool(deleted.rowcount)


def list_outdated(
    session: WriteSession, keyring: Keyring, after: tuple[str, int], limit: int
) -> list[Row[Any]]:
    """Lock and list rows that are not under the keys that write, in the order of their keys."""
    return list(
        session.execute(
            text(read_sql(__file__, "list_outdated")),
            {
                "key_id": keyring.writing.key_id,
                "index_key_id": keyring.indexing.key_id,
                "county_code": after[0],
                "person_id": after[1],
                "limit": limit,
            },
        )
    )


def update_sealed(session: WriteSession, rows: list[dict[str, Any]]) -> None:
    """Write rows that were encrypted anew; when they were last changed stays."""
    session.execute(
        text(
            "UPDATE person_private SET key_id = :key_id, ciphertext = :ciphertext,"
            " phone_index = :phone_index, index_key_id = :index_key_id"
            " WHERE county_code = :county_code AND person_id = :person_id"
        ),
        rows,
    )


def count_by_key(session: ReadSession) -> dict[str, int]:
    """Count the persons under each key, of the cipher and of the index."""
    rows = session.execute(
        text(
            "SELECT key_id AS id, count(*) AS persons FROM person_private GROUP BY key_id"
            " UNION ALL"
            " SELECT index_key_id, count(*) FROM person_private"
            "  WHERE index_key_id IS NOT NULL GROUP BY index_key_id"
        )
    )
    return {row.id: row.persons for row in rows}


def count_outdated(session: ReadSession, keyring: Keyring) -> int:
    """Count the persons who are not under the keys that write.

    Parameters
    ----------
    session
        Reads.
    keyring
        The keys.

    Returns
    -------
    int
    """
    statement = text(
        "SELECT count(*) FROM person_private"
        " WHERE key_id <> :key_id OR index_key_id <> :index_key_id"
    )
    values = {"key_id": keyring.writing.key_id, "index_key_id": keyring.indexing.key_id}
    return int(session.execute(statement, values).scalar_one())


def delete_past(session: WriteSession, today: dt.date, limit: int) -> list[str]:
    """Delete persons whose time is over; return the kinds of their subjects."""
    rows = session.execute(
        text(read_sql(__file__, "purge")), {"today": today, "limit": limit}
    ).scalars()
    return list(rows)


def _key(context: Context) -> dict[str, Any]:
    return {
        "county_code": context.county_code,
        "subject": context.subject,
        "subject_id": context.subject_id,
    }
