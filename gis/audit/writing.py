"""Write into the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import text

from gis.db.session import GateSession, WriteSession


def append(
    session: WriteSession | GateSession,
    actor: str,
    action: str,
    subject: str,
    *,
    address: str | None = None,
    division: str | None = None,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> int:
    """Add one entry to the audit, in the transaction of what it tells of.

    Call it as the **last** statement of a transaction: from here until the commit nobody else can
    write into the audit, because entries are numbered without gaps. What is rolled back leaves
    no entry, and no hole.

    Parameters
    ----------
    session
        Whatever kind of session did the deed; it must be able to write.
    actor
        ``account:wang``, ``key:hotline``, ``anonymous``, ``command:root``: `Actor.name`.
    action
        What was done: ``person.unmask``, ``grant.add``.
    subject
        What it was done to: ``household:H000123``.
    address
        From where: the client's network address; None for commands.
    division
        Twelve digits: auditors of that area see the entry. None: only auditors of the whole.
    reason
        Why, in the words of whoever did it.
    before, after
        What was so, and what is so now. Never a person's data: name the fields, not the values.

    Returns
    -------
    int
        Number of the entry.
    """
    values = {
        "actor": actor,
        "address": address,
        "action": action,
        "subject": subject,
        "division": division,
        "reason": reason,
        "before": _json(before),
        "after": _json(after),
    }
    statement = text(
        "SELECT append_audit(:actor, :address, :action, :subject, :division, :reason,"
        " CAST(:before AS jsonb), CAST(:after AS jsonb))"
    )
    return int(session.execute(statement, values).scalar_one())


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else orjson.dumps(dict(value)).decode()
