"""Passwords that are tried: compared, counted where they are wrong, and locked out after a few."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import func, select, text

from gis.accounts.lookups import name_of
from gis.accounts.model import Author
from gis.accounts.passwords import hash_password, is_right, needs_rehash
from gis.accounts.recording import record
from gis.accounts.strangers import Strangers
from gis.db.session import GateSession
from gis.db.tables.access import Account

#: Wrong passwords in a row that are let pass.
FREE_FAILURES = 5
FIRST_LOCK = dt.timedelta(seconds=30)
LONGEST_LOCK = dt.timedelta(hours=1)

_strangers = Strangers()


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody wants to come in.

    Attributes
    ----------
    login, password
        As they were typed.
    address
        Of the network.
    """

    login: str
    password: str = field(repr=False)
    address: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was let in.

    Attributes
    ----------
    retry_after
        How long nobody is let in with this login, the right password or not; None where one may
        try again at once.
    """

    retry_after: dt.timedelta | None


def lock_after(failures: int) -> dt.timedelta | None:
    """Return for how long a login is locked after so many failures in a row.

    Examples
    --------
    >>> lock_after(4), str(lock_after(5)), str(lock_after(7)), str(lock_after(99))
    (None, '0:00:30', '0:02:00', '1:00:00')
    """
    if failures < FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES, 16)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def try_password(session: GateSession, attempt: Attempt) -> Account | Refused:
    """Compare a password, and count it where it is wrong.

    A refusal never tells whether the login exists: an unknown one is hashed, counted, locked and
    audited like a known one.

    Parameters
    ----------
    session
        Of the gate, to be committed whatever comes out; inside `room_to_hash`.
    attempt
        What was typed.

    Returns
    -------
    Account or Refused
        The account, locked for this transaction, where the password is right.
    """
    login = attempt.login.strip().lower()
    _await_turn(session, login)
    query = select(Account).where(Account.login == login).with_for_update()
    account = session.scalar(query, execution_options={"populate_existing": True})
    now = session.scalars(select(func.clock_timestamp())).one()
    tries = account or _strangers.of(login)
    if tries.locked_until is not None and tries.locked_until > now:
        # Not even compared: whoever guesses on learns nothing and prolongs nothing.
        return Refused(tries.locked_until - now)
    stored = account.password_hash if account and not account.is_disabled else None
    if is_right(attempt.password, stored) and account is not None:
        _welcome(account, attempt.password)
        return account
    tries.failed_logins += 1
    lock = lock_after(tries.failed_logins)
    tries.locked_until = now + lock if lock else None
    record(
        session,
        Author("anonymous", attempt.address),
        "session.refuse",
        # People type passwords into the wrong field: what is no login is not written down.
        name_of(account) if account else "account:?",
        after={
            "failed_logins": tries.failed_logins,
            "locked_s": lock.total_seconds() if lock else 0,
        },
    )
    return Refused(lock)


def _await_turn(session: GateSession, login: str) -> None:
    """Wait until nobody else tries this login, so that guesses are counted one by one.

    By its name and not by its row: a login that does not exist would else let two guesses pass
    side by side, and the time that they take would tell it from one that does.
    """
    statement = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    session.execute(statement, {"name": f"login {login}"})


def _welcome(account: Account, password: str) -> None:
    account.failed_logins = 0
    account.locked_until = None
    if account.password_hash and needs_rehash(account.password_hash):
        account.password_hash = hash_password(password)
