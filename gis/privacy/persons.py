"""Store people's data, show them masked, and show them plain to whoever says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis import audit
from gis.core.errors import NotFound
from gis.db.session import ReadSession, WriteSession, as_reader
from gis.privacy import queries
from gis.privacy.fields import person_fields, require_reason
from gis.privacy.keyring import Keyring
from gis.privacy.masks import masked
from gis.privacy.model import Person, Subject
from gis.privacy.phones import normal_phone, phone_index
from gis.privacy.sealing import Context, seal, unseal

#: Persons that one search by phone returns.
MAX_FOUND = 100


@dataclass(frozen=True, slots=True)
class Doer:
    """Whoever works on people's data, as the audit names them.

    Attributes
    ----------
    actor
        `Actor.name`.
    address
        Network address; None for commands.
    """

    actor: str
    address: str | None = None


def put_person(
    session: WriteSession,
    keyring: Keyring,
    doer: Doer,
    subject: Subject,
    given: Mapping[str, str | None],
    *,
    retain_until: dt.date | None = None,
) -> None:
    """Encrypt and store a person's data, in place of what was stored; it goes into the audit.

    Call it last in the transaction: see `gis.audit.append`.

    Parameters
    ----------
    session
        Writes where the subject lies.
    keyring
        The keys.
    doer
        Who does it.
    subject
        Whose data.
    given
        Field → value, as typed.
    retain_until
        The last day on which they are kept.

    Raises
    ------
    Invalid
        A field is not stored here, or cannot be what it is called.
    """
    fields = person_fields(given, keyring)
    was = queries.find_row(as_reader(session), subject.context)
    values = sealed_values(keyring, fields, subject.context)
    stored = values | {"retain_until": retain_until}
    queries.upsert_persons(session, [(subject.context, stored)])
    audit.append(
        session,
        doer.actor,
        "person.put",
        subject.name,
        address=doer.address,
        division=subject.division_code,
        before=None if was is None else {"stored": True},
        after={"fields": list(fields), "retain_until": retain_until},
    )


def masked_person(session: ReadSession, keyring: Keyring, subject: Subject) -> Person:
    """Return a person's data behind their masks.

    Parameters
    ----------
    session
        Reads.
    keyring
        The keys.
    subject
        Whose data.

    Raises
    ------
    NotFound
        Nothing is stored of this subject's person.
    Conflict, Unavailable
        What is stored does not open.
    """
    row = _stored(session, subject)
    fields = unseal(keyring, row.key_id, bytes(row.ciphertext), subject.context)
    return _person(subject, row, masked(fields), is_masked=True)


def unmask_person(
    session: WriteSession, keyring: Keyring, doer: Doer, subject: Subject, reason: str
) -> Person:
    """Return a person's data as they are, and write into the audit who saw what, and why.

    The entry is in the transaction of the session: nothing is to be shown before it is committed.

    Parameters
    ----------
    session
        Writes where the actor may see people's data.
    keyring
        The keys.
    doer
        Who wants to see them.
    subject
        Whose data.
    reason
        Why; kept in the audit.

    Raises
    ------
    Invalid
        The reason says nothing, or names somebody's number.
    NotFound
        Nothing is stored of this subject's person.
    Conflict, Unavailable
        What is stored does not open.
    """
    said = require_reason(reason)
    row = _stored(as_reader(session), subject)
    fields = unseal(keyring, row.key_id, bytes(row.ciphertext), subject.context)
    audit.append(
        session,
        doer.actor,
        "person.unmask",
        subject.name,
        address=doer.address,
        division=subject.division_code,
        reason=said,
        after={"fields": list(fields)},
    )
    return _person(subject, row, fields, is_masked=False)


def find_by_phone(
    session: WriteSession,
    keyring: Keyring,
    doer: Doer,
    phone: str,
    reason: str,
    *,
    division: str | None = None,
) -> list[Person]:
    """Return whose phone number this is, masked; the search goes into the audit.

    Parameters
    ----------
    session
        Writes where the actor may see people's data; only persons there are found.
    keyring
        The keys.
    doer
        Who wants to know.
    phone
        The whole number, in any spelling. It is not written down.
    reason
        Why; kept in the audit.
    division
        Where the actor works: auditors of that area see the entry.

    Returns
    -------
    list of Person
        At most 100, the one that was written last first.

    Raises
    ------
    Invalid
        The number is none, or the reason says nothing.
    Conflict, Unavailable
        What is stored does not open.
    """
    said, number = require_reason(reason), normal_phone(phone)
    indexes = [phone_index(key, number) for key in keyring.indexes]
    rows = queries.list_by_phone(as_reader(session), indexes, MAX_FOUND)
    found = [_found(keyring, row) for row in rows]
    audit.append(
        session,
        doer.actor,
        "person.search",
        "phone",
        address=doer.address,
        division=division,
        reason=said,
        after={"found": [f"{person.subject}:{person.number}" for person in found]},
    )
    return found


def sealed_values(
    keyring: Keyring, fields: Mapping[str, str], context: Context
) -> dict[str, bytes | str | None]:
    """Return the columns that hold a person's fields.

    Parameters
    ----------
    keyring
        The keys; the last ones write.
    fields
        As `person_fields` returns them.
    context
        The row that they will be stored in.
    """
    key_id, ciphertext = seal(keyring, fields, context)
    phone, key = fields.get("phone"), keyring.indexing
    return {
        "key_id": key_id,
        "ciphertext": ciphertext,
        "phone_index": None if phone is None else phone_index(key, phone),
        "index_key_id": None if phone is None else key.key_id,
    }


def _stored(session: ReadSession, subject: Subject) -> Any:
    row = queries.find_row(session, subject.context)
    if row is None:
        raise NotFound(
            f"No person's data are stored for {subject.name}.",
            zh=f"{subject.name} 没有存储个人信息。",
        )
    return row


def _found(keyring: Keyring, row: Any) -> Person:
    context = Context(row.county_code, row.subject, row.subject_id)
    fields = unseal(keyring, row.key_id, bytes(row.ciphertext), context)
    return Person(
        row.subject,
        row.number,
        row.county_code,
        masked(fields),
        is_masked=True,
        retain_until=row.retain_until,
        updated_at=row.updated_at,
    )


def _person(subject: Subject, row: Any, fields: dict[str, str], *, is_masked: bool) -> Person:
    return Person(
        subject.kind,
        subject.number,
        subject.county_code,
        fields,
        is_masked=is_masked,
        retain_until=row.retain_until,
        updated_at=row.updated_at,
    )
