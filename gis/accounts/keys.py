"""Keys of other systems and links of wall screens: shown once, stored hashed, revoked for good."""

from __future__ import annotations

import datetime as dt
import secrets

from sqlalchemy import func, select, text

from gis.accounts.admission import hash_secret
from gis.accounts.granting import give
from gis.accounts.lookups import all_grants, get_key, identity, name_of
from gis.accounts.model import Author, KeyInfo, Kind, Secret
from gis.accounts.recording import record
from gis.accounts.sessions import end_sessions
from gis.core.access import Grant, Role
from gis.core.errors import Conflict, Invalid
from gis.db.session import GateSession
from gis.db.tables.access import ApiKey

LONGEST_NAME = 80


def add_key(
    session: GateSession,
    author: Author,
    *,
    kind: Kind,
    name: str,
    role: Role,
    division: str,
    days: int | None,
) -> tuple[ApiKey, Secret]:
    """Make a key or link with one role on one division.

    Parameters
    ----------
    session
        Of the gate.
    author
        Who makes it; the division must be in the author's area.
    kind
        ``key`` for another system, ``kiosk`` for a wall screen, which may only look.
    name
        What it is for; one of the same kind and name may not be in use.
    role
        What it may do.
    division
        Where; twelve-digit code.
    days
        How long it holds; None until it is revoked.

    Returns
    -------
    tuple of (ApiKey, Secret)
        The second is known to nobody afterwards: ``gm_`` and 43 characters (256 bits), and for
        a link ``gm_k`` and 43 characters.

    Raises
    ------
    Invalid
        The name or the role will not do.
    Conflict
        The name is taken.
    NotFound, Forbidden
        See `give`.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid(
            f"A name has 1 to {LONGEST_NAME} printable characters.",
            zh=f"名称须为 1 至 {LONGEST_NAME} 个可见字符。",
        )
    if kind == "kiosk" and role is not Role.VIEWER:
        raise Invalid(
            "A wall screen may only look: its role is viewer.", zh="大屏链接只能授予“查看”角色。"
        )
    _claim_name(session, kind, name)
    secret = Secret(("gm_k" if kind == "kiosk" else "gm_") + secrets.token_urlsafe(32))
    expires_at = None if days is None else func.now() + dt.timedelta(days=days)
    key = ApiKey(name=name, kind=kind, key_hash=hash_secret(secret.text), expires_at=expires_at)
    session.add(key)
    session.flush()
    give(session, author, key, role, division)
    after = {"role": role.value, "division": division, "days": days}
    record(session, author, f"{kind}.add", name_of(key), division=division, after=after)
    return key, secret


def revoke_key(session: GateSession, author: Author, number: int) -> ApiKey:
    """Let a key or link in no more, and end what it opened; it stays in the list.

    Raises
    ------
    NotFound, Forbidden
        See `get_key`.
    """
    key = get_key(session, author, number)
    if key.revoked_at is None:
        key.revoked_at = func.now()
        ended = end_sessions(session, key)
        record(session, author, f"{key.kind}.revoke", name_of(key), after={"ended": ended})
    return key


def list_keys(session: GateSession, author: Author, kind: Kind | None = None) -> list[KeyInfo]:
    """Return the keys and links that the author may know of, the newest first.

    Parameters
    ----------
    session
        Of the gate.
    author
        Who asks.
    kind
        Only these.
    """
    granted = all_grants(session)
    query = select(ApiKey).order_by(ApiKey.api_key_id.desc())
    if kind is not None:
        query = query.where(ApiKey.kind == kind)
    pairs = ((key, granted.get(identity(key), ())) for key in session.scalars(query))
    return [describe_key(author, key, grants) for key, grants in pairs if author.sees(grants)]


def describe_key(author: Author, key: ApiKey, grants: tuple[Grant, ...]) -> KeyInfo:
    """Return a key as its author may see it."""
    return KeyInfo(
        id=key.api_key_id,
        kind="kiosk" if key.kind == "kiosk" else "key",
        name=key.name,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
        is_managed=author.manages(grants),
        grants=tuple(grant for grant in grants if author.covers(grant.path)),
    )


def find_key(session: GateSession, kind: Kind, name: str) -> int | None:
    """Return the id of the key or link of a name that is in use."""
    return session.scalar(
        select(ApiKey.api_key_id).where(
            ApiKey.kind == kind, ApiKey.name == name, ApiKey.revoked_at.is_(None)
        )
    )


def _claim_name(session: GateSession, kind: Kind, name: str) -> None:
    # The audit and the histories name keys; of two made at once the second waits and is refused.
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"api_key {kind} {name}"},
    )
    if find_key(session, kind, name) is not None:
        raise Conflict(
            f"There is a {kind} {name!r} in use; revoke it first, or choose another name.",
            zh=f"名称“{name}”正在使用；请先撤销，或换一个名称。",
        )
