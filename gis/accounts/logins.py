"""Logging in: by password, by a provider's word, by a wall screen's link.

A refusal is returned, not raised: the failure that was counted must be committed.
"""

from __future__ import annotations

from sqlalchemy import func, select

from gis.accounts.admission import hash_secret
from gis.accounts.attempts import Attempt, Refused, try_password
from gis.accounts.lookups import name_of
from gis.accounts.model import Author
from gis.accounts.recording import record
from gis.accounts.sessions import Lives, Opened, open_session
from gis.db.session import GateSession
from gis.db.tables.access import Account, ApiKey


def log_in(session: GateSession, attempt: Attempt, lives: Lives) -> Opened | Refused:
    """Log a person in with a password.

    Parameters
    ----------
    session
        Of the gate, to be committed whatever comes out; inside `room_to_hash`.
    attempt
        What was typed.
    lives
        How long the session will last.

    Returns
    -------
    Opened or Refused
    """
    account = try_password(session, attempt)
    if isinstance(account, Refused):
        return account
    return _enter(session, account, attempt.address, lives, "password")


def log_in_as_subject(
    session: GateSession, subject: str, address: str | None, lives: Lives
) -> Opened | None:
    """Log in the person whom an OpenID Connect provider vouches for.

    Parameters
    ----------
    session
        Of the gate.
    subject
        Issuer, a space, and the subject, from a verified token.
    address
        Of the network.
    lives
        How long the session will last.

    Returns
    -------
    Opened or None
        None where no account is linked to the subject, or it is disabled.
    """
    query = select(Account).where(Account.oidc_subject == subject).with_for_update()
    account = session.scalar(query, execution_options={"populate_existing": True})
    if account is None or account.is_disabled:
        nobody = Author("anonymous", address)
        name = name_of(account) if account else "account:?"
        record(session, nobody, "session.refuse", name, after={"by": "oidc"})
        return None
    return _enter(session, account, address, lives, "oidc")


def open_kiosk(session: GateSession, link: str, address: str | None, lives: Lives) -> Opened | None:
    """Log a wall screen in by its link.

    Parameters
    ----------
    session
        Of the gate.
    link
        Last part of the link's path, ``gm_k…``.
    address
        Of the network.
    lives
        A person's; a wall screen is logged in for as long as its link holds.

    Returns
    -------
    Opened or None
        None where the link is unknown, has expired or was revoked.
    """
    key = session.scalar(
        select(ApiKey).where(
            ApiKey.key_hash == hash_secret(link),
            ApiKey.kind == "kiosk",
            ApiKey.revoked_at.is_(None),
            ApiKey.expires_at.is_(None) | (ApiKey.expires_at > func.now()),
        )
    )
    if key is None:
        return None
    key.last_used_at = func.now()
    opened = open_session(session, key, address, lives)
    screen = Author(opened.actor.name, address)
    record(session, screen, "session.log_in", name_of(key), after={"by": "link"})
    return opened


def _enter(
    session: GateSession, account: Account, address: str | None, lives: Lives, how: str
) -> Opened:
    account.last_login_at = func.now()
    opened = open_session(session, account, address, lives)
    author = Author(opened.actor.name, address)
    record(session, author, "session.log_in", name_of(account), after={"by": how})
    return opened
