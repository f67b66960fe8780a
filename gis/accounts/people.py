"""Accounts: made, listed, disabled, given another password, linked to a provider."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from gis.accounts.attempts import Attempt, Refused, try_password
from gis.accounts.lookups import all_grants, get_account, identity, name_of
from gis.accounts.model import AccountInfo, Author, Secret
from gis.accounts.passwords import check_password, hash_password, make_password
from gis.accounts.recording import record
from gis.accounts.sessions import end_sessions
from gis.core.access import Grant
from gis.core.errors import Conflict, Forbidden, Invalid
from gis.db.session import GateSession
from gis.db.tables.access import Account

LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")


def add_account(
    session: GateSession, author: Author, login: str, display_name: str, password: str | None
) -> Account:
    """Make an account; what it may do is granted afterwards, by `grant_role`.

    Parameters
    ----------
    session
        Of the gate.
    author
        Who makes it.
    login
        Small letters, digits and ``. _ @ -``; it never changes, for the audit's sake.
    display_name
        The person's name or function.
    password
        None for somebody who logs in at a provider only.

    Raises
    ------
    Invalid
        The login or the password will not do.
    Conflict
        There is such a login.
    """
    login = login.strip().lower()
    if not LOGIN.fullmatch(login):
        raise Invalid(
            "A login has 1 to 64 small letters, digits and . _ @ - and begins and ends with a"
            " letter or digit.",
            zh="登录名由 1 至 64 个小写字母、数字及 . _ @ - 组成，首尾须为字母或数字。",
        )
    if password is not None:
        check_password(password, login)
    number = session.scalar(
        insert(Account)
        .values(
            login=login,
            display_name=display_name.strip() or login,
            password_hash=None if password is None else hash_password(password),
        )
        .on_conflict_do_nothing(index_elements=["login"])
        .returning(Account.account_id)
    )
    if number is None:
        raise Conflict(f"There is an account {login!r} already.", zh=f"登录名“{login}”已被使用。")
    account = session.get_one(Account, number)
    after = {"display_name": account.display_name, "has_password": password is not None}
    record(session, author, "account.add", name_of(account), after=after)
    return account


def list_accounts(session: GateSession, author: Author) -> list[AccountInfo]:
    """Return the accounts that the author may know of, by login."""
    granted = all_grants(session)
    found = session.scalars(select(Account).order_by(Account.login)).all()
    pairs = ((account, granted.get(identity(account), ())) for account in found)
    return [
        describe_account(author, account, grants)
        for account, grants in pairs
        if author.sees(grants)
    ]


def describe_account(author: Author, account: Account, grants: tuple[Grant, ...]) -> AccountInfo:
    """Return an account as its author may see it: grants elsewhere are left out."""
    return AccountInfo(
        login=account.login,
        display_name=account.display_name,
        is_disabled=account.is_disabled,
        has_password=account.password_hash is not None,
        oidc_subject=account.oidc_subject,
        locked_until=account.locked_until,
        last_login_at=account.last_login_at,
        created_at=account.created_at,
        is_managed=author.manages(grants),
        grants=tuple(grant for grant in grants if author.covers(grant.path)),
    )


def disable_account(session: GateSession, author: Author, login: str) -> Account:
    """Let somebody in no more; all sessions end.

    Raises
    ------
    NotFound, Forbidden
        See `get_account`; nobody disables the account by which they are logged in.
    """
    account = get_account(session, author, login, change=True)
    refuse_self(author, account)
    if not account.is_disabled:
        account.is_disabled = True
        ended = end_sessions(session, account)
        record(session, author, "account.disable", name_of(account), after={"ended": ended})
    return account


def enable_account(session: GateSession, author: Author, login: str) -> Account:
    """Let somebody in again, and end a lock-out.

    Raises
    ------
    NotFound, Forbidden
        See `get_account`; nobody ends the own lock-out, which guards the own password.
    """
    account = get_account(session, author, login, change=True)
    refuse_self(author, account)
    before = {"is_disabled": account.is_disabled, "failed_logins": account.failed_logins}
    account.is_disabled = False
    account.failed_logins = 0
    account.locked_until = None
    record(session, author, "account.enable", name_of(account), before=before)
    return account


def set_password(session: GateSession, author: Author, login: str, password: str) -> Account:
    """Give an account another password; all its sessions end, and so does a lock-out.

    Parameters
    ----------
    session
        Of the gate.
    author
        Who does it.
    login
        Whose.
    password
        The new one.

    Raises
    ------
    Invalid
        The password will not do.
    NotFound, Forbidden
        See `get_account`.
    """
    account = get_account(session, author, login, change=True)
    check_password(password, account.login)
    _replace_password(session, account, password)
    record(session, author, "account.password", name_of(account))
    return account


def reset_password(session: GateSession, author: Author, login: str) -> Secret:
    """Give an account a random password, which is shown once.

    Raises
    ------
    NotFound, Forbidden
        See `get_account`; one's own is changed by `change_password`.
    """
    refuse_self(author, get_account(session, author, login, change=True))
    password = make_password()
    set_password(session, author, login, password)
    return Secret(password)


def change_password(session: GateSession, attempt: Attempt, password: str) -> Account | Refused:
    """Let a person change the own password; all sessions end.

    Parameters
    ----------
    session
        Of the gate, to be committed whatever comes out; inside `room_to_hash`.
    attempt
        The old password; a wrong one counts like a failed log-in.
    password
        The new one.

    Returns
    -------
    Account or Refused

    Raises
    ------
    Invalid
        The new password will not do.
    """
    check_password(password, attempt.login)
    account = try_password(session, attempt)
    if isinstance(account, Refused):
        return account
    _replace_password(session, account, password)
    author = Author(name_of(account), attempt.address)
    record(session, author, "account.password", name_of(account))
    return account


def link_account(session: GateSession, author: Author, login: str, subject: str | None) -> Account:
    """Say by which identity at the OpenID Connect provider a person logs in.

    Parameters
    ----------
    session
        Of the gate.
    author
        Who says so.
    login
        Whose account.
    subject
        Issuer, a space, and the provider's own identifier of the person; None to unlink.

    Raises
    ------
    Invalid
        It is no such pair.
    Conflict
        Another account is linked to it.
    NotFound, Forbidden
        See `get_account`; nobody links the own account: whoever finds a browser open would keep
        a way in that no new password closes.
    """
    account = get_account(session, author, login, change=True)
    refuse_self(author, account)
    if subject is not None and not re.fullmatch(r"https?://\S{1,400} \S{1,255}", subject):
        raise Invalid(
            "An identity is the provider's address, a space, and its identifier of the person;"
            " the login page shows it to whoever is not linked yet.",
            zh="身份标识由提供方地址、空格和用户标识组成；尚未关联的人登录时页面会显示它。",
        )
    # The gate's rows are few; the constraint catches what comes at the same time.
    taken = select(Account.login).where(
        Account.oidc_subject == subject, Account.account_id != account.account_id
    )
    if subject is not None and session.scalar(taken) is not None:
        raise Conflict("Another account is linked to that identity.", zh="该身份已关联到其他账号。")
    before = {"oidc_subject": account.oidc_subject}
    account.oidc_subject = subject
    after = {"oidc_subject": subject}
    record(session, author, "account.link", name_of(account), before=before, after=after)
    return account


def has_accounts(session: GateSession) -> bool:
    """Tell whether anybody can log in at all."""
    return bool(session.scalar(select(func.count()).select_from(Account)))


def refuse_self(author: Author, account: Account) -> None:
    """Refuse that people change their own standing: two are needed, and nobody locks herself out.

    Raises
    ------
    Forbidden
        The account is the author's.
    """
    if author.actor is not None and author.actor.login == account.login:
        raise Forbidden(
            "Your own account is changed by another administrator, or by the command line.",
            zh="本人的账号须由其他管理员或在命令行中更改。",
        )


def _replace_password(session: GateSession, account: Account, password: str) -> None:
    account.password_hash = hash_password(password)
    account.failed_logins = 0
    account.locked_until = None
    end_sessions(session, account)
