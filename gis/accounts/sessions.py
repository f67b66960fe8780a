"""Sessions of browsers: a random cookie of which only the hash is stored, and two ways to end."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field

from sqlalchemy import delete, func, or_, select

from gis.accounts.admission import admit_cookie, hash_secret
from gis.accounts.lookups import Holder, name_of
from gis.accounts.model import Author
from gis.accounts.recording import record
from gis.core.access import Actor
from gis.db.session import GateSession
from gis.db.tables.access import Account, ApiKey, LoginSession

#: How long browsers keep a cookie at most.
KIOSK_LIFE = dt.timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Lives:
    """How long a person's session lasts.

    Attributes
    ----------
    idle
        Without use.
    whole
        In any case.
    """

    idle: dt.timedelta
    whole: dt.timedelta


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has just begun.

    Attributes
    ----------
    token
        The cookie's value; 256 random bits, known to nobody else.
    actor
        Who is logged in.
    life
        How long the cookie is good for.
    """

    token: str = field(repr=False)
    actor: Actor
    life: dt.timedelta


def open_session(session: GateSession, holder: Holder, address: str | None, lives: Lives) -> Opened:
    """Begin a session; those that have ended are swept away.

    Parameters
    ----------
    session
        Of the gate.
    holder
        A person's account, or the link of a wall screen.
    address
        Of the network.
    lives
        How long a person's lasts; a wall screen's lasts as long as its link.
    """
    _sweep(session, lives.idle)
    token = secrets.token_urlsafe(32)
    life = lives.whole if isinstance(holder, Account) else KIOSK_LIFE
    session.add(
        LoginSession(
            session_hash=hash_secret(token),
            account_id=holder.account_id if isinstance(holder, Account) else None,
            api_key_id=holder.api_key_id if isinstance(holder, ApiKey) else None,
            address=address,
            expires_at=func.now() + life,
        )
    )
    session.flush()
    actor = admit_cookie(session, token, lives.idle)
    if actor is None:
        raise AssertionError("a session that has just begun is not admitted")
    return Opened(token, actor, life)


def close_session(session: GateSession, token: str, author: Author) -> None:
    """Log out here; what is not a session is let pass."""
    if drop_session(session, token):
        record(session, author, "session.log_out", author.name)


def drop_session(session: GateSession, token: str) -> bool:
    """End a session whose cookie is replaced, and tell whether it was one."""
    gone = session.scalars(
        delete(LoginSession)
        .where(LoginSession.session_hash == hash_secret(token))
        .returning(LoginSession.login_session_id)
    )
    return gone.one_or_none() is not None


def close_everywhere(session: GateSession, login: str, author: Author) -> int:
    """Log a person out of all browsers; return how many there were."""
    account = session.scalars(select(Account).where(Account.login == login)).one()
    count = end_sessions(session, account)
    record(session, author, "session.log_out_everywhere", name_of(account), after={"ended": count})
    return count


def end_sessions(session: GateSession, holder: Holder) -> int:
    """End all sessions of an account or a link, and return how many there were."""
    is_its = (
        LoginSession.account_id == holder.account_id
        if isinstance(holder, Account)
        else LoginSession.api_key_id == holder.api_key_id
    )
    ended = session.scalars(
        delete(LoginSession).where(is_its).returning(LoginSession.login_session_id)
    )
    return len(ended.all())


def _sweep(session: GateSession, idle: dt.timedelta) -> None:
    is_idle = LoginSession.account_id.is_not(None) & (LoginSession.last_seen_at < func.now() - idle)
    session.execute(
        delete(LoginSession)
        .where(or_(LoginSession.expires_at < func.now(), is_idle))
        .execution_options(synchronize_session=False)
    )
