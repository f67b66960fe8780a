"""Who asks: from a key or a session's cookie to an actor with grants."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from sqlalchemy import text

from gis.core.access import Actor, Grant, Role
from gis.db.session import GateSession
from gis.db.sql import read_sql


def hash_secret(secret: str) -> bytes:
    """Return what is stored of a key or a cookie: it has 256 random bits, so SHA-256 will do."""
    return hashlib.sha256(secret.encode()).digest()


def admit_key(session: GateSession, key: str, *, is_use: bool = True) -> Actor | None:
    """Return whoever holds an API key.

    Parameters
    ----------
    session
        Of the gate; the time of use is noted, to the minute.
    key
        ``gm_…``, as it came.
    is_use
        Whether this counts as a use of the key.

    Returns
    -------
    Actor or None
        None where the key is unknown, has expired or was revoked.
    """
    return _admit(session, "admit_key", {"hash": hash_secret(key), "is_use": is_use})


def admit_cookie(
    session: GateSession, token: str, idle: dt.timedelta, *, is_use: bool = True
) -> Actor | None:
    """Return whoever is logged in with a cookie.

    Parameters
    ----------
    session
        Of the gate; the time of use is noted, to the minute.
    token
        The cookie's value.
    idle
        How long a person's session lasts without use.
    is_use
        Whether this counts as a use of the session; to keep a page open does not.

    Returns
    -------
    Actor or None
        None where the session is unknown or has ended, or its account is disabled, or its link
        was revoked.
    """
    return _admit(
        session, "admit_cookie", {"hash": hash_secret(token), "idle": idle, "is_use": is_use}
    )


def _admit(session: GateSession, query: str, values: dict[str, Any]) -> Actor | None:
    row = session.execute(text(read_sql(__file__, query)), values).one_or_none()
    if row is None:
        return None
    grants = tuple(
        Grant(Role(found["role"]), found["division"], tuple(found["path"])) for found in row.grants
    )
    return Actor(row.name, grants, login=row.login)
