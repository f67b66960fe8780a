"""Rotate the keys of people's data, and erase what may be kept no longer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from gis import audit
from gis.core import clock
from gis.db.session import WriteSession
from gis.privacy import queries
from gis.privacy.fields import require_reason
from gis.privacy.keyring import Keyring
from gis.privacy.model import Subject
from gis.privacy.persons import Doer, sealed_values
from gis.privacy.sealing import Context, unseal

#: Before the first row, in the order of keys.
START = ("", 0)


@dataclass(frozen=True, slots=True)
class Rotated:
    """What one batch did.

    Attributes
    ----------
    count
        Persons encrypted anew.
    last
        Where the next batch begins; None after the last one.
    """

    count: int
    last: tuple[str, int] | None


def rotate_batch(
    session: WriteSession, keyring: Keyring, after: tuple[str, int] = START, *, limit: int = 500
) -> Rotated:
    """Encrypt some persons with the keys that write, who were encrypted with older ones.

    Each batch is a transaction of its own: whoever is killed in the middle goes on later, and
    persons are readable all the while, with the old key or the new one.

    Parameters
    ----------
    session
        Writes; of the owner.
    keyring
        Has the old keys too.
    after
        Where the last batch ended.
    limit
        At most so many.

    Returns
    -------
    Rotated

    Raises
    ------
    Conflict, Unavailable
        What is stored does not open; nothing of the batch is changed.
    """
    rows = queries.list_outdated(session, keyring, after, limit)
    if not rows:
        return Rotated(0, None)
    queries.update_sealed(session, [_anew(keyring, row) for row in rows])
    return Rotated(len(rows), (rows[-1].county_code, rows[-1].person_id))


def _anew(keyring: Keyring, row: Any) -> dict[str, Any]:
    context = Context(row.county_code, row.subject, row.subject_id)
    fields = unseal(keyring, row.key_id, bytes(row.ciphertext), context)
    key = {"county_code": row.county_code, "person_id": row.person_id}
    return key | sealed_values(keyring, fields, context)


def record_rotation(session: WriteSession, doer: Doer, keyring: Keyring, count: int) -> None:
    """Write into the audit that persons were encrypted anew.

    Parameters
    ----------
    session
        Writes.
    doer
        Who did it.
    keyring
        The keys.
    count
        Persons.
    """
    after = {"count": count, "key": keyring.writing.key_id, "index_key": keyring.indexing.key_id}
    audit.append(session, doer.actor, "person.rotate", "person_private", after=after)


def erase_person(session: WriteSession, doer: Doer, subject: Subject, reason: str) -> bool:
    """Erase a person's data for good; it goes into the audit. Keys are not needed.

    Parameters
    ----------
    session
        Writes.
    doer
        Who does it.
    subject
        Whose data.
    reason
        Why; kept in the audit.

    Returns
    -------
    bool
        Whether anything was stored.

    Raises
    ------
    Invalid
        The reason says nothing.
    """
    said = require_reason(reason)
    erased = queries.delete_person(session, subject.context)
    if erased:
        audit.append(
            session,
            doer.actor,
            "person.erase",
            subject.name,
            address=doer.address,
            division=subject.division_code,
            reason=said,
            before={"stored": True},
        )
    return erased


def purge_batch(session: WriteSession, doer: Doer, *, limit: int = 1000) -> int:
    """Erase persons whose last day is over; it goes into the audit.

    Parameters
    ----------
    session
        Writes; of the owner.
    doer
        Who does it.
    limit
        At most so many.

    Returns
    -------
    int
        How many.
    """
    kinds = queries.delete_past(session, clock.today(), limit)
    if kinds:
        counts = dict(sorted(Counter(kinds).items()))
        audit.append(session, doer.actor, "person.purge", "person_private", before=counts)
    return len(kinds)
